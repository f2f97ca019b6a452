/** src/abi.js says the same as include/llm.h. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import * as abi from '../src/abi.js';
import * as api from '../src/index.js';
import { root } from './support/checkout.js';

const { ABI_VERSION, EVENT, FAILURES, FUNCTIONS } = abi;
const header = readFileSync(path.join(root, 'include', 'llm.h'), 'utf8').replace(/\/\*[^]*?\*\//g, '');
const constants = new Map([...header.matchAll(/^\s*LLM_(\w+) = (-?\d+)/gm)].map(([, name, value]) => [name, Number(value)]));

/** "const char *LLM_NULLABLE text" as the type of node:ffi. */
const TYPES = { int32_t: 'int32', uint32_t: 'uint32', uint64_t: 'uint64', size_t: 'uint64', llm_status: 'int32', void: 'void' };

function typeOf(declaration) {
  const plain = declaration.replace(/LLM_(NULLABLE|NONNULL)/g, '').trim();
  if (plain.includes('*')) return 'pointer';
  return TYPES[plain.replace(/^const /, '').split(/\s+/)[0]];
}

/** buffer is a pointer whose memory JavaScript brings. */
const asPointer = (type) => (type === 'buffer' ? 'pointer' : type);

/** {return, arguments} of the declaration that `pattern` finds, which has groups for the result and the parameters. */
function declared(pattern) {
  const [, result, parameters] = header.match(pattern);
  const list = parameters.replace(/\s+/g, ' ');
  return { arguments: list === 'void' ? [] : list.split(',').map(typeOf), return: typeOf(result) };
}

test('the version', () => {
  assert.equal(ABI_VERSION, Number(header.match(/#define LLM_ABI_VERSION (\d+)/)[1]));
});

test('the numbers of failures, all of them, each with a class of its own', () => {
  const inHeader = [...constants].filter(([name]) => name.startsWith('ERROR_'));
  assert.ok(inHeader.length >= 21);
  assert.deepEqual(
    Object.entries(FAILURES).sort(),
    inHeader.map(([name, value]) => [name.slice('ERROR_'.length).toLowerCase(), value]).sort(),
  );
  for (const name of ['OK', 'PENDING', 'TOO_SMALL']) assert.equal(abi[name], constants.get(name), name);
});

for (const [what, numbers, prefix] of [
  ['events', EVENT, 'EVENT_'],
  ['operations', abi.OPERATION, 'OP_'],
  ['log levels', abi.LOG_LEVELS, 'LOG_'],
]) {
  test(`the numbers of ${what}, all of them`, () => {
    const inHeader = [...constants].filter(([name]) => name.startsWith(prefix));
    const here = Object.entries(numbers).map(([name, value]) => [prefix + name.toUpperCase(), value]);
    assert.ok(inHeader.length > 1);
    assert.deepEqual(here.sort(), inHeader.sort());
  });
}

test('the head of a record', () => {
  const [, fields] = header.match(/typedef struct llm_event \{([^}]*)\}/);
  assert.deepEqual(fields.match(/\w+ \w+(?=;)/g), ['uint64_t tag', 'int32_t kind', 'uint32_t length']);
  assert.equal(abi.RECORD_HEADER, 8 + 4 + 4);
});

test('the signatures', () => {
  for (const [name, signature] of Object.entries(FUNCTIONS)) {
    const expected = declared(new RegExp(`^([\\w *]+?)\\b${name}\\(([^;]*)\\);`, 'm'));
    assert.deepEqual({ ...signature, arguments: signature.arguments.map(asPointer) }, expected, name);
  }
});

test('the addon calls the same functions', () => {
  const list = readFileSync(path.join(root, 'bindings', 'node', 'native', 'library.h'), 'utf8');
  assert.deepEqual([...list.matchAll(/FUNCTION\((llm_\w+)\)/g)].map(([, name]) => name), Object.keys(FUNCTIONS));
});

test('every failure of the header is thrown as a class of its own', async () => {
  const { errorFromJSON } = await import('../src/errors.js');
  const classes = Object.entries(FAILURES).map(([status, code]) => {
    const error = errorFromJSON(code, JSON.stringify({ status, code, message: 'm' }));
    assert.equal(api[error.name], error.constructor);
    assert.notEqual(error.constructor, api.LLMError);
    assert.equal(error.status, status);
    return error.constructor;
  });
  assert.equal(new Set(classes).size, classes.length);
});

test('a failure of a newer library is an LLMError', async () => {
  const { errorFromJSON } = await import('../src/errors.js');
  const error = errorFromJSON(-99, '{"status": "brand_new", "code": -99, "message": "m", "new_field": 1}');
  assert.equal(error.constructor, api.LLMError);
  assert.equal(error.status, 'brand_new');
  assert.equal(error.code, -99);
  assert.equal(errorFromJSON(-98, '{}').status, 'unknown');
});

test('an event of a newer library is not delivered', async () => {
  const { eventFrom, isKnown } = await import('../src/events.js');
  assert.equal(isKnown(99), false);
  assert.equal(isKnown(EVENT.LOG), false);
  for (const kind of [EVENT.TEXT, EVENT.REASONING, EVENT.TOOL_CALL_DELTA, EVENT.TOOL_CALL, EVENT.RESPONSE]) assert.ok(isKnown(kind));
  assert.deepEqual(eventFrom(4, '{"index": 0, "id": "i", "name": "n", "arguments": "{}", "kind": "?", "more": 1}'), {
    index: 0, id: 'i', name: 'n', arguments: '{}', kind: 'toolCall', more: 1,
  });
});
