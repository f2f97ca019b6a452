/** The events of one stream on their way to whoever reads them, who may be slower than they come. */
import { EVENT } from './abi.js';
import { deferred } from './deferred.js';
import { errorFromEvent } from './errors.js';
import { eventFrom, isKnown } from './events.js';

/** The transfer is held up at so much unread, in characters with a share for each event, and goes on at half of it. */
const MOST_UNREAD = 64 * 1024;
const EVENT_SHARE = 16;
/** So many places of events that were taken may stand before those that were not. */
const MOST_TAKEN = 8192;

/** A receiver (call.js) that keeps what comes until it is taken. */
export class EventReader {
  /** The stream's call, set when it has started. */
  call;
  /** Events that nobody will take are dropped instead of holding the transfer up. */
  isUnread = false;
  /** Events were dropped that were not taken. */
  hasDropped = false;

  /** Kinds and texts in turn, from #head on. */
  #items = [];
  #head = 0;
  #unread = 0;
  #failure;
  #response;
  #isOver = false;
  #wake;
  #ended = deferred();
  /** Resolves when the call has ended, however. */
  ended = this.#ended.promise;

  receive(kind, text) {
    if (kind === EVENT.RESPONSE) this.#response = eventFrom(kind, text);
    if (kind === EVENT.ERROR) this.#failure = { json: text };
    if (kind === EVENT.RESPONSE || kind === EVENT.ERROR) this.#end();
    if (isKnown(kind) && !this.hasDropped) this.#push(kind, text);
    if (this.#unread >= MOST_UNREAD) this.#holdUp();
    this.#wakeReader();
  }

  abort(reason) {
    this.#clear();
    this.#failure = { error: reason };
    this.#items.push(EVENT.ERROR, '');
    this.#end();
    this.#wakeReader();
  }

  /** Ends the call; what was not taken is dropped. */
  cancel() {
    if (!this.#isOver) this.hasDropped = true;
    this.#clear();
    this.call.cancel();
  }

  /** Whether there is something to take. */
  get hasNext() {
    return this.#head < this.#items.length;
  }

  /** Whether the call has ended. There may still be something to take. */
  get isOver() {
    return this.#isOver;
  }

  /** The next event. Throws the failure that ends the stream, once. To be called only where hasNext. */
  take() {
    const head = this.#head;
    const kind = this.#items[head];
    const text = this.#items[head + 1];
    this.#items[head + 1] = undefined;
    this.#head = head + 2;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head === MOST_TAKEN) {
      this.#items.splice(0, this.#head); // a reader that is never done
      this.#head = 0;
    }
    if (kind === EVENT.ERROR) throw this.#error();
    if (kind === EVENT.RESPONSE) return this.#response;
    this.#unread -= text.length + EVENT_SHARE;
    if (this.#unread <= MOST_UNREAD / 2) this.call.pause(false);
    return eventFrom(kind, text);
  }

  /** Resolves when there is something to take, or the stream is over. For one who waits. */
  wait() {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** The whole response, when the call has ended; throws its failure. */
  async response() {
    await this.ended;
    if (this.#failure) throw this.#error();
    return this.#response.response;
  }

  /** Made here, where those who wait for it are on the stack. */
  #error() {
    const failure = this.#failure;
    if (!('error' in failure)) failure.error = errorFromEvent(failure.json);
    return failure.error;
  }

  #push(kind, text) {
    this.#items.push(kind, text);
    this.#unread += text.length + EVENT_SHARE;
  }

  #holdUp() {
    if (!this.isUnread) return this.call.pause(true);
    this.#clear();
    this.hasDropped = true;
  }

  #clear() {
    this.#items = [];
    this.#head = 0;
    this.#unread = 0;
  }

  #end() {
    this.#isOver = true;
    this.#ended.resolve();
  }

  #wakeReader() {
    this.#wake?.();
    this.#wake = undefined;
  }
}
