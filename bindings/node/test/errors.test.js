import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import * as api from '../src/index.js';
import { KEY, collect, openClient } from './support/client.js';
import { deadPort, startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

/** The error of a call. */
async function failureOf(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}

const BY_HTTP_STATUS = [
  [400, api.BadRequestError, 'bad_request', -5],
  [401, api.AuthenticationError, 'authentication', -3],
  [402, api.QuotaError, 'quota', -20],
  [403, api.AuthenticationError, 'authentication', -3],
  [404, api.NotFoundError, 'not_found', -4],
  [413, api.TooLargeError, 'too_large', -19],
  [422, api.BadRequestError, 'bad_request', -5],
  [429, api.RateLimitError, 'rate_limited', -8],
  [500, api.ServerError, 'server', -10],
  [529, api.ServerError, 'server', -10],
];

for (const [httpStatus, type, status, code] of BY_HTTP_STATUS) {
  test(`HTTP ${httpStatus} is a ${type.name}, from complete and from stream`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    const client = openClient(t, provider.url(`status/${httpStatus}`));
    for (const call of [
      async () => await client.complete('x'),
      async () => await client.stream('x', () => {}),
      async () => await client.stream('x').response,
      async () => await collect(client, 'x'),
    ]) {
      const error = await failureOf(call);
      assert.equal(error.constructor, type);
      assert.ok(error instanceof api.LLMError && error instanceof Error);
      assert.equal(error.name, type.name);
      assert.equal(error.status, status);
      assert.equal(error.code, code);
      assert.equal(error.httpStatus, httpStatus);
      assert.equal(error.provider, 'openai');
      assert.equal(error.requestId, 'req-17');
      assert.equal(error.attempts, 1);
      assert.equal(typeof error.callId, 'string');
      assert.equal(error.retryable, [429, 500, 529].includes(httpStatus));
      assert.ok(error.message.length > 0);
      assert.match(error.stack, /errors\.test\.js/);
    }
  });
}

test('an error says how long to wait and what the provider called it', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const error = await failureOf(() => openClient(t, provider.url('status/429')).complete('x'));
  assert.equal(error.retryAfterMs, 7000);
  assert.equal(error.providerCode, 'rate_limit_exceeded');
});

test('a key that the server repeats is not shown', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const error = await failureOf(() => openClient(t, provider.url('status/401')).complete('x'));
  const shown = [inspect(error, { depth: null, showHidden: true }), JSON.stringify(error), String(error), error.stack];
  for (const text of shown) assert.equal(text.includes(KEY), false);
});

test('a prompt that is too long is a ContextLengthError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const error = await failureOf(() => openClient(t, provider.url('context')).complete('x'));
  assert.equal(error.constructor, api.ContextLengthError);
});

test('a dead port is a ConnectionError without an HTTP status', DEADLINE, async (t) => {
  const port = await deadPort();
  const error = await failureOf(() => openClient(t, `http://127.0.0.1:${port}`).complete('x'));
  assert.equal(error.constructor, api.ConnectionError);
  assert.equal('httpStatus' in error, false);
  assert.equal('retryAfterMs' in error, false);
});

test('a server that says nothing is a TimeoutError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('silent'), { timeout: { first_byte_ms: 100 } });
  assert.equal((await failureOf(() => client.complete('x'))).constructor, api.TimeoutError);
});

test('an answer that is no JSON is a ProtocolError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  assert.equal((await failureOf(() => openClient(t, provider.url('nonsense')).complete('x'))).constructor, api.ProtocolError);
});

test('a request that the library refuses is an InvalidArgumentError that names the field', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('answer'));
  const error = await failureOf(() => client.complete({ messages: [{ role: 'user', content: 'x' }], stream: true }));
  assert.equal(error.constructor, api.InvalidArgumentError);
  assert.match(error.message, /stream/);
});

test('an answer above max_response_bytes is a TooLargeError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('large/100000'), { max_response_bytes: 10000 });
  assert.equal((await failureOf(() => client.complete('x'))).constructor, api.TooLargeError);
});
