/** Streams as async iterables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { CanceledError, ResponseStream, ServerError } from '../src/index.js';
import { openClient } from './support/client.js';
import { startProvider } from './support/provider.js';
import { awaitUsing, using } from './support/using.js';

const DEADLINE = { timeout: 60_000 };

async function textOf(stream) {
  let text = '';
  for await (const piece of stream.text) text += piece;
  return text;
}

test('stream.text has the pieces of text alone', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const stream = openClient(t, provider.url('characters')).stream('x');
  assert.ok(stream instanceof ResponseStream);
  assert.equal(await textOf(stream), 'a\0bé€😀');
  assert.equal((await stream.response).content, 'a\0bé€😀');
  assert.equal(stream.response, stream.response);
});

test('the response alone may be waited for, however long the stream is', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const short = openClient(t, provider.url('characters')).stream('x');
  assert.equal((await short.response).content, 'a\0bé€😀');
  assert.equal(await textOf(short), 'a\0bé€😀', 'what was kept can still be read');
  const long = openClient(t, provider.url('numbered/50000')).stream('x');
  assert.ok((await long.response).content.endsWith('x:49999 '));
  await assert.rejects(textOf(long), { name: 'TypeError', message: /begin to iterate before/ });
});

test('the response may be asked for before the events are read', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const stream = openClient(t, provider.url('numbered/50000')).stream('x');
  const { response } = stream;
  const text = await textOf(stream);
  assert.equal(text, (await response).content);
});

test('a stream that is over, or was left, has no more events', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const stream = openClient(t, provider.url('characters')).stream('x');
  await textOf(stream);
  for await (const event of stream) assert.fail(`${event.kind} came after the end`);
  const left = openClient(t, provider.url('endless')).stream('x');
  for await (const event of left) {
    assert.equal(event.text, 'word0 ');
    break;
  }
  for await (const event of left) assert.fail(`${event.kind} came after the end`);
  await assert.rejects(left.response, CanceledError);
});

test('what the loop throws is thrown, and closes the connection', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const mine = new Error('mine');
  const run = async () => {
    for await (const text of openClient(t, provider.url('endless')).stream('x').text) throw Object.assign(mine, { text });
  };
  await assert.rejects(run, (error) => error === mine);
  await provider.saw('connection closed');
});

test('a failure is thrown once, and ends the process nowhere else', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const unhandled = t.mock.fn();
  process.on('unhandledRejection', unhandled);
  t.after(() => process.off('unhandledRejection', unhandled));
  const stream = openClient(t, provider.url('status/500')).stream('x');
  const { response } = stream;
  const events = stream[Symbol.asyncIterator]();
  await assert.rejects(events.next(), ServerError);
  assert.deepEqual(await events.next(), { value: undefined, done: true });
  await turn();
  assert.equal(unhandled.mock.callCount(), 0);
  await assert.rejects(response, ServerError);
});

test('calls of next() that wait are served in their order', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const events = openClient(t, provider.url('numbered/5')).stream('x')[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 8 }, () => events.next()));
  const text = results.map(({ value }) => value?.text ?? '').join('');
  assert.equal(text, 'x:0 x:1 x:2 x:3 x:4 ');
  assert.equal(results.at(-1).done, true);
});

test('cancel() and using end a stream', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('silent'));
  const cancelled = client.stream('x');
  const next = cancelled[Symbol.asyncIterator]().next();
  cancelled.cancel();
  cancelled.cancel();
  await assert.rejects(cancelled.response, CanceledError);
  await next.catch((error) => assert.ok(error instanceof CanceledError));
  for (const block of [using, awaitUsing]) {
    let kept;
    await block(client.stream('x'), (stream) => void (kept = stream.response));
    await assert.rejects(kept, CanceledError);
  }
});

test('what is wrong with the arguments is thrown at once', DEADLINE, async (t) => {
  const client = openClient(t, 'http://127.0.0.1:1');
  assert.throws(() => client.stream(5), { name: 'TypeError', message: /^request must be/ });
  assert.throws(() => client.stream('x', 5), { name: 'TypeError', message: 'options must be an object' });
  assert.throws(() => client.stream('x', { signal: 5 }), { name: 'TypeError', message: 'signal must be an AbortSignal' });
  assert.throws(() => client.stream('x', undefined, {}), { name: 'TypeError', message: /onEvent must be a function/ });
  assert.throws(() => client.stream([]), { name: 'InvalidArgumentError', message: /messages/ });
});
