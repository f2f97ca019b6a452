/** The one event of a call that gives no others. */
import { EVENT } from './abi.js';
import { deferred } from './deferred.js';
import { errorFromEvent } from './errors.js';

/** A receiver (call.js). */
export class Answer {
  #ended = deferred();

  receive(kind, text) {
    if (kind === EVENT.RESPONSE || kind === EVENT.ERROR) this.#ended.resolve({ kind, text });
  }

  abort(reason) {
    this.#ended.reject(reason);
  }

  /** The result as an object; throws the failure, which is made here, where those who wait are on the stack. */
  async value() {
    const { kind, text } = await this.#ended.promise;
    if (kind === EVENT.ERROR) throw errorFromEvent(text);
    return JSON.parse(text);
  }
}
