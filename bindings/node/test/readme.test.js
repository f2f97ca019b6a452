/** What README.md states and can be checked. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { FAILURES } from '../src/abi.js';
import { errorFromJSON } from '../src/errors.js';
import { root } from './support/checkout.js';
import { KEY } from './support/client.js';
import { nodeFlags } from './support/node.js';
import { startProvider } from './support/provider.js';

const readme = readFileSync(path.join(import.meta.dirname, '..', 'README.md'), 'utf8');

test('the table of errors has each class with its status and number', () => {
  const rows = [...readme.matchAll(/^\| `(\w+)`.*? \| `(\w+)` \| (-\d+) \|$/gm)].map(([, name, status, code]) => [name, status, Number(code)]);
  const expected = Object.entries(FAILURES).map(([status, code]) => [errorFromJSON(code, '{}').name, status, code]);
  assert.deepEqual(rows, expected);
});

/** Runs a snippet against a provider on loopback, in place of the real one. */
async function run(code, url) {
  const here = code
    .replaceAll("'scaling-memory'", JSON.stringify(new URL('../src/index.js', import.meta.url).href))
    .replaceAll("provider: 'openai'", `provider: 'openai', base_url: ${JSON.stringify(url)}`);
  const child = spawn(process.execPath, [...nodeFlags, '--input-type=module', '-e', here], {
    env: { ...process.env, LLM_PROVIDER: 'openai', OPENAI_API_KEY: KEY, OPENAI_MODEL: 'm', OPENAI_BASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, status };
}

test('its snippets run, and the one of the repository\'s README', { timeout: 60_000 }, async (t) => {
  const provider = await startProvider(t);
  const other = readFileSync(path.join(root, 'README.md'), 'utf8');
  const snippets = [readme, other].flatMap((page) => [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code));
  assert.ok(snippets.length >= 5);
  for (const code of snippets) {
    const { stdout, stderr, status } = await run(code, provider.url('either'));
    assert.equal(stderr, '', code);
    assert.equal(status, 0, code);
    if (code.includes('console.log') || code.includes('stdout')) assert.match(stdout, /Four\./, code);
  }
});
