/** The programs in examples/node do what they say. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { root } from './support/checkout.js';
import { KEY } from './support/client.js';
import { nodeFlags } from './support/node.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };
const folder = path.join(root, 'examples', 'node');

async function run(name, args, environment, input = '') {
  const child = spawn(process.execPath, [...nodeFlags, path.join(folder, name), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}).end(input);
  const exit = new Promise((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, code };
}

function openAI(base_url) {
  return { LLM_PROVIDER: 'openai', OPENAI_API_KEY: KEY, OPENAI_MODEL: 'model-1', OPENAI_BASE_URL: base_url };
}

test('every example is run here and shorter than 60 lines', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  assert.deepEqual(files.sort(), ['analyze.mjs', 'complete.mjs', 'many.mjs', 'stream.mjs', 'switch_provider.mjs']);
  for (const file of files) assert.ok(readFileSync(path.join(folder, file), 'utf8').split('\n').length < 60, file);
});

test('complete prints the answer', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  assert.deepEqual(await run('complete.mjs', ['What is 2+2?'], openAI(provider.url('answer'))), {
    stdout: 'Four.\n',
    stderr: '',
    code: 0,
  });
  const { messages } = (await provider.saw('request')).body;
  assert.equal(messages.at(-1).content, 'What is 2+2?');
});

test('stream prints the text and a line about it', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { stdout, stderr, code } = await run('stream.mjs', [], openAI(provider.url('characters')));
  assert.match(stdout, /^a\0bé€😀\n\n\[openai, model-1: (\d+|\?) tokens in, (\d+|\?) out; first after [\d.]+ ms, all after [\d.]+ ms\]\n$/);
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

test('switch_provider sends the first provider\'s answer to the second', DEADLINE, async (t) => {
  const [first, second] = [await startProvider(t), await startProvider(t)];
  const { stdout, stderr, code } = await run('switch_provider.mjs', ['What is 2+2?'], {
    ...openAI(first.url('answer')),
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_MODEL: 'model-2',
    ANTHROPIC_BASE_URL: second.url('message'),
  });
  assert.equal(stderr, '');
  assert.equal(stdout, 'openai (model-1): Four.\n\nanthropic (model-2): Yes.\n\n');
  assert.equal(code, 0);
  const sent = JSON.stringify((await second.saw('request')).body.messages);
  assert.match(sent, /What is 2\+2\?.*Four\..*Is this right\?/);
});

test('analyze sends what standard input holds', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { stdout, stderr, code } = await run('analyze.mjs', ['Count them.'], openAI(provider.url('answer')), 'One error.\n');
  assert.equal(stderr, '');
  assert.equal(stdout, 'Four.\n');
  assert.equal(code, 0);
  const sent = JSON.stringify((await provider.saw('request')).body);
  assert.match(sent, /One error\./);
  assert.match(sent, /Count them\./);
});

test('many asks all at the same time, and Ctrl-C ends them', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { stdout, stderr, code } = await run('many.mjs', ['one', 'two'], openAI(provider.url('echo')));
  assert.equal(stderr, '');
  assert.match(stdout, /^one\none\n$/m);
  assert.match(stdout, /^two\ntwo\n$/m);
  assert.match(stdout, /\n2 of 2 answered; p50 \d+ ms\n$/);
  assert.equal(code, 0);

  const child = spawn(process.execPath, [...nodeFlags, path.join(folder, 'many.mjs')], {
    env: { ...process.env, ...openAI(provider.url('silent')) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  await provider.saw('request', 5);
  child.kill('SIGINT');
  assert.match(await text(child.stderr), /^(stopped: [^\n]+\n){3}$/);
  assert.match(await text(child.stdout), /^0 of 3 answered; p50 \? ms\n$/);
});

test('what goes wrong is one line, without the key, and exit status 1', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  for (const name of ['complete.mjs', 'stream.mjs', 'switch_provider.mjs', 'analyze.mjs']) {
    const { stdout, stderr, code } = await run(name, [], openAI(provider.url('status/401')), 'text');
    assert.equal(stdout, '', name);
    assert.match(stderr, /^authentication: [^\n]+\n$/, name);
    assert.equal(stderr.includes(KEY), false, name);
    assert.equal(code, 1, name);
  }
});
