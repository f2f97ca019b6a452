/** The memory that a queue's events are copied to, and how they are read from it: records as of llm.h's llm_event. */
import { endianness } from 'node:os';

import { RECORD_HEADER } from './abi.js';

/** So much is read at once. Also the room that every burst needs: what is longer gets a larger buffer for itself. */
export const READ_BYTES = 32 * 1024;
const KEPT_BYTES = 1024 * 1024;

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
   * Calls `visit(tag, kind, text, next)` for each record in the first `used` bytes. `visit` must not throw.
   *
   * @param {(tag: number, kind: number, text: string) => void} visit
   */
  read(used, visit) {
    const words = this.#words;
    const { bytes } = this;
    for (let at = 0; at < used; ) {
      const word = at / 4;
      const length = words[word + 3];
      const start = at + RECORD_HEADER;
      visit(words[word + LOW] + words[word + HIGH] * WORD, words[word + 2], bytes.utf8Slice(start, start + length));
      at = start + (Math.floor(length / 8) + 1) * 8;
    }
    if (bytes.length > KEPT_BYTES) this.#allocate(READ_BYTES);
  }

  /** An ArrayBuffer of its own: not on V8's heap, where the bytes could move, and aligned. */
  #allocate(capacity) {
    const memory = new ArrayBuffer(Math.ceil(capacity / 8) * 8);
    this.bytes = Buffer.from(memory);
    this.#words = new Uint32Array(memory);
  }
}
