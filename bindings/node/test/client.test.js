import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { CanceledError, Client, ClosedError, InvalidArgumentError, libraryVersion } from '../src/index.js';
import { loadBackend } from '../src/backend.js';
import { KEY, openClient } from './support/client.js';
import { deadPort, startProvider } from './support/provider.js';
import { awaitUsing, using } from './support/using.js';

const DEADLINE = { timeout: 60_000 };

test('the library says its version', () => {
  assert.match(libraryVersion(), /^\d+\.\d+\.\d+/);
});

test('a closed client says so, in every method', async (t) => {
  const client = openClient(t, 'http://127.0.0.1:1');
  assert.equal(client.closed, false);
  client.close();
  client.close();
  assert.equal(client.closed, true);
  const calls = {
    complete: () => client.complete('x'),
    stream: () => client.stream('x'),
    'stream with a callback': () => client.stream('x', () => {}),
    analyze: () => client.analyze('x'),
    embed: () => client.embed('x'),
    listModels: () => client.listModels(),
    healthCheck: () => client.healthCheck(),
    stats: () => client.stats(),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assert.rejects(
      async () => call(),
      (error) =>
        error instanceof ClosedError && error instanceof InvalidArgumentError && error.message === 'this client is closed',
      name,
    );
  }
});

test('close() ends the calls that run with a CanceledError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('silent'));
  const calls = [client.complete('x'), client.stream('x', () => {}), client.stream('x').response, client.listModels()];
  const failures = Promise.all(calls.map((call) => assert.rejects(call, CanceledError)));
  client.close();
  await failures;
});

test('await using closes, and waits until the calls that ran have ended', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  let ended = false;
  const silent = new Client({ provider: 'openai', api_key: KEY, model: 'm', base_url: provider.url('silent') });
  await awaitUsing(silent, (client) => void client.complete('x').catch(() => (ended = true)));
  assert.equal(ended, true);
});

test('using closes at the end of the block', async () => {
  const kept = new Client({ provider: 'openai', api_key: KEY });
  await using(kept, (client) => assert.equal(client.closed, false));
  assert.equal(kept.closed, true);
});

test('a client that was forgotten is destroyed', DEADLINE, async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  const destroyed = t.mock.method(loadBackend(), 'destroyClient');
  const forget = () => void new Client({ provider: 'openai', api_key: KEY });
  for (let i = 0; i < 100; i++) forget();
  const closed = new Client({ provider: 'openai', api_key: KEY });
  closed.close();
  while (destroyed.mock.callCount() < 101) {
    collectGarbage();
    await sleep(1);
  }
  const handles = destroyed.mock.calls.map((call) => call.arguments[0]);
  assert.equal(handles.length, 101);
});

test('analyze sends the content and the instruction', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('answer'));
  const response = await client.analyze('The page\'s text, ä😀.', 'Count the words.', { max_tokens: 9, call_id: 'mine' });
  assert.equal(response.content, 'Four.');
  assert.equal(response.call_id, 'mine');
  const sent = JSON.stringify((await provider.saw('request')).body);
  assert.match(sent, /The page's text, ä😀\./);
  assert.match(sent, /Count the words\./);
});

test('analyze needs neither an instruction nor options', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url('answer'));
  for (const rest of [[], [undefined, undefined], [null, null], [undefined, { max_tokens: 9 }]]) {
    assert.equal((await client.analyze('text', ...rest)).content, 'Four.');
  }
  await assert.rejects(client.analyze(), { name: 'TypeError', message: 'content must be a string' });
  await assert.rejects(client.analyze('a', 5), { name: 'TypeError', message: 'instruction must be a string' });
  await assert.rejects(client.analyze('a', 'b', 5), { name: 'TypeError', message: 'options must be an object' });
});

test('listModels gives the provider\'s models', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const list = await openClient(t, provider.url('models')).listModels({ call_id: 'mine' });
  assert.deepEqual(list.models, [{ id: 'm-1', created: 1700000000, owned_by: 'us' }]);
  assert.equal(list.provider, 'openai');
  assert.equal(list.call_id, 'mine');
  const { method, url } = await provider.saw('request');
  assert.equal(`${method} ${url}`, 'GET /models/models');
});

test('embed gives one embedding for each text', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('embed'));
  const list = await client.embed(['one', 'three'], { signal: new AbortController().signal });
  assert.deepEqual(list.embeddings, [[3, 0], [5, 1]]);
  assert.deepEqual(list.usage, { input_tokens: 2, total_tokens: 2 });
  assert.equal(list.model, 'model-1');
  assert.deepEqual((await client.embed('text')).embeddings, [[4, 0]]);
  assert.equal((await client.embed({ input: 'text', model: 'm', call_id: 'mine' })).call_id, 'mine');
  for (const request of [undefined, null, 5]) {
    await assert.rejects(client.embed(request), { name: 'TypeError', message: /^request must be/ });
  }
  const { body, url } = await provider.saw('request');
  assert.deepEqual(body.input, ['one', 'three']);
  assert.match(url, /\/embeddings$/);
});

test('stats counts what became of the calls', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('busy/1'), { retry: { max_retries: 2, initial_delay_ms: 1 } });
  assert.equal((await client.complete('x')).attempts, 2);
  await assert.rejects(client.complete({ messages: [{ role: 'user', content: 'x' }], timeout: { total_ms: -1 } }));
  const stats = client.stats();
  assert.equal(stats.provider, 'openai');
  assert.deepEqual(stats.calls, { started: 1, succeeded: 1, failed: 0, in_flight: 0 });
  assert.equal(stats.attempts, 2);
  assert.deepEqual(stats.retries, { total: 1, rate_limited: 1 });
  assert.equal(stats.usage.input_tokens, 3);
  assert.equal(stats.latency_ms.count, 1);
  assert.equal(typeof stats.latency_ms.p99, 'number');
});

test('a client is not forgotten while a call of it runs', DEADLINE, async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  const provider = await startProvider(t);
  const settings = { provider: 'openai', api_key: KEY, model: 'm', base_url: provider.url('endless') };
  let count = 0;
  await assert.rejects(
    new Client(settings).stream('x', async () => {
      collectGarbage();
      await sleep(1);
      return ++count < 20;
    }),
    CanceledError,
  );
  assert.equal(count, 20);
});

test('healthCheck of a provider that answers', DEADLINE, async (t) => {
  const report = await openClient(t, (await startProvider(t)).url('models')).healthCheck();
  assert.equal(report.healthy, true);
  assert.equal(report.provider, 'openai');
  assert.equal(typeof report.latency_ms, 'number');
  assert.equal('error' in report, false);
});

test('healthCheck of a dead port is a report, not an error', DEADLINE, async (t) => {
  const report = await openClient(t, `http://127.0.0.1:${await deadPort()}`).healthCheck({ timeout: { total_ms: 5000 } });
  assert.equal(report.healthy, false);
  assert.equal(report.error.status, 'connection');
  assert.equal(report.error.code, -11);
});

test('healthCheck of a provider that refuses the key is a report without the key', DEADLINE, async (t) => {
  const report = await openClient(t, (await startProvider(t)).url('status/401')).healthCheck();
  assert.equal(report.healthy, false);
  assert.equal(report.error.status, 'authentication');
  assert.equal(JSON.stringify(report).includes(KEY), false);
});
