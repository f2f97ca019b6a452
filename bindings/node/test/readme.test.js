/** What README.md states and can be checked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { FAILURES } from '../src/abi.js';
import { errorFromJSON } from '../src/errors.js';

const readme = readFileSync(path.join(import.meta.dirname, '..', 'README.md'), 'utf8');

test('the table of errors has each class with its status and number', () => {
  const rows = [...readme.matchAll(/^\| `(\w+)`.*? \| `(\w+)` \| (-\d+) \|$/gm)].map(([, name, status, code]) => [name, status, Number(code)]);
  const expected = Object.entries(FAILURES).map(([status, code]) => [errorFromJSON(code, '{}').name, status, code]);
  assert.deepEqual(rows, expected);
});

test('its snippets are correct modules', () => {
  const snippets = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
  assert.ok(snippets.length >= 2);
  for (const input of snippets) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], { input, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});
