import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };
const program = new URL('./support/worker-program.js', import.meta.url);

async function answerOf(worker) {
  const [answer] = await Promise.race([
    once(worker, 'message'),
    once(worker, 'error').then(([error]) => Promise.reject(error)),
  ]);
  return answer;
}

test('workers and the main thread call at the same time', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const workers = Array.from({ length: 4 }, () => new Worker(program, { workerData: { url: provider.url('characters') } }));
  const answers = workers.map(answerOf);
  const mine = openClient(t, provider.url('characters'));
  for (let i = 0; i < 20; i++) assert.equal(mine.stream('x', () => {}).content, 'a\0bé€😀');
  for (const answer of await Promise.all(answers)) {
    assert.deepEqual(answer, { content: 'a\0bé€😀', text: 'a\0bé€😀', thrown: 'from the worker' });
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('the library works in new workers after others have ended', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(program, { workerData: { url: provider.url('characters') } });
    assert.equal((await answerOf(worker)).content, 'a\0bé€😀');
    await worker.terminate();
  }
  assert.equal(openClient(t, provider.url('answer')).complete('x').content, 'Four.');
});
