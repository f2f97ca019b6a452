/** A stream's two forms: an async iterable, and a callback. */

const OVER = Promise.resolve(Object.freeze({ value: undefined, done: true }));

/** What `client.stream(request)` gives. The contract is in index.d.ts. */
export class ResponseStream {
  #reader;
  #response;
  #isIterated = false;
  /** Calls of next() that wait, and the last of them: they are served in order. */
  #waiting = 0;
  #last;

  /** @param {import('./event-reader.js').EventReader} reader of a call that has started */
  constructor(reader) {
    this.#reader = reader;
  }

  get response() {
    if (this.#response === undefined) {
      this.#reader.isUnread = !this.#isIterated;
      const response = this.#reader.response();
      // Whoever iterates is told of a failure there; it must not end the process because nobody looks here. Only now that it
      // is there: V8 puts those who wait into an error's stack where nobody else waits.
      this.#reader.ended.then(() => response.catch(() => {}));
      this.#response = response;
    }
    return this.#response;
  }

  get text() {
    return textOf(this[Symbol.asyncIterator]());
  }

  [Symbol.asyncIterator]() {
    if (!this.#isIterated && this.#reader.hasDropped) {
      throw new TypeError('this stream was read to its end for its response: begin to iterate before waiting for that');
    }
    this.#isIterated = true;
    this.#reader.isUnread = false;
    return { next: () => this.#next(), return: (value) => this.#return(value), [Symbol.asyncIterator]: returnThis };
  }

  cancel() {
    this.#isIterated = true;
    this.#reader.cancel();
  }

  [Symbol.dispose]() {
    this.cancel();
  }

  async [Symbol.asyncDispose]() {
    this.cancel();
    await this.#reader.call.over();
  }

  #next() {
    if (this.#waiting === 0) {
      if (this.#reader.hasNext) {
        try {
          return Promise.resolve({ value: this.#reader.take(), done: false });
        } catch (error) {
          return Promise.reject(error);
        }
      }
      if (this.#reader.isOver || this.#reader.hasDropped) return OVER;
    }
    this.#waiting++;
    this.#last = this.#nextInTurn(this.#last);
    return this.#last;
  }

  async #nextInTurn(before) {
    try {
      await before?.catch(() => {});
      while (!this.#reader.hasNext) {
        if (this.#reader.isOver || this.#reader.hasDropped) return { value: undefined, done: true };
        await this.#reader.wait();
      }
      return { value: this.#reader.take(), done: false };
    } finally {
      if (--this.#waiting === 0) this.#last = undefined;
    }
  }

  async #return(value) {
    this.#reader.cancel();
    return { value, done: true };
  }
}

function returnThis() {
  return this;
}

async function* textOf(events) {
  for await (const event of events) {
    if (event.kind === 'text') yield event.text;
  }
}

/**
 * Calls `onEvent` with each event, one after the other, and gives the response. What it throws ends the call and is thrown
 * from here; `false`, which a Promise of it may bring too, ends it with a CanceledError.
 *
 * @param {import('./event-reader.js').EventReader} reader of a call that has started
 */
export async function forEachEvent(reader, onEvent) {
  let response;
  try {
    while (response === undefined) {
      if (!reader.hasNext) await reader.wait();
      // As many as there are without a Promise between them.
      while (reader.hasNext) {
        const event = reader.take();
        if (event.kind === 'response') ({ response } = event);
        let returned = onEvent(event);
        if (typeof returned?.then === 'function') returned = await returned;
        if (returned === false && response === undefined) {
          reader.cancel();
          return await reader.response(); // throws it
        }
      }
    }
    return response;
  } catch (error) {
    reader.cancel();
    throw error;
  }
}
