/** scaling-memory: one client for many LLM providers, on the native library libllm. */
import { loadBackend } from './backend.js';

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

/** The version of the loaded libllm, such as "0.1.0". Loads it. */
export function libraryVersion() {
  return loadBackend().version();
}
