/**
 * scaling-memory: one client for many LLM providers, on the native library libllm.
 *
 * JSON that the library takes or gives (configurations, requests, responses, models, reports) keeps its fields' names as
 * include/llm.h spells them, in snake_case. What this package adds itself is in camelCase.
 */
import type { ErrorStatus } from './errors.js';
import type { CallOptions, Config, Message, Request, RequestOptions } from './request.js';

export * from './errors.js';
export * from './request.js';

declare global {
  // The same as TypeScript's own from version 5.2 on; older versions and older "lib" settings do not have it.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** Today a plain value; a Promise once calls no longer block. Write `await` and both are right. */
export type Awaitable<T> = T | Promise<T>;

// ------------------------------------------------------------------------------------------------------------ response

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

// -------------------------------------------------------------------------------------------------------------- events

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

// -------------------------------------------------------------------------------------------------------------- client

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
   * CanceledError. Any other method then throws a ClosedError.
   */
  close(): void;

  /** Whether close() was called. */
  readonly closed: boolean;

  /** close(), for `using client = new Client(...)`. */
  [Symbol.dispose](): void;
}

/** The version of the loaded libllm, such as "0.1.0". Loads it. */
export function libraryVersion(): string;

/** libllm or node:ffi is missing or of the wrong version; not an LLMError. */
export class LibraryError extends Error {
  private constructor();
  /** The places that were looked at, in order. */
  readonly searched: string[];
}
