/** The declarations say what the module does, and a strict program compiles against them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import * as api from '../src/index.js';
import { Client, LLMError, ResponseStream } from '../src/index.js';

const folder = path.join(import.meta.dirname, 'types');

/** The compiler: TSC, a path of tsc.js, or Debian's node-typescript. */
function compiler() {
  const found = process.env.TSC ?? '/usr/share/nodejs/typescript/lib/tsc.js';
  if (!existsSync(found)) {
    throw new Error(`no TypeScript compiler at ${found}: install node-typescript, or set TSC to the path of a tsc.js`);
  }
  return found;
}

function compile(...files) {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--pretty', 'false'];
  const { stdout, status } = spawnSync(process.execPath, [compiler(), ...options, ...files], { cwd: folder, encoding: 'utf8' });
  return { stdout, status };
}

test('a program that uses everything compiles', { timeout: 120_000 }, () => {
  const { stdout, status } = compile('program.mts');
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

test('each mistake is found, and nothing else', { timeout: 120_000 }, () => {
  const { stdout } = compile('mistakes.mts');
  const found = [...stdout.matchAll(/^mistakes\.mts\((\d+),/gm)].map(([, line]) => Number(line));
  const lines = readFileSync(path.join(folder, 'mistakes.mts'), 'utf8').split('\n');
  const marked = lines.flatMap((line, index) => (line.includes('// mistake') ? [index + 1] : []));
  assert.ok(marked.length > 0);
  assert.deepEqual([...new Set(found)], marked, stdout);
});

test('what is declared is exported, and the other way round', () => {
  const declared = ['index', 'errors', 'request'].flatMap((file) => {
    const text = readFileSync(path.join(folder, '..', '..', 'src', `${file}.d.ts`), 'utf8');
    return [...text.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(([, name]) => name);
  });
  assert.deepEqual(declared.sort(), Object.keys(api).sort());
});

test('the declared members of classes are there, and the other way round', () => {
  assert.deepEqual(declaredMembers('index', 'Client'), membersOf(Client));
  assert.deepEqual(declaredMembers('index', 'ResponseStream'), membersOf(ResponseStream));
  const all = new LLMError({ status: 's', code: 1, message: 'm', http_status: 1, retry_after_ms: 1, retryable: true,
    provider: 'p', provider_code: 'c', provider_message: 'm', request_id: 'r', attempts: 1, call_id: 'c', partial: {} });
  assert.deepEqual(declaredMembers('errors', 'LLMError'), Object.keys(all).sort());
});

function declaredMembers(file, name) {
  const text = readFileSync(path.join(folder, '..', '..', 'src', `${file}.d.ts`), 'utf8');
  const body = text.match(new RegExp(`^export class ${name} [^]*?^}`, 'm'))[0];
  const members = [...body.matchAll(/^  (?:static |readonly )?(\w+)\??[(:]/gm)].map(([, member]) => member);
  return [...new Set(members)].filter((member) => member !== 'constructor').sort(); // overloads once
}

function membersOf(type) {
  const own = [...Object.getOwnPropertyNames(type.prototype), ...Object.getOwnPropertyNames(type)];
  return own.filter((name) => !['constructor', 'length', 'name', 'prototype'].includes(name)).sort();
}
