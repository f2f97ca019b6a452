/** The client: one provider with its settings. */
import { inspect } from 'node:util';

import { OPERATION } from './abi.js';
import { Answer } from './answer.js';
import { loadBackend } from './backend.js';
import { ClosedError } from './errors.js';
import { eventQueue } from './event-queue.js';
import { EventReader } from './event-reader.js';
import { checkedString, checkedText, configJSON, embeddingJSON, requestJSON, signalOf, splitOptions } from './request.js';
import { ResponseStream, forEachEvent } from './stream.js';

/** Destroys clients that were forgotten without close(). */
const forgotten = new FinalizationRegistry(({ backend, handle }) => backend.destroyClient(handle));

/** A provider, its settings and its policies. The contract is in index.d.ts. */
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

  async complete(request, options = undefined) {
    return this.#ask(OPERATION.COMPLETE, requestJSON(request), signalOf(options));
  }

  stream(request, onEvent = undefined, options = undefined) {
    if (typeof onEvent === 'function') return this.#streamTo(request, onEvent, options);
    if (options !== undefined) throw new TypeError('stream: onEvent must be a function');
    return new ResponseStream(this.#startStream(request, onEvent));
  }

  async analyze(content, instruction = undefined, options = undefined) {
    const { fields, signal } = splitOptions(options);
    const request = { ...fields, content: checkedString(content, 'content') };
    if (instruction !== undefined && instruction !== null) request.instruction = checkedString(instruction, 'instruction');
    return this.#ask(OPERATION.ANALYZE, JSON.stringify(request), signal);
  }

  async embed(request, options = undefined) {
    return this.#ask(OPERATION.EMBED, embeddingJSON(request), signalOf(options));
  }

  async listModels(options = undefined) {
    const { fields, signal } = splitOptions(options);
    return this.#ask(OPERATION.LIST_MODELS, JSON.stringify(fields), signal);
  }

  async healthCheck(options = undefined) {
    const { fields, signal } = splitOptions(options);
    return this.#ask(OPERATION.HEALTH_CHECK, JSON.stringify(fields), signal);
  }

  stats() {
    return JSON.parse(this.#backend.clientStats(this.#open()));
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

  async [Symbol.asyncDispose]() {
    this.close();
    await eventQueue().drained(this);
  }

  get closed() {
    return this.#handle === undefined;
  }

  [inspect.custom](_depth, options) {
    const shown = { provider: this.#provider, model: this.#model, closed: this.closed };
    if (this.#model === undefined) delete shown.model;
    return `${this.constructor.name} ${inspect(shown, { ...options, compact: true, breakLength: Infinity })}`;
  }

  async #ask(operation, json, signal) {
    const answer = new Answer();
    this.#start(operation, json, answer, signal);
    return answer.value();
  }

  #startStream(request, options) {
    const reader = new EventReader();
    reader.call = this.#start(OPERATION.STREAM, requestJSON(request), reader, signalOf(options));
    return reader;
  }

  async #streamTo(request, onEvent, options) {
    return forEachEvent(this.#startStream(request, options), onEvent);
  }

  #start(operation, json, receiver, signal) {
    return eventQueue().start(this, this.#open(), operation, json, receiver, signal);
  }

  #open() {
    if (this.closed) throw new ClosedError();
    return this.#handle;
  }
}
