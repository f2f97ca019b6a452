/** The addon by itself: nothing that it is called with brings the process down. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { loadBackend } from '../src/backend.js';
import { errorFromJSON } from '../src/errors.js';
import { addonPaths } from '../src/library.js';

const file = addonPaths().find((path) => existsSync(path));
const skip = file === undefined && process.env.LLM_REQUIRE_ALL !== '1' && 'the addon is not built: make addon';
const load = () => createRequire(import.meta.url)(file);
const open = () => load().open(loadBackend().libraryPath, errorFromJSON);
const ECHO = JSON.stringify({ provider: 'echo' });

test('the backend of this process has the members that backend.js lists, and no others', () => {
  const source = readFileSync(new URL('../src/backend.js', import.meta.url), 'utf8');
  const listed = [...source.matchAll(/^ \*   (\w+)(?:\(|  )/gm)].map(([, name]) => name);
  const backend = loadBackend();
  const prototype = Object.getPrototypeOf(backend);
  const inherited = prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype);
  const members = [...Object.keys(backend), ...inherited].filter((name) => !['constructor', 'abiVersion'].includes(name));
  assert.ok(listed.length > 10);
  assert.deepEqual(members.sort(), listed.sort());
});

test('a file that is no libllm is refused in the loader\'s words', { skip }, () => {
  assert.throws(() => load().open('/nowhere/libllm.so', errorFromJSON), /\/nowhere\/libllm\.so: cannot open shared object file/);
  assert.throws(() => load().open('libc.so.6', errorFromJSON), /llm_abi_version/);
  assert.throws(() => load().open(5, errorFromJSON), { name: 'TypeError', message: 'a string was expected' });
});

test('arguments of the wrong type are exceptions', { skip }, () => {
  const backend = open();
  for (const wrong of [undefined, 5, {}, Symbol('s'), []]) {
    assert.throws(() => backend.createClient(wrong), { name: 'TypeError' });
    assert.throws(() => backend.configFromEnv(wrong), { name: 'TypeError' });
    assert.throws(() => backend.defineProvider(wrong), { name: 'TypeError' });
  }
  for (const wrong of [undefined, null, 5, 'text', {}]) assert.throws(() => backend.readQueue(wrong), { name: 'TypeError' });
  const client = backend.createClient(ECHO);
  assert.throws(() => backend.startCall(client, 'stream', '[]', 1), { name: 'TypeError' });
  assert.throws(() => backend.startCall(client, 1, '[]', '1'), { name: 'TypeError' });
  assert.throws(() => backend.startCall(client, 1, 5, 1), { name: 'TypeError' });
  assert.throws(() => backend.logQueue('loud'), { name: 'TypeError' });
});

test('what is no handle, or one that was freed, is refused or does nothing', { skip }, () => {
  const backend = open();
  const client = backend.createClient(ECHO);
  const call = backend.startCall(client, 1, '[{"role": "user", "content": "x"}]', 1);
  for (const wrong of [undefined, null, 5, 5n, 'text', {}, call]) {
    assert.throws(() => backend.clientStats(wrong), { name: 'InvalidArgumentError' });
    assert.throws(() => backend.startCall(wrong, 1, null, 1), { name: 'InvalidArgumentError' });
  }
  for (const wrong of [undefined, null, 5, 5n, 'text', {}, client]) {
    backend.pauseCall(wrong, true);
    backend.cancelCall(wrong);
  }
  for (let i = 0; i < 3; i++) {
    backend.freeCall(call);
    backend.cancelCall(call);
    backend.destroyClient(client);
    assert.throws(() => backend.clientStats(client), { name: 'InvalidArgumentError' });
  }
});

test('text is taken and given as UTF-8, whatever it holds', { skip }, async () => {
  const backend = open();
  const script = [{ text: 'é€😀' }];
  const client = backend.createClient(JSON.stringify({ provider: 'echo', script }));
  const call = backend.startCall(client, 1, '[{"role": "user", "content": "\ud800 é€😀"}]', Number.MAX_SAFE_INTEGER);
  const buffer = Buffer.from(new ArrayBuffer(4096));
  let count;
  while ((count = backend.readQueue(buffer)) === 0) await new Promise(setImmediate);
  assert.equal(buffer.readBigUInt64LE(0), BigInt(Number.MAX_SAFE_INTEGER));
  assert.match(buffer.toString('utf8', 0, count), /"content":"é€😀"/);
  backend.freeCall(call);
});

test('a record that does not fit says what it needs, and is not lost', { skip }, async () => {
  const backend = open();
  const client = backend.createClient(ECHO);
  const content = 'x'.repeat(5000);
  const call = backend.startCall(client, 1, JSON.stringify([{ role: 'user', content }]), 1);
  const small = Buffer.from(new ArrayBuffer(64));
  let count;
  while ((count = backend.readQueue(small)) === 0) await new Promise(setImmediate);
  assert.ok(count < -5000, `${count}`);
  const large = Buffer.from(new ArrayBuffer(-count));
  assert.equal(backend.readQueue(large), -count);
  assert.ok(large.includes(content));
  assert.equal(backend.readQueue(large), 0);
  backend.freeCall(call);
});
