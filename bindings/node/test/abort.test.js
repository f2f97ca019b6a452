/** AbortSignal: a call ends at once, with the signal's reason, as fetch does. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';

import { openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

const CALLS = {
  complete: (client, signal) => client.complete('x', { signal }),
  'for await': async (client, signal) => {
    for await (const _ of client.stream('x', { signal }));
  },
  'stream.response': async (client, signal) => client.stream('x', { signal }).response,
  'stream with a callback': (client, signal) => client.stream('x', () => {}, { signal }),
  analyze: (client, signal) => client.analyze('x', 'y', { signal, max_tokens: 5 }),
  embed: (client, signal) => client.embed('x', { signal }),
  listModels: (client, signal) => client.listModels({ signal }),
  healthCheck: (client, signal) => client.healthCheck({ signal }),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name} that is aborted rejects with an AbortError`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    const controller = new AbortController();
    const failure = assert.rejects(call(openClient(t, provider.url('silent')), controller.signal), (error) => {
      assert.equal(error.name, 'AbortError');
      assert.equal(error, controller.signal.reason);
      return true;
    });
    await provider.saw('request');
    controller.abort();
    await failure;
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  test(`${name} with a signal that was aborted before sends nothing`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    const client = openClient(t, provider.url('silent'));
    const mine = new Error('mine');
    await assert.rejects(async () => call(client, AbortSignal.abort(mine)), (error) => error === mine);
    assert.equal(client.stats().calls.started, 0);
  });
}

test('AbortSignal.timeout is a TimeoutError of the platform', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('silent'));
  await assert.rejects(client.complete('x', { signal: AbortSignal.timeout(20) }), (error) => error instanceof DOMException && error.name === 'TimeoutError');
});

test('aborting a stream drops what was not read, and closes the connection', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const controller = new AbortController();
  let count = 0;
  await assert.rejects(
    async () => {
      for await (const _ of openClient(t, provider.url('endless')).stream('x', { signal: controller.signal })) {
        if (++count === 3) controller.abort('enough');
      }
    },
    (reason) => reason === 'enough',
  );
  assert.equal(count, 3);
  await provider.saw('connection closed');
});

test('aborting after the end does nothing', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const controller = new AbortController();
  const stream = openClient(t, provider.url('characters')).stream('x', { signal: controller.signal });
  const events = stream[Symbol.asyncIterator]();
  await stream.response;
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assert.equal((await events.next()).value.kind, 'text');
});

test('one signal ends a hundred calls, without a warning about its listeners', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('silent'));
  const warned = t.mock.fn();
  process.on('warning', warned);
  t.after(() => process.off('warning', warned));
  const controller = new AbortController();
  const calls = Array.from({ length: 100 }, () => client.complete('x', { signal: controller.signal }));
  controller.abort();
  for (const { reason } of await Promise.allSettled(calls)) assert.equal(reason, controller.signal.reason);
  assert.equal(warned.mock.callCount(), 0);
  while (client.stats().calls.in_flight > 0) await new Promise(setImmediate);
});
