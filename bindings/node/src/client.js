/** The client: one provider with its settings. */
import { inspect, types } from 'node:util';

import { loadBackend } from './backend.js';
import { ClosedError } from './errors.js';
import { eventFrom } from './events.js';
import { checkedText, configJSON, optionsJSON, requestJSON } from './request.js';

/** Destroys clients that were forgotten without close(). */
const forgotten = new FinalizationRegistry(({ backend, handle }) => backend.destroyClient(handle));

/**
 * A provider, its settings and its policies. Every method sends one request and blocks this thread until the answer is
 * there; write `await` in front of it all the same, because it will become asynchronous. The contract is in index.d.ts.
 */
export class Client {
  #backend;
  #handle;
  #provider;
  #model;

  constructor(config = undefined) {
    this.#backend = loadBackend();
    const json = config === undefined ? this.#backend.configFromEnv(null) : configJSON(config);
    this.#handle = this.#backend.createClient(json);
    // Nothing else of the configuration is kept: it may hold a key.
    ({ provider: this.#provider, model: this.#model } = JSON.parse(json));
    forgotten.register(this, { backend: this.#backend, handle: this.#handle }, this);
  }

  static fromEnv(provider = undefined) {
    const name = provider === undefined ? null : checkedText(provider, 'provider');
    return new this(JSON.parse(loadBackend().configFromEnv(name)));
  }

  complete(request) {
    return JSON.parse(this.#backend.complete(this.#open(), requestJSON(request)));
  }

  stream(request, onEvent) {
    if (typeof onEvent !== 'function') throw new TypeError('stream: onEvent must be a function');
    if (types.isAsyncFunction(onEvent)) throw asyncCallback();

    let response;
    this.#backend.stream(this.#open(), requestJSON(request), (kind, text) => {
      const event = eventFrom(kind, text);
      if (event === undefined) return false;
      if (event.kind === 'response') response = event.response;
      return isCancel(onEvent(event));
    });
    return response;
  }

  analyze(content, instruction = undefined, options = undefined) {
    const document = checkedText(content, 'content');
    const task = instruction === undefined || instruction === null ? null : checkedText(instruction, 'instruction');
    return JSON.parse(this.#backend.analyze(this.#open(), document, task, optionsJSON(options)));
  }

  listModels(options = undefined) {
    return JSON.parse(this.#backend.listModels(this.#open(), optionsJSON(options)));
  }

  healthCheck(options = undefined) {
    return JSON.parse(this.#backend.healthCheck(this.#open(), optionsJSON(options)));
  }

  close() {
    if (this.closed) return;
    const handle = this.#handle;
    this.#handle = undefined;
    forgotten.unregister(this);
    this.#backend.destroyClient(handle);
  }

  [Symbol.dispose]() {
    this.close();
  }

  get closed() {
    return this.#handle === undefined;
  }

  [inspect.custom](_depth, options) {
    const shown = { provider: this.#provider, model: this.#model, closed: this.closed };
    if (this.#model === undefined) delete shown.model;
    return `${this.constructor.name} ${inspect(shown, { ...options, compact: true, breakLength: Infinity })}`;
  }

  #open() {
    if (this.closed) throw new ClosedError();
    return this.#handle;
  }
}

/** Whether what onEvent returned ends the stream. */
function isCancel(returned) {
  if (returned === false) return true;
  if (typeof returned?.then === 'function') {
    returned.then(undefined, () => {}); // its failure must not end the process: the call fails already
    throw asyncCallback();
  }
  return false;
}

function asyncCallback() {
  return new TypeError(
    'stream: onEvent must not be async or return a Promise: it is called while this thread is inside the call, ' +
      'where no Promise can go on',
  );
}
