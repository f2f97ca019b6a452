/** Failures of libllm as classes: one for each status of llm.h, all of them LLMError. */
import type { Response } from './index.js';

/** llm_status_name of the failures. */
export type ErrorStatus =
  | 'invalid_argument'
  | 'configuration'
  | 'authentication'
  | 'not_found'
  | 'bad_request'
  | 'context_length'
  | 'content_filtered'
  | 'rate_limited'
  | 'local_limit'
  | 'server'
  | 'connection'
  | 'timeout'
  | 'truncated'
  | 'protocol'
  | 'canceled'
  | 'forked'
  | 'internal'
  | 'unsupported'
  | 'too_large'
  | 'quota'
  | 'memory'
  | (string & {});

/** A call failed. The subclass and `status` say why. What is not known is absent. Never contains a key. */
export class LLMError extends Error {
  protected constructor();
  /** Such as "rate_limited": the name of llm_status. */
  readonly status: ErrorStatus;
  /** The number of llm_status, such as -8. */
  readonly code: number;
  /** The response's HTTP status. */
  readonly httpStatus?: number;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly provider?: string;
  /** The provider's own code, such as "insufficient_quota". */
  readonly providerCode?: string;
  /** The provider's own words. */
  readonly providerMessage?: string;
  readonly requestId?: string;
  /** How many requests were sent. */
  readonly attempts?: number;
  readonly callId?: string;
  /** The response as far as it had come. */
  readonly partial?: Partial<Response>;
}

/** Malformed or wrongly typed request. */
export class InvalidArgumentError extends LLMError {
  readonly status: 'invalid_argument';
}
/** Unknown provider, missing key, value out of range. */
export class ConfigurationError extends LLMError {
  readonly status: 'configuration';
}
/** HTTP 401, 403. */
export class AuthenticationError extends LLMError {
  readonly status: 'authentication';
}
/** HTTP 404. */
export class NotFoundError extends LLMError {
  readonly status: 'not_found';
}
/** HTTP 400, 422 and other 4xx. */
export class BadRequestError extends LLMError {
  readonly status: 'bad_request';
}
/** The prompt does not fit the model. */
export class ContextLengthError extends LLMError {
  readonly status: 'context_length';
}
/** The provider refused the prompt. */
export class ContentFilteredError extends LLMError {
  readonly status: 'content_filtered';
}
/** HTTP 429 after the last retry. */
export class RateLimitError extends LLMError {
  readonly status: 'rate_limited';
}
/** The local limiter could not admit the call within max_wait_ms. */
export class LocalLimitError extends LLMError {
  readonly status: 'local_limit';
}
/** HTTP 5xx, 529, or an error event in a stream. */
export class ServerError extends LLMError {
  readonly status: 'server';
}
/** DNS, refused, reset, TLS. */
export class ConnectionError extends LLMError {
  readonly status: 'connection';
}
/** One of the configuration's "timeout". */
export class TimeoutError extends LLMError {
  readonly status: 'timeout';
}
/** The stream ended before the provider said that it was done. */
export class TruncatedError extends LLMError {
  readonly status: 'truncated';
}
/** A response that the wire format does not allow. */
export class ProtocolError extends LLMError {
  readonly status: 'protocol';
}
/** By the callback, by leaving a stream, or by close(). A call that a signal ends rejects with the signal's reason instead. */
export class CanceledError extends LLMError {
  readonly status: 'canceled';
}
/** The client belongs to the parent process. */
export class ForkedError extends LLMError {
  readonly status: 'forked';
}
/** A defect of libllm: please report it. */
export class InternalError extends LLMError {
  readonly status: 'internal';
}
/** The provider cannot do what the request asks. */
export class UnsupportedError extends LLMError {
  readonly status: 'unsupported';
}
/** HTTP 413, or a bound of the configuration. */
export class TooLargeError extends LLMError {
  readonly status: 'too_large';
}
/** HTTP 402, insufficient_quota: waiting does not help. */
export class QuotaError extends LLMError {
  readonly status: 'quota';
}
export class MemoryError extends LLMError {
  readonly status: 'memory';
}
/** The client was used after close(). */
export class ClosedError extends InvalidArgumentError {}
