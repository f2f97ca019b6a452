import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Client, ClosedError, InvalidArgumentError, libraryVersion } from '../src/index.js';
import { loadBackend } from '../src/backend.js';
import { KEY, openClient } from './support/client.js';
import { deadPort, startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

test('the library says its version', () => {
  assert.match(libraryVersion(), /^\d+\.\d+\.\d+/);
});

test('a closed client says so, in every method', (t) => {
  const client = openClient(t, 'http://127.0.0.1:1');
  assert.equal(client.closed, false);
  client.close();
  client.close();
  assert.equal(client.closed, true);
  const calls = {
    complete: () => client.complete('x'),
    stream: () => client.stream('x', () => {}),
    analyze: () => client.analyze('x'),
    listModels: () => client.listModels(),
    healthCheck: () => client.healthCheck(),
  };
  for (const [name, call] of Object.entries(calls)) {
    assert.throws(
      call,
      (error) =>
        error instanceof ClosedError && error instanceof InvalidArgumentError && error.message === 'this client is closed',
      name,
    );
  }
});

test('using closes at the end of the block', () => {
  let kept;
  {
    using client = new Client({ provider: 'openai', api_key: KEY });
    kept = client;
    assert.equal(client.closed, false);
  }
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
  const response = client.analyze('The page\'s text, ä😀.', 'Count the words.', { max_tokens: 9, call_id: 'mine' });
  assert.equal(response.content, 'Four.');
  assert.equal(response.call_id, 'mine');
  const sent = JSON.stringify((await provider.saw('request')).body);
  assert.match(sent, /The page's text, ä😀\./);
  assert.match(sent, /Count the words\./);
});

test('analyze needs neither an instruction nor options', DEADLINE, async (t) => {
  const client = openClient(t, (await startProvider(t)).url('answer'));
  for (const rest of [[], [undefined, undefined], [null, null], [undefined, { max_tokens: 9 }]]) {
    assert.equal(client.analyze('text', ...rest).content, 'Four.');
  }
  assert.throws(() => client.analyze(), { name: 'TypeError', message: 'content must be a string' });
  assert.throws(() => client.analyze('a\0b'), { name: 'TypeError', message: /content must not contain .*U\+0000/ });
  assert.throws(() => client.analyze('a', 5), { name: 'TypeError', message: 'instruction must be a string' });
  assert.throws(() => client.analyze('a', 'b', 5), { name: 'TypeError', message: 'options must be an object' });
});

test('listModels gives the provider\'s models', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const list = openClient(t, provider.url('models')).listModels({ call_id: 'mine' });
  assert.deepEqual(list.models, [{ id: 'm-1', created: 1700000000, owned_by: 'us' }]);
  assert.equal(list.provider, 'openai');
  assert.equal(list.call_id, 'mine');
  const { method, url } = await provider.saw('request');
  assert.equal(`${method} ${url}`, 'GET /models/models');
});

test('healthCheck of a provider that answers', DEADLINE, async (t) => {
  const report = openClient(t, (await startProvider(t)).url('models')).healthCheck();
  assert.equal(report.healthy, true);
  assert.equal(report.provider, 'openai');
  assert.equal(typeof report.latency_ms, 'number');
  assert.equal('error' in report, false);
});

test('healthCheck of a dead port is a report, not an error', DEADLINE, async (t) => {
  const report = openClient(t, `http://127.0.0.1:${await deadPort()}`).healthCheck({ timeout: { total_ms: 5000 } });
  assert.equal(report.healthy, false);
  assert.equal(report.error.status, 'connection');
  assert.equal(report.error.code, -11);
});

test('healthCheck of a provider that refuses the key is a report without the key', DEADLINE, async (t) => {
  const report = openClient(t, (await startProvider(t)).url('status/401')).healthCheck();
  assert.equal(report.healthy, false);
  assert.equal(report.error.status, 'authentication');
  assert.equal(JSON.stringify(report).includes(KEY), false);
});
