/** Failures of libllm as classes: one for each status of llm.h, all of them LLMError. */
import { FAILURES } from './abi.js';

/**
 * A call failed. Which of the subclasses it is says why; `status` says the same as text. Fields that the library did not
 * give are undefined.
 */
export class LLMError extends Error {
  /** @param {object} fields an error as of llm_error_json */
  constructor(fields) {
    super(fields.message);
    this.status = fields.status;
    this.code = fields.code;
    this.httpStatus = fields.http_status;
    this.retryAfterMs = fields.retry_after_ms;
    this.retryable = fields.retryable ?? false;
    this.provider = fields.provider;
    this.providerCode = fields.provider_code;
    this.providerMessage = fields.provider_message;
    this.requestId = fields.request_id;
    this.attempts = fields.attempts;
    this.callId = fields.call_id;
    this.partial = fields.partial;
    for (const key of Object.keys(this)) if (this[key] === undefined) delete this[key];
  }
}
setName(LLMError, 'LLMError');

export class InvalidArgumentError extends LLMError {}
export class ConfigurationError extends LLMError {}
export class AuthenticationError extends LLMError {}
export class NotFoundError extends LLMError {}
export class BadRequestError extends LLMError {}
export class ContextLengthError extends LLMError {}
export class ContentFilteredError extends LLMError {}
export class RateLimitError extends LLMError {}
export class LocalLimitError extends LLMError {}
export class ServerError extends LLMError {}
export class ConnectionError extends LLMError {}
export class TimeoutError extends LLMError {}
export class TruncatedError extends LLMError {}
export class ProtocolError extends LLMError {}
export class CanceledError extends LLMError {}
export class ForkedError extends LLMError {}
export class InternalError extends LLMError {}
export class UnsupportedError extends LLMError {}
export class TooLargeError extends LLMError {}
export class QuotaError extends LLMError {}
export class MemoryError extends LLMError {}

/** The client was used after close(): this package's own, because libllm must not be asked any more. */
export class ClosedError extends InvalidArgumentError {
  constructor() {
    super({ status: 'invalid_argument', code: FAILURES.invalid_argument, message: 'this client is closed' });
  }
}
setName(ClosedError, 'ClosedError');

const CLASSES = {
  invalid_argument: InvalidArgumentError,
  configuration: ConfigurationError,
  authentication: AuthenticationError,
  not_found: NotFoundError,
  bad_request: BadRequestError,
  context_length: ContextLengthError,
  content_filtered: ContentFilteredError,
  rate_limited: RateLimitError,
  local_limit: LocalLimitError,
  server: ServerError,
  connection: ConnectionError,
  timeout: TimeoutError,
  truncated: TruncatedError,
  protocol: ProtocolError,
  canceled: CanceledError,
  forked: ForkedError,
  internal: InternalError,
  unsupported: UnsupportedError,
  too_large: TooLargeError,
  quota: QuotaError,
  memory: MemoryError,
};

const CLASS_BY_CODE = new Map();
for (const [status, type] of Object.entries(CLASSES)) {
  setName(type, type.name);
  CLASS_BY_CODE.set(FAILURES[status], type);
}

/**
 * The error of a function that failed. A status of a newer library gives an LLMError.
 *
 * @param {number} code what the function returned
 * @param {string} json llm_error_json of its error; "{}" where it made none
 */
export function errorFromJSON(code, json) {
  return errorFrom({ ...JSON.parse(json), code });
}

/** The error of a call that failed, from the data of its EVENT.ERROR. */
export function errorFromEvent(json) {
  return errorFrom(JSON.parse(json));
}

function errorFrom(given) {
  const fields = { status: 'unknown', message: `libllm failed with status ${given.code}`, ...given };
  return new (CLASS_BY_CODE.get(fields.code) ?? LLMError)(fields);
}

/** On the prototype, as the built-in errors have it: an own property would be printed with the fields. */
function setName(type, name) {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true });
}
