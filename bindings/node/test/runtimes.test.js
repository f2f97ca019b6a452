/** Deno and Bun, which load the package and its addon as they are. DENO and BUN name their programs. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { root } from './support/checkout.js';
import { KEY } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 120_000 };

const RUNTIMES = {
  deno: [process.env.DENO, 'run', '--no-prompt', '--allow-env', '--allow-read', '--allow-ffi'],
  bun: [process.env.BUN, 'run'],
};

for (const [name, [program, ...flags]] of Object.entries(RUNTIMES)) {
  const skip = !program && process.env.LLM_REQUIRE_ALL !== '1' && `${name.toUpperCase()} names no program`;
  const example = path.join(root, 'examples', name, 'stream.ts');

  const start = (t, file, args, environment = {}) => {
    const { SCALING_MEMORY_BACKEND, ...rest } = process.env;
    const child = spawn(program, [...flags, file, ...args], { env: { ...rest, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    const exit = new Promise((resolve) => child.on('close', resolve));
    const ended = Promise.all([text(child.stdout), text(child.stderr), exit]);
    return { child, ended: ended.then(([stdout, stderr, code]) => ({ stdout, stderr, code })) };
  };
  const openAI = (url) => ({ LLM_PROVIDER: 'openai', OPENAI_API_KEY: KEY, OPENAI_MODEL: 'model-1', OPENAI_BASE_URL: url });

  test(`${name}: calls, streams, failures, signals and log lines, and the process ends by itself`, { ...DEADLINE, skip }, async (t) => {
    const provider = await startProvider(t);
    const program = path.join(import.meta.dirname, 'support', 'runtime-program.js');
    assert.deepEqual(await start(t, program, [provider.origin]).ended, { stdout: 'fine\n', stderr: '', code: 0 });
  });

  test(`${name}: the example prints the answer and a line about it`, { ...DEADLINE, skip }, async (t) => {
    const provider = await startProvider(t);
    assert.deepEqual(await start(t, example, ['What is 2+2?'], openAI(provider.url('characters'))).ended, {
      stdout: 'a\0bé€😀\n\n[model-1: ? tokens]\n',
      stderr: '',
      code: 0,
    });
    assert.equal((await provider.saw('request')).body.messages[0].content, 'What is 2+2?');
  });

  test(`${name}: the example's Ctrl-C closes the connection`, { ...DEADLINE, skip }, async (t) => {
    const provider = await startProvider(t);
    const { child, ended } = start(t, example, [], openAI(provider.url('endless')));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    const { stderr, code } = await ended;
    assert.deepEqual({ stderr, code }, { stderr: '\nstopped\n', code: 1 });
    await provider.saw('connection closed');
  });

  test(`${name}: what goes wrong is one line, without the key, and exit status 1`, { ...DEADLINE, skip }, async (t) => {
    const provider = await startProvider(t);
    const { stdout, stderr, code } = await start(t, example, [], openAI(provider.url('status/401'))).ended;
    assert.equal(stdout, '');
    assert.match(stderr, /^authentication: [^\n]+\n$/);
    assert.equal(stderr.includes(KEY), false);
    assert.equal(code, 1);
  });
}
