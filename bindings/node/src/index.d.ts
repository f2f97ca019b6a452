/**
 * scaling-memory: one client for many LLM providers, on the native library libllm.
 *
 * JSON that the library takes or gives (configurations, requests, responses, models, reports) keeps its fields' names as
 * include/llm.h spells them, in snake_case. What this package adds itself is in camelCase.
 */
import type { ErrorStatus } from './errors.js';
import type { Abortable, CallOptions, Config, EmbeddingRequest, LogLevel, Message, Request, RequestOptions } from './request.js';

export * from './errors.js';
export * from './request.js';

declare global {
  // The same as TypeScript's own from version 5.2 on; older versions and older "lib" settings do not have it.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

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

export interface EmbeddingList {
  provider: string;
  model?: string;
  /** One for each text, in the order of the texts. */
  embeddings: number[][];
  usage?: Pick<Usage, 'input_tokens' | 'total_tokens'>;
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

/** Milliseconds. All but `count` is absent while that is 0. Percentiles are right to within one percent. */
export interface Distribution {
  count: number;
  mean?: number;
  p50?: number;
  p95?: number;
  p99?: number;
  max?: number;
}

/** What has become of a client's calls so far. */
export interface Stats {
  provider: string;
  calls: { started: number; succeeded: number; failed: number; in_flight: number };
  attempts: number;
  /** Besides the total, one member for each status that was seen. */
  retries: { total: number } & { [status in ErrorStatus]?: number };
  /** The same. A cancelled call failed, and so did a health check that found the provider ill. */
  errors: { total: number } & { [status in ErrorStatus]?: number };
  /** What the providers sent, added up. */
  usage: Required<Omit<Usage, 'total_tokens'>>;
  /** The rate limiter's: calls that wait in it, and how long those that had to wait did. */
  queue: { waiting: number; wait_ms: Distribution };
  /** Of calls that succeeded. */
  latency_ms: Distribution;
  /** Of streams among them. */
  time_to_first_event_ms: Distribution;
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

/**
 * `false` cancels, and so does a Promise of it; what it throws, or a Promise that fails, cancels as well and is thrown again from
 * `stream`. It is not called again before a Promise that it returned is settled, and the provider is held up if that takes long;
 * nor does `stream` settle before, not even where a signal has ended the call.
 */
export type EventCallback = (event: StreamEvent) => boolean | void | PromiseLike<boolean | void>;

/**
 * The events of a stream, for one reader: `for await (const event of stream)`. They begin to come when the stream is made; if
 * they are not read, the provider is held up. Leaving the loop cancels. What fails is thrown where it is read.
 */
export class ResponseStream implements AsyncIterable<StreamEvent> {
  private constructor();

  [Symbol.asyncIterator](): AsyncIterableIterator<StreamEvent>;

  /** The pieces of text alone: `for await (const text of stream.text)`. In place of the events, not beside them. */
  readonly text: AsyncIterable<string>;

  /**
   * The whole response, when the stream has ended; after a stream that was left, a CanceledError whose `partial` is the
   * response as far as it had come. It may be waited for without an iteration: events that nobody reads are dropped then.
   */
  readonly response: Promise<Response>;

  /** Ends the stream: the connection is closed, and what was not read is dropped. */
  cancel(): void;

  /** cancel(), for `using stream = client.stream(...)`. */
  [Symbol.dispose](): void;

  /** cancel(), and waits until the call has ended. */
  [Symbol.asyncDispose](): Promise<void>;
}

// -------------------------------------------------------------------------------------------------------------- client

/**
 * A provider, its settings and its policies. Make one and keep it: connections are shared by all clients of the process.
 *
 * Calls do not block: any number may run at the same time, and the process does not end before they have. A call that fails
 * rejects with an LLMError, or a TypeError for an argument of the wrong type. With `signal`, it is ended at once when that is
 * aborted, and rejects with the signal's reason: an AbortError unless you gave another one to `abort()`.
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
  complete(request: Request, options?: Abortable | null): Promise<Response>;

  /**
   * Sends a request, calls `onEvent` with each event as it arrives and gives the whole response. A stream that `onEvent`
   * cancels is a CanceledError whose `partial` is the response as far as it had come.
   */
  stream(request: Request, onEvent: EventCallback, options?: Abortable | null): Promise<Response>;

  /** Sends a request and gives its events as they arrive. What keeps it from being sent is thrown at once. */
  stream(request: Request, options?: Abortable | null): ResponseStream;

  /**
   * Asks for an analysis of `content` (a page, a log, a document) after `instruction`; without one, for a summary with the
   * key points. The content is marked as material, not as instructions.
   */
  analyze(content: string, instruction?: string | null, options?: (RequestOptions & Abortable) | null): Promise<Response>;

  /** Turns texts into vectors. */
  embed(request: EmbeddingRequest, options?: Abortable | null): Promise<EmbeddingList>;

  /** Lists the provider's models. */
  listModels(options?: (CallOptions & Abortable) | null): Promise<ModelList>;

  /**
   * Whether the provider answers and takes the key, without spending tokens. A provider that is down is a report with
   * `healthy: false`, not an error. Takes 10 seconds at most unless `options.timeout` says otherwise.
   */
  healthCheck(options?: (CallOptions & Abortable) | null): Promise<HealthReport>;

  /** What has become of the client's calls so far. Sends nothing. */
  stats(): Stats;

  /**
   * Frees the client; a second time does nothing. Calls that run end with a CanceledError. Any other method then fails with a
   * ClosedError. A client that is forgotten is freed when it is garbage-collected, but not while calls of it run.
   */
  close(): void;

  /** Whether close() was called. */
  readonly closed: boolean;

  /** close(), for `using client = new Client(...)`. */
  [Symbol.dispose](): void;

  /** close(), and waits until the calls that ran have ended: for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

// ------------------------------------------------------------------------------------------------------------- logging

/** A log line, as pino writes them. The fields after `msg` are llm.h's and depend on it. */
export interface LogLine {
  /** 10 trace, 20 debug, 30 info, 40 warn, 50 error. */
  level: number;
  /** Unix milliseconds. */
  time: number;
  pid: number;
  hostname: string;
  name: 'libllm';
  /** Such as "call finished", "retrying", "call failed". */
  msg: string;
  call_id?: string;
  provider?: string;
  model?: string;
  [field: string]: unknown;
}

/**
 * Gives libllm's log lines of `level` and above, of all threads' calls, to `onLine` in this thread, or writes them to stderr as
 * JSON. 'off' ends it; each call takes the place of the one before. They hold nothing up: a line that comes while very many
 * wait is dropped, and the next one says how many were in `dropped`. Prompts and answers are in no line above trace, keys in
 * none. Does not keep the process running. What `onLine` throws is an uncaught exception.
 */
export function enableLogging(level: LogLevel, onLine?: (line: LogLine) => void): void;

/** A provider that clients can be made for. */
export interface Provider {
  name: string;
  wire: string;
  base_url: string;
  environment_prefix: string;
  /** The variables that may hold the key; the first that is set counts. */
  api_key_env: string[];
  requires_key: boolean;
  capabilities: ('chat' | 'stream' | 'tools' | 'embeddings' | 'model_list')[];
  models: string[];
  origin: 'built_in' | 'defined' | 'registered';
  built_in: boolean;
}

/** A provider, declared; include/llm.h describes the fields. */
export interface ProviderDefinition {
  name: string;
  wire: 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'ollama';
  base_url: string;
  api_key_env?: string;
  environment_prefix?: string;
  requires_key?: boolean;
  auth?: { header?: string; scheme?: string };
  headers?: Record<string, string>;
  /** In what a server of "openai-chat" differs from others. */
  quirks?: Record<string, unknown>;
  /** The first is the model of those who name none. */
  models?: string[];
}

/** All providers, sorted by name. Loads libllm. */
export function listProviders(): Provider[];

/**
 * Adds a provider, or puts it in place of the one of that name; clients that are there keep theirs. A ConfigurationError names
 * the field that is wrong and what it takes. Loads libllm.
 */
export function defineProvider(definition: ProviderDefinition): void;

/** The version of the loaded libllm, such as "0.1.0". Loads it. */
export function libraryVersion(): string;

/** libllm is missing or of the wrong version, or this process has no way to load it; not an LLMError. */
export class LibraryError extends Error {
  private constructor();
  /** The places that were looked at, in order. */
  readonly searched: string[];
}
