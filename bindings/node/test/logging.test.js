/** Log lines of libllm in JavaScript. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { enableLogging } from '../src/index.js';
import { KEY, openClient } from './support/client.js';
import { nodeFlags } from './support/node.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

/** Runs a script in a process of its own, with `client` at `url` and `enableLogging`. */
async function run(url, script) {
  const module = `
    import { enableLogging } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
    import { openClient } from ${JSON.stringify(new URL('./support/client.js', import.meta.url).href)};
    const client = openClient({ after() {} }, ${JSON.stringify(url)});
    ${script}`;
  const child = spawn(process.execPath, [...nodeFlags, '--input-type=module', '-e', module], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code };
}

test('lines of the level and above go to the callback, as objects', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const lines = [];
  t.after(() => enableLogging('off'));
  enableLogging('debug', (line) => lines.push(line));
  const client = openClient(t, provider.url('answer'));
  await client.complete({ messages: [{ role: 'user', content: 'a secret question' }], call_id: 'mine' });
  while (!lines.some(({ msg }) => msg === 'call finished')) await new Promise(setImmediate);
  const finished = lines.find(({ msg, call_id }) => msg === 'call finished' && call_id === 'mine');
  assert.equal(finished.level, 30);
  assert.equal(finished.pid, process.pid);
  assert.equal(finished.name, 'libllm');
  assert.equal(finished.operation, 'complete');
  assert.equal(typeof finished.latency_ms, 'number');
  assert.ok(lines.some(({ level, msg }) => level === 20 && msg === 'call started'));
  const all = JSON.stringify(lines);
  for (const hidden of [KEY, 'a secret question', 'Four.']) assert.equal(all.includes(hidden), false);

  enableLogging('off');
  const before = lines.length;
  await client.complete('x');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(lines.length, before);
});

test('without a callback they are written to stderr, the last among them, and the process ends', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { stdout, stderr, code } = await run(provider.url('answer'), `
    enableLogging('info');
    console.log((await client.complete('x')).content);`);
  assert.deepEqual({ stdout, code }, { stdout: 'Four.\n', code: 0 });
  const lines = stderr.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.at(-1).msg, 'call finished');
});

test('logging alone does not keep the process running', DEADLINE, async () => {
  assert.deepEqual(await run('http://127.0.0.1:1', "enableLogging('trace', () => {});"), { stdout: '', stderr: '', code: 0 });
});

test('what the callback throws is an uncaught exception, and the calls go on', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { stdout, code } = await run(provider.url('numbered/100'), `
    let uncaught = 0;
    process.on('uncaughtException', () => uncaught++);
    enableLogging('debug', () => { throw new Error('mine'); });
    const { content } = await client.stream('x', () => {});
    await new Promise(setImmediate);
    console.log(content.endsWith('x:99 '), uncaught > 0);`);
  assert.deepEqual({ stdout, code }, { stdout: 'true true\n', code: 0 });
});

test('an unknown level, and what is no function, are TypeErrors', () => {
  for (const level of ['loud', 30, undefined, 'toString']) {
    assert.throws(() => enableLogging(level), { name: 'TypeError', message: /level must be one of trace, debug, info, warn, error, off/ });
  }
  assert.throws(() => enableLogging('info', 'console'), { name: 'TypeError', message: 'onLine must be a function' });
});
