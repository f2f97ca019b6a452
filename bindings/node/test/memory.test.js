/** Ten thousand calls of each kind leave the process as large as it was: all that libllm hands out is freed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Client, TruncatedError } from '../src/index.js';
import { KEY, openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const CALLS = 10_000;
const BYTES = 16_384; // of each answer: one that leaks in every call would be 160 MB
const MARGIN = 48_000_000; // the allocator and V8 keep some of what they had

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** How much the process grows over CALLS calls, after a tenth of them to warm up. */
function growth(call) {
  for (let i = 0; i < CALLS / 10; i++) call();
  collectGarbage();
  const before = process.memoryUsage();
  for (let i = 0; i < CALLS; i++) call();
  collectGarbage();
  const after = process.memoryUsage();
  return { rss: after.rss - before.rss, heap: after.heapUsed - before.heapUsed };
}

function checkGrowth(t, call) {
  const { rss, heap } = growth(call);
  t.diagnostic(`after ${CALLS} calls: rss ${(rss / 1e6).toFixed(1)} MB, heap ${(heap / 1e6).toFixed(1)} MB more`);
  assert.ok(rss < MARGIN, `rss grew by ${rss} bytes`);
  assert.ok(heap < MARGIN, `heap grew by ${heap} bytes`);
}

const DEADLINE = { timeout: 300_000 };

test('complete', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`large/${BYTES}`));
  checkGrowth(t, () => assert.equal(client.complete('x').content.length, BYTES));
});

test('stream', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`streamed/${BYTES}`));
  checkGrowth(t, () => assert.equal(client.stream('x', () => {}).content.length, BYTES));
});

test('stream that fails, with what had come in the error', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url(`truncated/${BYTES}`));
  checkGrowth(t, () => {
    assert.throws(
      () => client.stream('x', () => {}),
      (error) => error instanceof TruncatedError && error.partial.content.length === BYTES,
    );
  });
});

test('clients made and closed', DEADLINE, (t) => {
  const headers = { 'x-padding': 'x'.repeat(BYTES) };
  checkGrowth(t, () => new Client({ provider: 'openai', api_key: KEY, headers }).close());
});
