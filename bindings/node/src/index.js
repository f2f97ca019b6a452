/** scaling-memory: one client for many LLM providers, on the native library libllm. */
import { loadBackend } from './backend.js';
import { configJSON } from './request.js';

export { Client } from './client.js';
export { ResponseStream } from './stream.js';
export {
  LLMError,
  InvalidArgumentError,
  ConfigurationError,
  AuthenticationError,
  NotFoundError,
  BadRequestError,
  ContextLengthError,
  ContentFilteredError,
  RateLimitError,
  LocalLimitError,
  ServerError,
  ConnectionError,
  TimeoutError,
  TruncatedError,
  ProtocolError,
  CanceledError,
  ForkedError,
  InternalError,
  UnsupportedError,
  TooLargeError,
  QuotaError,
  MemoryError,
  ClosedError,
} from './errors.js';
export { LibraryError } from './library.js';
export { enableLogging } from './logging.js';

/** All providers, sorted by name. Loads libllm. */
export function listProviders() {
  return JSON.parse(loadBackend().listProviders()).providers;
}

/** Adds a provider, or puts it in place of the one of that name. Loads libllm. */
export function defineProvider(definition) {
  loadBackend().defineProvider(configJSON(definition));
}

/** The version of the loaded libllm, such as "0.1.0". Loads it. */
export function libraryVersion() {
  return loadBackend().version();
}
