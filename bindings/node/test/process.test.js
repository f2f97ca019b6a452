/** How a process behaves around a call that blocks it. */
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
  const { ended } = start(t, provider.url('endless'), "client.stream('x', () => process.exit(7)); console.log('went on');");
  assert.deepEqual(await ended, { stdout: '', code: 7, signal: null });
  await provider.saw('connection closed');
});

test('SIGINT ends a process that is in a call', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { child, ended } = start(t, provider.url('silent'), "client.complete('x');");
  await provider.saw('request');
  child.kill('SIGINT');
  assert.deepEqual(await ended, { stdout: '', code: null, signal: 'SIGINT' });
});

test('a client that is still open does not keep the process running', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { ended } = start(t, provider.url('answer'), "console.log(client.complete('x').content);");
  assert.deepEqual(await ended, { stdout: 'Four.\n', code: 0, signal: null });
});

test('text that a callback prints is written while the stream still runs', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { child } = start(t, provider.url('endless'), "client.stream('x', (event) => void console.log(event.text));");
  assert.match(String((await once(child.stdout, 'data'))[0]), /^word0/);
  child.kill('SIGKILL');
  await provider.saw('connection closed');
});
