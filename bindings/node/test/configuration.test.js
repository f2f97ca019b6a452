import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { Client, ConfigurationError, InvalidArgumentError, LLMError } from '../src/index.js';
import { KEY, openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

/** Sets environment variables for one test; undefined removes one. */
function setEnvironment(t, variables) {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    t.after(() => assign(name, before));
    assign(name, value);
  }
}

function assign(name, value) {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

const REFUSED = [
  ['an unknown provider', { provider: 'nobody' }, /nobody|provider/],
  ['a missing provider', {}, /provider/],
  ['an unknown field', { provider: 'openai', temprature: 1 }, /temprature/],
  ['a number out of range', { provider: 'openai', temperature: 3 }, /temperature/],
  ['a number of the wrong type', { provider: 'openai', max_tokens: 'many' }, /max_tokens/],
  ['a password in the URL', { provider: 'openai', base_url: `https://user:${KEY}@example.com` }, /base_url/],
  ['a nested field', { provider: 'openai', timeout: { idle_ms: -1 } }, /idle_ms/],
  ['an unknown nested field', { provider: 'openai', timeout: { idle: 1 } }, /idle/],
];

for (const [what, config, names] of REFUSED) {
  test(`${what} is refused by name, without the key`, () => {
    assert.throws(
      () => new Client({ api_key: KEY, ...config }),
      (error) => {
        assert.ok(error instanceof ConfigurationError || error instanceof InvalidArgumentError, error.name);
        assert.match(error.message, names);
        assert.equal(inspect(error, { showHidden: true, depth: null }).includes(KEY), false);
        return true;
      },
    );
  });
}

test('a missing key names the variable', (t) => {
  setEnvironment(t, { OPENAI_API_KEY: undefined, NO_SUCH_KEY: undefined });
  assert.throws(() => new Client({ provider: 'openai' }), { name: 'ConfigurationError', message: /OPENAI_API_KEY/ });
  assert.throws(() => new Client({ provider: 'openai', api_key_env: 'NO_SUCH_KEY' }), {
    name: 'ConfigurationError',
    message: /NO_SUCH_KEY/,
  });
});

test('a configuration that is no object is a TypeError', () => {
  for (const config of [null, 'openai', 5, ['openai']]) {
    assert.throws(() => new Client(config), { name: 'TypeError', message: 'config must be an object' });
  }
});

test('fromEnv takes the provider\'s variables, and the key only when it is sent', { timeout: 60_000 }, async (t) => {
  const provider = await startProvider(t);
  setEnvironment(t, {
    LLM_PROVIDER: 'openai',
    OPENAI_API_KEY: KEY,
    OPENAI_MODEL: 'from-env',
    OPENAI_MAX_TOKENS: '17',
    OPENAI_BASE_URL: provider.url('answer'),
  });
  for (const open of [() => Client.fromEnv(), () => Client.fromEnv('openai'), () => new Client()]) {
    const client = open();
    t.after(() => client.close());
    assert.equal((await client.complete('x')).content, 'Four.');
    assert.match(inspect(client), /^Client \{ provider: 'openai', model: 'from-env', closed: false \}$/);
  }
  const { body, headers } = await provider.saw('request');
  assert.equal(body.model, 'from-env');
  assert.equal(body.max_tokens ?? body.max_completion_tokens, 17);
  assert.equal(headers.authorization, `Bearer ${KEY}`);
});

test('fromEnv names the variable that is missing or wrong', (t) => {
  setEnvironment(t, { LLM_PROVIDER: undefined, OPENAI_API_KEY: KEY, OPENAI_MAX_TOKENS: undefined });
  for (const open of [() => Client.fromEnv(), () => new Client()]) {
    assert.throws(open, { name: 'ConfigurationError', message: /LLM_PROVIDER/ });
  }
  setEnvironment(t, { OPENAI_MAX_TOKENS: 'many' });
  assert.throws(() => Client.fromEnv('openai'), { name: 'ConfigurationError', message: /OPENAI_MAX_TOKENS/ });
  assert.throws(() => Client.fromEnv('nobody'), LLMError);
  assert.throws(() => Client.fromEnv(5), { name: 'TypeError', message: 'provider must be a string' });
});

test('a client shows its provider and model, never its key', (t) => {
  const client = openClient(t, 'http://127.0.0.1:1', { headers: { 'x-secret': KEY }, model: 'm' });
  assert.equal(inspect(client), "Client { provider: 'openai', model: 'm', closed: false }");
  const everything = [
    inspect(client, { showHidden: true, depth: null }),
    inspect(client, { customInspect: false, showHidden: true, depth: null }),
    inspect({ deep: [client] }, { depth: null }),
    JSON.stringify(client),
    String(client),
  ];
  for (const text of everything) assert.equal(text.includes(KEY), false);
});
