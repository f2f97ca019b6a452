/** A call that runs: its native handle until it has ended. */
import { EVENT } from './abi.js';
import { deferred } from './deferred.js';

/**
 * Who gets what comes of a call. Nothing may be thrown from these.
 *
 * @typedef {object} Receiver
 * @property {(kind: number, text: string) => void} receive an event; EVENT.RESPONSE or EVENT.ERROR is the last
 * @property {(reason: unknown) => void} abort the call's signal was aborted: nothing more will come
 */

export class Call {
  /** Kept so that a client is not taken for forgotten while calls of it run. */
  client;
  #backend;
  #handle;
  #receiver;
  #onOver;
  #signal;
  #isPaused = false;
  #waiting;

  constructor(backend, handle, client, receiver, onOver) {
    this.#backend = backend;
    this.#handle = handle;
    this.client = client;
    this.#receiver = receiver;
    this.#onOver = onOver;
  }

  get isOver() {
    return this.#handle === undefined;
  }

  /** Lets the signal end the call at once. */
  endWith(signal) {
    this.#signal = signal;
    signal.addEventListener('abort', this);
  }

  /** The abort event, which comes once. */
  handleEvent() {
    const { reason } = this.#signal;
    this.#end();
    this.#receiver.abort(reason);
  }

  receive(kind, text) {
    if (kind === EVENT.RESPONSE || kind === EVENT.ERROR) this.#end();
    this.#receiver.receive(kind, text);
  }

  /** Stops reading from the provider, or goes on. */
  pause(isPaused) {
    if (this.isOver || this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#backend.pauseCall(this.#handle, isPaused);
  }

  /** The call ends with an EVENT.ERROR, soon; what was not received yet is dropped. */
  cancel() {
    if (!this.isOver) this.#backend.cancelCall(this.#handle);
  }

  /** Resolves when the call has ended. */
  over() {
    this.#waiting ??= deferred();
    if (this.isOver) this.#waiting.resolve();
    return this.#waiting.promise;
  }

  #end() {
    this.#backend.freeCall(this.#handle);
    this.#handle = undefined;
    this.#signal?.removeEventListener('abort', this);
    this.#onOver();
    this.#waiting?.resolve();
  }
}
