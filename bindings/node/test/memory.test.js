/** Thousands of calls of each kind leave the process as large as it was: all that libllm hands out is freed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Client, TruncatedError } from '../src/index.js';
import { KEY, openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const CALLS = 5_000;
const BYTES = 16_384; // of each answer: one that leaks in every call would be 80 MB
const MARGIN = 40_000_000; // the allocator and V8 keep some of what they had

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** What is in use: of V8's heap, and outside it. The heap's own size is left out: V8 makes it larger as it likes. */
function memoryInUse() {
  collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  return { heap: heapUsed, outside: rss - getHeapStatistics().total_physical_size };
}

/** How much the process grows over CALLS calls, after a tenth of them to warm up. */
async function growth(call) {
  for (let i = 0; i < CALLS / 10; i++) await call();
  const before = memoryInUse();
  for (let i = 0; i < CALLS; i++) await call();
  const after = memoryInUse();
  return { heap: after.heap - before.heap, outside: after.outside - before.outside };
}

async function checkGrowth(t, call) {
  const { heap, outside } = await growth(call);
  t.diagnostic(`after ${CALLS} calls: heap ${(heap / 1e6).toFixed(1)} MB, outside it ${(outside / 1e6).toFixed(1)} MB more`);
  assert.ok(heap < MARGIN, `the heap grew by ${heap} bytes`);
  assert.ok(outside < MARGIN, `what is outside the heap grew by ${outside} bytes`);
}

const DEADLINE = { timeout: 300_000 };

test('complete', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`large/${BYTES}`));
  await checkGrowth(t, async () => assert.equal((await client.complete('x')).content.length, BYTES));
});

test('stream', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`streamed/${BYTES}`));
  await checkGrowth(t, async () => {
    let length = 0;
    for await (const text of client.stream('x').text) length += text.length;
    assert.equal(length, BYTES);
  });
});

test('stream with a callback', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`streamed/${BYTES}`));
  await checkGrowth(t, async () => assert.equal((await client.stream('x', () => {})).content.length, BYTES));
});

test('stream that is left after its first event', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`streamed/${BYTES}`));
  await checkGrowth(t, async () => {
    for await (const event of client.stream('x')) {
      assert.equal(event.kind, 'text');
      break;
    }
  });
});

test('call with a signal that many calls share', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`large/${BYTES}`));
  const { signal } = new AbortController();
  await checkGrowth(t, async () => assert.equal((await client.complete('x', { signal })).content.length, BYTES));
});

test('stream that fails, with what had come in the error', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`truncated/${BYTES}`));
  await checkGrowth(t, async () => {
    await assert.rejects(
      client.stream('x', () => {}),
      (error) => error instanceof TruncatedError && error.partial.content.length === BYTES,
    );
  });
});

test('clients made and closed', DEADLINE, async (t) => {
  const headers = { 'x-padding': 'x'.repeat(BYTES) };
  await checkGrowth(t, () => new Client({ provider: 'openai', api_key: KEY, headers }).close());
});
