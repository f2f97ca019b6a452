/** When a process with calls ends, and how. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { nodeFlags } from './support/node.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

/** Starts a process that runs `script` with `client` at `url`; gives the child and how it ended. */
function start(t, url, script) {
  const module = `
    import { openClient } from ${JSON.stringify(new URL('./support/client.js', import.meta.url).href)};
    const client = openClient({ after() {} }, ${JSON.stringify(url)});
    ${script}`;
  const child = spawn(process.execPath, [...nodeFlags, '--input-type=module', '-e', module], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = Promise.all([text(child.stdout), once(child, 'close')]);
  return { child, ended: ended.then(([stdout, [code, signal]]) => ({ stdout, code, signal })) };
}

test('process.exit() in the callback of a stream ends the process with its code', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { ended } = start(t, provider.url('endless'), "await client.stream('x', () => process.exit(7)); console.log('went on');");
  assert.deepEqual(await ended, { stdout: '', code: 7, signal: null });
  await provider.saw('connection closed');
});

test('a call keeps the process running until its end, and no longer, though the client is open', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { ended } = start(t, provider.url('answer'), "client.complete('x').then(({ content }) => console.log(content));");
  assert.deepEqual(await ended, { stdout: 'Four.\n', code: 0, signal: null });
});

test('a thousand streams, and the process ends by itself', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const script = `
    let events = 0;
    for (let i = 0; i < 1000; i++) client.stream('x', () => void events++);
    process.on('exit', () => console.log(events));`;
  const { ended } = start(t, provider.url('numbered/3'), script);
  const { stdout, code } = await ended;
  assert.equal(code, 0);
  assert.ok(Number(stdout) >= 2000, stdout); // texts may be joined
});

test('what ends calls early ends the process too', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const endings = {
    abort: "client.complete('x', { signal: AbortSignal.timeout(50) }).catch(({ name }) => console.log(name));",
    'a timer and an abort': `const controller = new AbortController();
      client.stream('x', { signal: controller.signal }).response.catch(({ name }) => console.log(name));
      setTimeout(() => controller.abort(), 50);`,
    close: "client.complete('x').catch(({ name }) => console.log(name)); setTimeout(() => client.close(), 50);",
    'cancel()': "const stream = client.stream('x'); stream.response.catch(({ name }) => console.log(name)); setTimeout(() => stream.cancel(), 50);",
  };
  const said = { abort: 'TimeoutError', 'a timer and an abort': 'AbortError', close: 'CanceledError', 'cancel()': 'CanceledError' };
  await Promise.all(
    Object.entries(endings).map(async ([how, script]) => {
      assert.deepEqual(await start(t, provider.url('silent'), script).ended, { stdout: `${said[how]}\n`, code: 0, signal: null }, how);
    }),
  );
});

test('SIGINT ends a process that waits for a call, or runs its handler', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const plain = start(t, provider.url('silent'), "console.log('waits'); await client.complete('x');");
  await once(plain.child.stdout, 'data');
  plain.child.kill('SIGINT');
  assert.deepEqual(await plain.ended, { stdout: 'waits\n', code: null, signal: 'SIGINT' });
  const handler = start(t, provider.url('silent'), `
    const controller = new AbortController();
    process.once('SIGINT', () => controller.abort());
    console.log('waits');
    await client.complete('x', { signal: controller.signal }).catch(({ name }) => console.log(name));`);
  await once(handler.child.stdout, 'data');
  handler.child.kill('SIGINT');
  assert.deepEqual(await handler.ended, { stdout: 'waits\nAbortError\n', code: 0, signal: null });
});

test('an exception that nobody catches ends the process as usual, with calls alive', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const script = `
    process.on('uncaughtException', (error) => { console.log('uncaught', error.message); process.exit(3); });
    client.stream('x', () => { throw new Error('from the callback'); });
    client.complete('y');`;
  const { ended } = start(t, provider.url('endless'), script);
  assert.deepEqual(await ended, { stdout: 'uncaught from the callback\n', code: 3, signal: null });
});

test('text that a callback prints is written while the stream still runs', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { child } = start(t, provider.url('endless'), "client.stream('x', (event) => void console.log(event.text));");
  assert.match(String((await once(child.stdout, 'data'))[0]), /^word0/);
  child.kill('SIGKILL');
  await provider.saw('connection closed');
});

test('a process that was started while calls run does not inherit the queue\'s socket', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  // Whoever started these tests may have left sockets open to all that come after him: those of before the call do not count.
  const script = `
    import { spawnSync } from 'node:child_process';
    import { enableLogging } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
    const sockets = () => Number(spawnSync(process.execPath, ['-e', "console.log(require('fs').readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 2 && isSocket(fd)).length); function isSocket(fd) { try { return require('fs').readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; } }"], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout);
    const before = sockets();
    enableLogging('error', () => {}); // makes the queue, and libcurl nothing yet
    const withQueue = sockets();
    client.complete('x').catch(() => {});
    process.stdout.write([withQueue - before, sockets() - withQueue].join());
    process.exit();`;
  const { ended } = start(t, provider.url('silent'), script);
  const { stdout } = await ended;
  const [ofQueue, ofCall] = stdout.split(',').map(Number);
  assert.equal(ofQueue, 0);
  // libcurl's multi handle makes a pair to wake itself by, which nobody here uses, and (7.88) does not close it on exec: it is
  // there where the call has come so far, and nothing else is.
  assert.ok(ofCall === 0 || ofCall === 2, `${ofCall} more sockets than before the call`);
});
