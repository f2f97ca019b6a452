/** How the records of a queue are read from memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { READ_BYTES, RecordBuffer } from '../src/record-buffer.js';

/** Writes records as llm.h lays them out, on a little-endian machine; gives the bytes used. */
function write(buffer, records) {
  let at = 0;
  for (const [tag, kind, text] of records) {
    const data = Buffer.from(text);
    buffer.bytes.writeBigUInt64LE(BigInt(tag), at);
    buffer.bytes.writeInt32LE(kind, at + 8);
    buffer.bytes.writeUInt32LE(data.length, at + 12);
    buffer.bytes.fill(0xee, at + 16, at + 16 + (Math.floor(data.length / 8) + 1) * 8);
    data.copy(buffer.bytes, at + 16);
    buffer.bytes[at + 16 + data.length] = 0;
    at += 16 + (Math.floor(data.length / 8) + 1) * 8;
  }
  return at;
}

function read(buffer, used) {
  const records = [];
  buffer.read(used, (...record) => records.push(record));
  return records;
}

const TEXTS = ['', 'a', 'seven77', 'eight888', 'a\0b', 'é', '€', '😀', 'twelve bytes', 'thirteen byte', 'é'.repeat(7), 'x'.repeat(1000), '\ufeffbom'];

test('records of every length, one at a time and many at once', () => {
  const buffer = new RecordBuffer();
  const records = TEXTS.map((text, index) => [index, 1, text]);
  for (const record of records) assert.deepEqual(read(buffer, write(buffer, [record])), [record]);
  const many = [...records, ...records, ...records];
  assert.deepEqual(read(buffer, write(buffer, many)), many);
});

test('tags above 32 bits', () => {
  const buffer = new RecordBuffer();
  const records = [[2 ** 32 - 1, 1, ''], [2 ** 32, 1, ''], [2 ** 53 - 1, 6, '{}']];
  assert.deepEqual(read(buffer, write(buffer, records)), records);
});

test('a record that is too long gets room, and a huge room is given back', () => {
  const buffer = new RecordBuffer();
  buffer.grow(100_000);
  const text = 'x'.repeat(50_000);
  assert.deepEqual(read(buffer, write(buffer, [[1, 1, text], [1, 1, 'y']])), [[1, 1, text], [1, 1, 'y']]);
  buffer.grow(3_000_000);
  assert.ok(buffer.bytes.length >= 3_000_000);
  assert.deepEqual(read(buffer, write(buffer, [[2, 5, 'é'.repeat(1_000_000)]])), [[2, 5, 'é'.repeat(1_000_000)]]);
  assert.equal(buffer.bytes.length, READ_BYTES);
});
