/** The backend on Node's own node:ffi. What a backend is, is said in backend.js. */
import { FUNCTIONS, OK, PENDING, TOO_SMALL } from './abi.js';
import { errorFromJSON } from './errors.js';
import { openLibrary } from './library.js';
import { atThreadEnd, duplicateDescriptor } from './process-functions.js';

/** The module node:ffi. Throws where this Node has none, or this process may not use it. */
export function loadFFI() {
  // Not an import: on a Node without it, that would fail before a sentence could be said.
  const ffi = process.getBuiltinModule?.('node:ffi');
  if (!ffi) {
    throw new Error(
      `this Node (${process.version}) has no node:ffi, which takes 26.1 or newer, ` +
        'started with --experimental-ffi where that version keeps the module behind the flag',
    );
  }
  new ffi.DynamicLibrary(null); // the process itself: refused where the permission model does not allow it
  return ffi;
}

/** Loads libllm. Throws LibraryError where it is missing. */
export function openFFIBackend(ffi) {
  const { library, path } = openLibrary(
    (file) => new ffi.DynamicLibrary(file),
    (opened) => opened.getFunction('llm_abi_version', FUNCTIONS.llm_abi_version)(),
  );
  return new FFIBackend(ffi, library, path);
}

class FFIBackend {
  name = 'ffi';
  #ffi;
  #library;
  #llm;
  #queue;
  /** Where functions write what they hand out. They are read before the next function is called. */
  #result = pointerCell();
  #error = pointerCell();

  constructor(ffi, library, path) {
    this.#ffi = ffi;
    this.#library = library;
    this.#llm = library.getFunctions(FUNCTIONS);
    this.libraryPath = path;
  }

  version() {
    return this.#ffi.toString(this.#llm.llm_version());
  }

  configFromEnv(provider) {
    this.#check(this.#llm.llm_config_from_env(encode(provider), this.#result, this.#error));
    return this.#takeText();
  }

  createClient(configJSON) {
    this.#check(this.#llm.llm_client_create(encode(configJSON), this.#result, this.#error));
    return this.#result[0];
  }

  destroyClient(client) {
    this.#llm.llm_client_destroy(client);
  }

  clientStats(client) {
    this.#check(this.#llm.llm_client_stats(client, this.#result, this.#error));
    return this.#takeText();
  }

  startCall(client, operation, requestJSON, tag) {
    const queue = this.#openQueue();
    const request = encode(requestJSON);
    this.#check(this.#llm.llm_call_start(client, operation, request, queue, BigInt(tag), this.#result, this.#error));
    return this.#result[0];
  }

  pauseCall(call, paused) {
    this.#llm.llm_call_pause(call, paused ? 1 : 0);
  }

  cancelCall(call) {
    this.#llm.llm_call_cancel(call);
  }

  freeCall(call) {
    this.#llm.llm_call_free(call);
  }

  readQueue(buffer) {
    const status = this.#llm.llm_queue_read(this.#openQueue(), 0, buffer, BigInt(buffer.length), this.#result);
    if (status === OK) return Number(this.#result[0]);
    if (status === PENDING) return 0;
    if (status === TOO_SMALL) return -Number(this.#result[0]);
    throw errorFromJSON(status, '{}');
  }

  queueDescriptor() {
    return duplicateDescriptor(this.#ffi, this.#llm.llm_queue_fd(this.#openQueue()));
  }

  logQueue(level) {
    const status = this.#llm.llm_queue_log(this.#openQueue(), level);
    if (status !== OK) throw errorFromJSON(status, '{}');
  }

  listProviders() {
    this.#check(this.#llm.llm_provider_list(this.#result, this.#error));
    return this.#takeText();
  }

  defineProvider(definitionJSON) {
    this.#check(this.#llm.llm_provider_define(encode(definitionJSON), this.#error));
  }

  #openQueue() {
    if (this.#queue === undefined) {
      this.#check(this.#llm.llm_queue_create(this.#result, this.#error));
      this.#queue = this.#result[0];
      atThreadEnd(this.#ffi, this.#library.getSymbol('llm_queue_destroy'), this.#queue);
    }
    return this.#queue;
  }

  /** The JSON text that a function has handed out, which is freed. */
  #takeText() {
    const address = this.#result[0];
    try {
      return this.#ffi.toString(address);
    } finally {
      this.#llm.llm_free(address);
    }
  }

  /** Throws the error that a function has handed out. */
  #check(status) {
    if (status === OK) return;
    const error = this.#error[0];
    try {
      throw errorFromJSON(status, this.#ffi.toString(this.#llm.llm_error_json(error)));
    } finally {
      this.#llm.llm_error_free(error);
    }
  }
}

/** Room for one pointer or size. Its own ArrayBuffer keeps the bytes off V8's heap, where they could move. */
function pointerCell() {
  return new BigUint64Array(new ArrayBuffer(8));
}

/** A string as NUL-terminated UTF-8; null stays null. */
function encode(text) {
  return text === null ? null : Buffer.from(`${text}\0`, 'utf8');
}
