/** The memory that a queue's events are copied to, and how they are read from it: records as of llm.h's llm_event. */
import { endianness } from 'node:os';

import { RECORD_HEADER } from './abi.js';

/** So much is read at once. Also the room that every burst needs: what is longer gets a larger buffer for itself. */
export const READ_BYTES = 32 * 1024;
const KEPT_BYTES = 1024 * 1024;

/**
 * Text of fewer bytes, if it is ASCII, is cut out of a string of the whole buffer, in a fifth of the time that decoding it
 * by itself takes. V8 copies what is so short; of a longer piece it would keep the whole string.
 */
const SHORT = 13;
/** From so many bytes on that pays, up to READ_BYTES. */
const MANY = 512;

/** Which of a tag's two words holds its lower half. */
const LOW = endianness() === 'LE' ? 0 : 1;
const HIGH = 1 - LOW;
const WORD = 0x1_0000_0000;

export class RecordBuffer {
  /** What is read into. */
  bytes;
  #words;

  constructor() {
    this.#allocate(READ_BYTES);
  }

  /** Makes room for a record of so many bytes. */
  grow(needed) {
    this.#allocate(Math.max(needed, READ_BYTES));
  }

  /**
   * Calls `visit(tag, kind, text)` for each record in the first `used` bytes. `visit` must not throw.
   *
   * @param {(tag: number, kind: number, text: string) => void} visit
   */
  read(used, visit) {
    const words = this.#words;
    const all = used < MANY || used > READ_BYTES ? '' : this.bytes.latin1Slice(0, used);
    for (let at = 0; at < used; ) {
      const word = at / 4;
      const length = words[word + 3];
      const start = at + RECORD_HEADER;
      visit(words[word + LOW] + words[word + HIGH] * WORD, words[word + 2], this.#text(start, start + length, all));
      at = start + (Math.floor(length / 8) + 1) * 8;
    }
    if (this.bytes.length > KEPT_BYTES) this.#allocate(READ_BYTES);
  }

  #text(start, end, all) {
    if (all === '' || end - start >= SHORT) return this.bytes.utf8Slice(start, end);
    for (let at = start; at < end; at++) {
      if (this.bytes[at] > 0x7f) return this.bytes.utf8Slice(start, end);
    }
    return all.slice(start, end);
  }

  /** An ArrayBuffer of its own: not on V8's heap, where the bytes could move, and aligned. */
  #allocate(capacity) {
    const memory = new ArrayBuffer(Math.ceil(capacity / 8) * 8);
    this.bytes = Buffer.from(memory);
    this.#words = new Uint32Array(memory);
  }
}
