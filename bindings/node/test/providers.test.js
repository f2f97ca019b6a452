/** The list of providers, declared ones, and the one that needs no network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client, ConfigurationError, defineProvider, listProviders } from '../src/index.js';
import { KEY } from './support/client.js';
import { startProvider } from './support/provider.js';

test('the list has the providers that are built in', () => {
  const groq = listProviders().find(({ name }) => name === 'groq');
  assert.equal(groq.wire, 'openai-chat');
  assert.deepEqual(groq.api_key_env, ['GROQ_API_KEY']);
  assert.equal(groq.built_in, true);
});

test('a declared provider is in the list and can be asked', async (t) => {
  const provider = await startProvider(t);
  defineProvider({ name: 'mine', wire: 'openai-chat', base_url: provider.url('answer'), models: ['model-1'] });
  assert.equal(listProviders().find(({ name }) => name === 'mine').origin, 'defined');
  const client = new Client({ provider: 'mine', api_key: KEY });
  t.after(() => client.close());
  const response = await client.complete('What is 2+2?');
  assert.equal(response.provider, 'mine');
  assert.ok(response.content.length > 0);
});

test('what is wrong with a definition is named', () => {
  assert.throws(
    () => defineProvider({ name: 'mine', wire: 'telex', base_url: 'http://127.0.0.1' }),
    (error) => error instanceof ConfigurationError && /wire is "telex"/.test(error.message),
  );
});

test('echo answers without a network, and as its script says', async (t) => {
  const client = new Client({ provider: 'echo', script: [{ text: 'one two' }, {}] });
  t.after(() => client.close());
  const pieces = [];
  await client.stream('?', (event) => void (event.kind === 'text' && pieces.push(event.text)));
  assert.equal(pieces.join(''), 'one two');
  assert.equal((await client.complete('Is there anybody?')).content, 'Is there anybody?');
});
