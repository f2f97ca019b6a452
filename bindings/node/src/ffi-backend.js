/** The backend on Node's own node:ffi. What a backend is, is said in backend.js. */
import { EVENT_FUNCTION, FUNCTIONS, OK } from './abi.js';
import { errorFromJSON } from './errors.js';
import { LibraryError, openLibrary } from './library.js';

/** Loads node:ffi and libllm. Throws LibraryError where either is missing. */
export function openFFIBackend() {
  // Not an import: on a Node without it, that would fail before a sentence could be said.
  const ffi = process.getBuiltinModule?.('node:ffi');
  if (!ffi) {
    throw new LibraryError(
      `this Node (${process.version}) has no node:ffi: scaling-memory takes Node 26.1 or newer, ` +
        'started with --experimental-ffi where that version keeps the module behind the flag',
    );
  }
  const { library, path } = openLibrary(
    (file) => new ffi.DynamicLibrary(file),
    (opened) => opened.getFunction('llm_abi_version', FUNCTIONS.llm_abi_version)(),
  );
  return new FFIBackend(ffi, library, path);
}

class FFIBackend {
  #ffi;
  #llm;
  #eventFunction;
  /** Who gets the events of the streams that are running, by the number given to llm_stream as user_data. */
  #listeners = new Map();
  #lastListener = 0n;

  constructor(ffi, library, path) {
    this.#ffi = ffi;
    this.#llm = library.getFunctions(FUNCTIONS);
    // One native callback for the life of the thread: it can neither be freed while it runs nor leak.
    this.#eventFunction = library.registerCallback(EVENT_FUNCTION, (kind, data, length, userData) =>
      this.#deliver(kind, data, Number(length), userData),
    );
    this.libraryPath = path;
  }

  version() {
    return this.#ffi.toString(this.#llm.llm_version());
  }

  configFromEnv(provider) {
    return this.#text((config, error) => this.#llm.llm_config_from_env(encode(provider), config, error));
  }

  createClient(configJSON) {
    return this.#call((client, error) => this.#llm.llm_client_create(encode(configJSON), client, error));
  }

  destroyClient(client) {
    this.#llm.llm_client_destroy(client);
  }

  complete(client, requestJSON) {
    return this.#text((response, error) => this.#llm.llm_complete(client, encode(requestJSON), response, error));
  }

  stream(client, requestJSON, onEvent) {
    const id = ++this.#lastListener;
    const listener = { onEvent, thrown: undefined };
    const request = encode(requestJSON);
    this.#listeners.set(id, listener);
    try {
      // No room for the response: the last event has brought it.
      this.#call((_, error) => this.#llm.llm_stream(client, request, this.#eventFunction, id, null, error));
    } catch (error) {
      if (!listener.thrown) throw error;
    } finally {
      this.#listeners.delete(id);
    }
    if (listener.thrown) throw listener.thrown.value;
  }

  analyze(client, content, instruction, optionsJSON) {
    const [document, task, options] = [encode(content), encode(instruction), encode(optionsJSON)];
    return this.#text((response, error) => this.#llm.llm_analyze(client, document, task, options, response, error));
  }

  listModels(client, optionsJSON) {
    return this.#text((models, error) => this.#llm.llm_list_models(client, encode(optionsJSON), models, error));
  }

  healthCheck(client, optionsJSON) {
    return this.#text((report, error) => this.#llm.llm_health_check(client, encode(optionsJSON), report, error));
  }

  /** The native callback. Nothing may be thrown from here: node:ffi ends the process for it. */
  #deliver(kind, data, length, userData) {
    const listener = this.#listeners.get(userData);
    if (!listener || listener.thrown) return 1;
    try {
      return listener.onEvent(kind, this.#decode(data, length)) ? 1 : 0;
    } catch (value) {
      listener.thrown = { value }; // in an object, because anything can be thrown, undefined too
      return 1;
    }
  }

  /** UTF-8 bytes that libllm owns, as a string. */
  #decode(data, length) {
    // toString is four times as fast as a copy into a Buffer, but ends at the first NUL, which text may contain.
    const text = this.#ffi.toString(data);
    return Buffer.byteLength(text) === length ? text : this.#ffi.toBuffer(data, length).toString('utf8');
  }

  /** Runs a function that hands out JSON text: takes the text and frees it. */
  #text(run) {
    const address = this.#call(run);
    try {
      return this.#ffi.toString(address);
    } finally {
      this.#llm.llm_free(address);
    }
  }

  /** Runs a function with room for its result and its error; gives the result's address or throws the error. */
  #call(run) {
    const result = pointerCell();
    const error = pointerCell();
    const status = run(result, error);
    if (status === OK) return result[0];
    try {
      throw errorFromJSON(status, this.#ffi.toString(this.#llm.llm_error_json(error[0])));
    } finally {
      this.#llm.llm_error_free(error[0]);
    }
  }
}

/** Room for one pointer. Its own ArrayBuffer keeps the bytes off V8's heap, where a callback's garbage would move them. */
function pointerCell() {
  return new BigUint64Array(new ArrayBuffer(8));
}

/** A string as NUL-terminated UTF-8; null stays null. */
function encode(text) {
  return text === null ? null : Buffer.from(`${text}\0`, 'utf8');
}
