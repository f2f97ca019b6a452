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
  for (let i = 0; i < 20; i++) assert.equal((await mine.stream('x', () => {})).content, 'a\0bé€😀');
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
  assert.equal((await openClient(t, provider.url('answer')).complete('x')).content, 'Four.');
});

/** A worker that starts so many streams, and tells when each has an event. */
function startStreams(url, count, more = '') {
  const script = `
    import { parentPort } from 'node:worker_threads';
    import { openClient } from ${JSON.stringify(new URL('./support/client.js', import.meta.url).href)};
    const client = openClient({ after() {} }, ${JSON.stringify(url)}, { max_response_bytes: 2 ** 31 - 1 });
    let begun = 0;
    for (let i = 0; i < ${count}; i++) {
      (async () => {
        let first = true;
        for await (const event of client.stream('x')) {
          if (first && ++begun === ${count}) { parentPort.postMessage('running'); ${more} }
          first = false;
        }
      })().catch(() => {});
    }`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { stderr: true });
}

for (const behaviour of ['endless', 'flood']) {
  test(`a worker that is terminated while streams of ${behaviour} run is gone, and so are their connections`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    for (let i = 0; i < 3; i++) {
      const worker = startStreams(provider.url(behaviour), 5);
      assert.equal(await answerOf(worker), 'running');
      await worker.terminate();
    }
    await provider.saw('connection closed', 15);
    assert.equal((await openClient(t, provider.url('answer')).complete('x')).content, 'Four.');
  });
}

test('a worker that exits, or throws, while streams run takes them with it', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const exits = startStreams(provider.url('endless'), 5, 'process.exit(3);');
  assert.deepEqual(await once(exits, 'exit'), [3]);
  const throws = startStreams(provider.url('endless'), 5, "setTimeout(() => { throw new Error('mine'); });");
  assert.equal((await once(throws, 'error'))[0].message, 'mine');
  await provider.saw('connection closed', 10);
});

test('a worker with nothing to do ends by itself, with its client open', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const script = `
    import { openClient } from ${JSON.stringify(new URL('./support/client.js', import.meta.url).href)};
    await openClient({ after() {} }, ${JSON.stringify(provider.url('answer'))}).complete('x');`;
  assert.deepEqual(await once(new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`)), 'exit'), [0]);
});
