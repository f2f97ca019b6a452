/**
 * scaling-memory: one client for many LLM providers, on the native library libllm.
 *
 * JSON that the library takes or gives (configurations, requests, responses, models, reports) keeps its fields' names as
 * include/llm.h spells them, in snake_case. What this package adds itself is in camelCase.
 */

declare global {
  // The same as TypeScript's own from version 5.2 on; older versions and older "lib" settings do not have it.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** Today a plain value; a Promise once calls no longer block. Write `await` and both are right. */
export type Awaitable<T> = T | Promise<T>;

/** Any JSON value. */
export type JSONValue = string | number | boolean | null | JSONValue[] | { [key: string]: JSONValue };

// ------------------------------------------------------------------------------------------------------ configuration

/** Milliseconds; 0 is no limit. */
export interface Timeouts {
  /** Until the connection, TLS included, is up. Default 10000. */
  connect_ms?: number;
  /** From there to the first byte of the response. Default 60000. */
  first_byte_ms?: number;
  /** Between two pieces of the response. Default 60000. */
  idle_ms?: number;
  /** The whole call. Default 600000. */
  total_ms?: number;
}

/** 0 is no limit. */
export interface RateLimit {
  per_minute?: number;
  per_hour?: number;
  tokens_per_minute?: number;
  max_concurrent?: number;
  /** How long a call waits for its turn, in milliseconds. Default 60000. */
  max_wait_ms?: number;
}

export interface Retry {
  max_retries?: number;
  initial_delay_ms?: number;
  max_delay_ms?: number;
}

/** A field that is not listed here is refused by name. */
export interface Config {
  /** "openai" (chat completions) or "anthropic" (messages). */
  provider: string;
  /** The key. Better: `api_key_env`, or the provider's own variable (OPENAI_API_KEY, ANTHROPIC_API_KEY). */
  api_key?: string;
  /** The name of the environment variable that holds the key. */
  api_key_env?: string;
  /** Where the provider's paths begin, such as "https://api.openai.com/v1". */
  base_url?: string;
  /** The model of requests that name none. */
  model?: string;
  /** Of requests that name none; tokens, 1 to 100000000. */
  max_tokens?: number;
  /** Of requests that name none; 0 to 2. */
  temperature?: number;
  timeout?: Timeouts;
  rate_limit?: RateLimit;
  retry?: Retry;
  /** Sent with every request, in place of the library's own of that name. */
  headers?: Record<string, string>;
  /** "http://host:port", "socks5h://..." or "" for none; the usual variables count where it is absent. */
  proxy?: string;
  /** PEM bundle of the certificate authorities to trust in place of the system's. */
  ca_file?: string;
  /** true: HTTP/2 where the server offers it. Default false. */
  http2?: boolean;
  /** true: a key may be sent over plain http to a host that is not this one. Default false. */
  allow_insecure_http?: boolean;
  /** Bytes of a whole body or stream. Default 67108864. */
  max_response_bytes?: number;
  /** Bytes of one event of a stream. Default 16777216. */
  max_event_bytes?: number;
}

// ------------------------------------------------------------------------------------------------------------ request

export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** As in OpenAI's chat completions, whatever the provider. */
export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | (string & {});
  content?: string | JSONValue[] | null;
  name?: string;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
  /** What else the message holds, such as a response's "native". */
  [field: string]: unknown;
}

export interface Tool {
  type: 'function';
  function: { name: string; description?: string; parameters?: { [key: string]: JSONValue }; strict?: boolean };
}

/** Settings of one call that asks no model. */
export interface CallOptions {
  /** Overrides the configuration's, field by field. */
  timeout?: Timeouts;
  /** Overrides the configuration's, field by field. */
  headers?: Record<string, string>;
  api_key?: string;
  /** Comes back in the response and the error; 128 characters at most, made up if absent. */
  call_id?: string;
}

/** A request without its messages. */
export interface RequestOptions extends CallOptions {
  model?: string;
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  stop?: string | string[];
  seed?: number;
  tools?: Tool[];
  tool_choice?: 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };
  response_format?: { [key: string]: JSONValue };
  reasoning?: { effort?: string; [field: string]: JSONValue | undefined };
  metadata?: { [key: string]: JSONValue };
  /** Put into the body as it is. */
  extra?: { [key: string]: JSONValue };
}

export interface RequestObject extends RequestOptions {
  messages: Message[];
}

/** Text is one message of the user, an array is the messages. */
export type Request = string | Message[] | RequestObject;

// ----------------------------------------------------------------------------------------------------------- response

/** Tokens. What the provider did not send is absent. */
export interface Usage {
  /** The whole prompt, cached tokens included. */
  input_tokens?: number;
  /** Reasoning included. */
  output_tokens?: number;
  total_tokens?: number;
  cached_input_tokens?: number;
  reasoning_tokens?: number;
}

export interface Response {
  id?: string;
  provider: string;
  model?: string;
  content: string;
  reasoning?: string;
  /** Can be appended to the messages of the next request as it is. */
  message: Message & { role: 'assistant' };
  finish_reason: 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';
  usage?: Usage;
  request_id?: string;
  call_id: string;
  attempts: number;
  latency_ms: number;
  /** Streams only. */
  time_to_first_event_ms?: number;
}

/** What is not known is absent. */
export interface Model {
  id: string;
  name?: string;
  /** Unix seconds. */
  created?: number;
  owned_by?: string;
}

export interface ModelList {
  provider: string;
  models: Model[];
  request_id?: string;
  call_id: string;
  attempts: number;
  latency_ms: number;
}

/** An error inside a JSON result. What is not known is absent. */
export interface ErrorReport {
  status: ErrorStatus;
  code: number;
  message: string;
  provider?: string;
  http_status?: number;
  provider_code?: string;
  provider_message?: string;
  request_id?: string;
  retry_after_ms?: number;
  retryable?: boolean;
  attempts?: number;
  call_id?: string;
}

export interface HealthReport {
  healthy: boolean;
  provider: string;
  latency_ms: number;
  error?: ErrorReport;
  call_id: string;
}

// ------------------------------------------------------------------------------------------------------------- events

/** The events of a stream. New kinds may come with new versions of this package: ignore those that you do not know. */
export type StreamEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  /** A piece of a tool call: `arguments` is a piece of its JSON text. */
  | { kind: 'toolCallDelta'; index: number; id?: string; name?: string; arguments?: string }
  /** A whole tool call: `arguments` is JSON text. */
  | { kind: 'toolCall'; index: number; id: string; name: string; arguments: string }
  /** The last event of a call that succeeded. */
  | { kind: 'response'; response: Response };

/** `false` cancels; what it throws cancels as well and is thrown again from `stream`. Neither async nor a Promise. */
export type EventCallback = (event: StreamEvent) => boolean | void;

// ------------------------------------------------------------------------------------------------------------- client

/**
 * A provider, its settings and its policies. Make one and keep it: connections are shared by all clients of the process.
 *
 * Every method sends one request and, in this version, blocks the thread that calls it until the answer is there. It throws
 * an LLMError when the call fails, and a TypeError for an argument of the wrong type.
 */
export class Client {
  /** Without a configuration: what the environment describes, as `Client.fromEnv()`. Sends nothing. */
  constructor(config?: Config);

  /**
   * From the environment: LLM_PROVIDER where `provider` is absent, then <PROVIDER>_API_KEY, _MODEL, _MAX_TOKENS,
   * _TEMPERATURE, _BASE_URL and the variables of include/llm.h. A ConfigurationError names the one that is missing.
   */
  static fromEnv(provider?: string): Client;

  /** Sends a request and gives the whole response. */
  complete(request: Request): Awaitable<Response>;

  /**
   * Sends a request, calls `onEvent` with each event as it arrives, on this thread, and gives the whole response.
   * A cancelled stream is a CanceledError whose `partial` is the response as far as it had come.
   */
  stream(request: Request, onEvent: EventCallback): Awaitable<Response>;

  /**
   * Asks for an analysis of `content` (a page, a log, a document) after `instruction`; without one, for a summary with the
   * key points. The content is marked as material, not as instructions.
   */
  analyze(content: string, instruction?: string | null, options?: RequestOptions | null): Awaitable<Response>;

  /** Lists the provider's models. */
  listModels(options?: CallOptions | null): Awaitable<ModelList>;

  /**
   * Whether the provider answers and takes the key, without spending tokens. A provider that is down is a report with
   * `healthy: false`, not an error. Takes 10 seconds at most unless `options.timeout` says otherwise.
   */
  healthCheck(options?: CallOptions | null): Awaitable<HealthReport>;

  /**
   * Frees the client; a second time does nothing. May be called from an event callback: the stream ends with a
   * CanceledError. Any other method then throws an InvalidArgumentError.
   */
  close(): void;

  /** Whether close() was called. */
  readonly closed: boolean;

  /** close(), for `using client = new Client(...)`. */
  [Symbol.dispose](): void;
}

/** The version of the loaded libllm, such as "0.1.0". Loads it. */
export function libraryVersion(): string;

// ------------------------------------------------------------------------------------------------------------- errors

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
  private constructor();
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
  readonly attempts?: number;
  readonly callId?: string;
  /** The response as far as it had come. */
  readonly partial?: Partial<Response>;
}

/** Malformed or wrongly typed request; also any use of a closed client. */
export class InvalidArgumentError extends LLMError {}
/** Unknown provider, missing key, value out of range. */
export class ConfigurationError extends LLMError {}
/** HTTP 401, 403. */
export class AuthenticationError extends LLMError {}
/** HTTP 404. */
export class NotFoundError extends LLMError {}
/** HTTP 400, 422 and other 4xx. */
export class BadRequestError extends LLMError {}
/** The prompt does not fit the model. */
export class ContextLengthError extends LLMError {}
/** The provider refused the prompt. */
export class ContentFilteredError extends LLMError {}
/** HTTP 429 after the last retry. */
export class RateLimitedError extends LLMError {}
/** The local limiter could not admit the call within max_wait_ms. */
export class LocalLimitError extends LLMError {}
/** HTTP 5xx, 529, or an error event in a stream. */
export class ServerError extends LLMError {}
/** DNS, refused, reset, TLS. */
export class ConnectionError extends LLMError {}
/** One of the configuration's "timeout". */
export class TimeoutError extends LLMError {}
/** The stream ended before the provider said that it was done. */
export class TruncatedError extends LLMError {}
/** A response that the wire format does not allow. */
export class ProtocolError extends LLMError {}
/** By the callback or by close(). */
export class CanceledError extends LLMError {}
/** The client belongs to the parent process. */
export class ForkedError extends LLMError {}
/** A defect of libllm: please report it. */
export class InternalError extends LLMError {}
/** The provider cannot do what the request asks. */
export class UnsupportedError extends LLMError {}
/** HTTP 413, or a bound of the configuration. */
export class TooLargeError extends LLMError {}
/** HTTP 402, insufficient_quota: waiting does not help. */
export class QuotaError extends LLMError {}
export class MemoryError extends LLMError {}

/** libllm or node:ffi is missing or of the wrong version; not an LLMError. */
export class LibraryError extends Error {
  private constructor();
  /** The places that were looked at, in order. */
  readonly searched: string[];
}
