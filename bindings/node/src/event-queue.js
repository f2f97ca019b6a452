/** All calls of this thread: one native queue, one socket that says when it has something, one buffer to read it into. */
import { EVENT } from './abi.js';
import { loadBackend } from './backend.js';
import { Call } from './call.js';
import { watchReadiness } from './readiness.js';
import { READ_BYTES, RecordBuffer } from './record-buffer.js';

/** So many buffers are read from a process that ends: more than what a queue keeps of log lines. */
const MOST_FLUSHED = 128;

let queue;

/** The queue of this thread. */
export function eventQueue() {
  queue ??= new EventQueue(loadBackend());
  return queue;
}

class EventQueue {
  #backend;
  #records = new RecordBuffer();
  /** The calls that have not ended, by tag. */
  #calls = new Map();
  #lastTag = 0;
  #socket;
  #isReadScheduled = false;
  #onLogLine;

  constructor(backend) {
    this.#backend = backend;
  }

  /**
   * Starts a call. Throws what keeps it from starting: an LLMError, or the signal's reason.
   *
   * @param {object} client kept alive until the call has ended
   * @param {unknown} clientHandle the backend's
   * @param {number} operation OPERATION.*
   * @param {string | null} requestJSON
   * @param {import('./call.js').Receiver} receiver
   * @param {AbortSignal} [signal]
   */
  start(client, clientHandle, operation, requestJSON, receiver, signal) {
    signal?.throwIfAborted();
    this.#watch();
    const tag = ++this.#lastTag;
    const handle = this.#backend.startCall(clientHandle, operation, requestJSON, tag);
    const call = new Call(this.#backend, handle, client, receiver, () => this.#remove(tag));
    this.#calls.set(tag, call);
    if (this.#calls.size === 1) this.#socket.ref();
    if (signal) call.endWith(signal);
    return call;
  }

  /** Sends log lines of `level` and above to `onLine`, which must not throw; undefined: they are not wanted any more. */
  setLog(level, onLine) {
    this.#onLogLine = onLine;
    if (onLine) this.#watch();
    this.#backend.logQueue(level);
  }

  /** Resolves when no call of this client runs any more. */
  async drained(client) {
    await Promise.all([...this.#calls.values()].filter((call) => call.client === client).map((call) => call.over()));
  }

  /** Reads what there is, log lines among it, for a process that ends; but not for ever, where calls bring more and more. */
  flush() {
    for (let i = 0; i < MOST_FLUSHED && this.#read() > 0; i++);
  }

  /** Begins to watch the queue. The socket keeps the process running only while there are calls. */
  #watch() {
    if (this.#socket) return;
    this.#socket = watchReadiness(this.#backend.queueDescriptor(), () => this.#drain());
    this.#socket.unref();
  }

  /**
   * Reads until there is nothing, as the descriptor's protocol asks; but what is more than one buffer is left for the loop's
   * next turn, so that those who wait for events get to take them, and timers to run.
   */
  #drain() {
    for (let room = READ_BYTES; room > 0; ) {
      const count = this.#read();
      if (count === 0) return;
      room -= count;
    }
    if (this.#isReadScheduled) return;
    this.#isReadScheduled = true;
    setImmediate(() => {
      this.#isReadScheduled = false;
      this.#drain();
    });
  }

  /** Reads once and hands on what came. Gives the number of bytes. */
  #read() {
    let count = this.#backend.readQueue(this.#records.bytes);
    while (count < 0) {
      this.#records.grow(-count);
      count = this.#backend.readQueue(this.#records.bytes);
    }
    if (count > 0) this.#records.read(count, this.#deliver);
    return count;
  }

  #deliver = (tag, kind, text) => {
    if (kind === EVENT.LOG) this.#onLogLine?.(text);
    else this.#calls.get(tag)?.receive(kind, text);
  };

  #remove(tag) {
    this.#calls.delete(tag);
    if (this.#calls.size === 0) this.#socket.unref();
  }
}
