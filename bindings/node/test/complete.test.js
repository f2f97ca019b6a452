import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

test('a string is one message of the user', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const response = await openClient(t, provider.url('answer')).complete('What is 2+2?');
  assert.equal(response.content, 'Four.');
  assert.deepEqual(response.message, { role: 'assistant', content: 'Four.' });
  assert.equal(response.provider, 'openai');
  assert.equal(response.model, 'model-1');
  assert.equal(response.finish_reason, 'stop');
  assert.equal(response.usage.input_tokens, 3);
  assert.equal(typeof response.latency_ms, 'number');
  const { body, url, headers } = await provider.saw('request');
  assert.deepEqual(body.messages, [{ role: 'user', content: 'What is 2+2?' }]);
  assert.match(url, /\/chat\/completions$/);
  assert.match(headers.authorization, /^Bearer /);
});

test('an array is the messages, and a response\'s message can be sent back', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('answer'), { sanitize: false });
  const { message } = await openClient(t, (await startProvider(t)).url('answer')).complete('Hello');
  const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'ä😀\0' }, message];
  await client.complete(messages);
  assert.deepEqual((await provider.saw('request')).body.messages, messages);
});

test('what no model reads is taken out of texts, halves of surrogate pairs too', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('answer'));
  await client.complete([{ role: 'user', content: 'a\ud800b\0c😀' }]);
  assert.equal((await provider.saw('request')).body.messages[0].content, 'abc😀');
  await assert.rejects(client.complete({ messages: [{ role: 'user', content: '\ud800' }], sanitize: false }),
    { status: 'invalid_argument', message: /messages\[0\]\.content/ });
});

test('an object is the request', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const messages = [{ role: 'user', content: 'x' }];
  const response = await openClient(t, provider.url('answer')).complete({
    messages,
    model: 'other',
    temperature: 0.5,
    call_id: 'mine',
    extra: { unusual: [1, { deep: null }] },
    seed: undefined,
  });
  assert.equal(response.call_id, 'mine');
  const { body } = await provider.saw('request');
  assert.equal(body.model, 'other');
  assert.equal(body.temperature, 0.5);
  assert.deepEqual(body.unusual, [1, { deep: null }]);
  assert.equal('seed' in body, false);
});

test('a thousand at the same time each get their own answer', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('echo'));
  const numbers = Array.from({ length: 1000 }, (_, number) => String(number));
  const answers = await Promise.all(numbers.map((number) => client.complete(number)));
  assert.deepEqual(answers.map(({ content }) => content), numbers);
});

test('the thread goes on while calls run', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('silent'), { timeout: { first_byte_ms: 200 } });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await assert.rejects(client.complete('x'));
  clearInterval(timer);
  assert.ok(turns > 3, `${turns} turns of a timer`);
});

test('an answer of eight megabytes arrives whole', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { content } = await openClient(t, provider.url('large/8388608')).complete('x');
  assert.equal(content.length, 8388608);
  assert.equal(content, 'x'.repeat(8388608));
});

test('a request of the wrong type is a TypeError and sends nothing', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('answer'));
  for (const request of [undefined, null, 5, true, () => {}, Symbol('x')]) {
    await assert.rejects(client.complete(request), { name: 'TypeError', message: /^request must be/ });
  }
  await assert.rejects(client.complete('x', 5), { name: 'TypeError', message: 'options must be an object' });
  await assert.rejects(client.complete('x', { max_tokens: 5 }), { name: 'TypeError', message: /^options have no field max_tokens/ });
  await assert.rejects(client.complete('x', { signal: {} }), { name: 'TypeError', message: 'signal must be an AbortSignal' });
  await client.complete('the first');
  assert.equal((await provider.saw('request')).body.messages[0].content, 'the first');
});
