/** The JSON that libllm takes. Fields are named as include/llm.h spells them, in snake_case, and mean what it says. */

/** Any JSON value. */
export type JSONValue = string | number | boolean | null | JSONValue[] | { [key: string]: JSONValue };

// ------------------------------------------------------------------------------------------------------- configuration

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

/** How often calls may be made. Of the counts 0 is no limit. */
export interface RateLimit {
  /** Requests. Default 60. */
  per_minute?: number;
  /** Requests. Default 3600. */
  per_hour?: number;
  /** Reserved by an estimate, settled by the usage. Default 0. */
  tokens_per_minute?: number;
  /** Calls at the same time. Default 10. */
  max_concurrent?: number;
  /** How long a call may wait for its turn, in milliseconds; then, or at once where it is known, a LocalLimitError. Default 60000. */
  max_wait_ms?: number;
  /** Requests that may go at once. Default 0: as many as in a minute, or in an hour where there is no limit for the minute. */
  burst?: number;
  /** Default "shared": all clients of the process with the same provider, base URL, key and limits keep to them together. */
  scope?: 'shared' | 'client';
  /** Whether what the server says of its own limits is kept to as well. Default true. */
  adaptive?: boolean;
}

/** What is done after an attempt that failed and may succeed later. Nothing is repeated once an event was delivered. */
export interface Retry {
  /** Default "exponential": waits with full jitter; "fixed": initial_delay_ms each time; "none": one attempt. */
  strategy?: 'exponential' | 'fixed' | 'none';
  /** Default 3. */
  max_retries?: number;
  /** Default 100. */
  initial_delay_ms?: number;
  /** Default 30000. */
  max_delay_ms?: number;
  /** A call whose server asks for a longer wait ends, with the wait in the error. Default 60000. */
  max_server_wait_ms?: number;
}

/** A field that is not listed here is refused by name. */
export interface Config {
  /** "openai" (chat completions), "openai-responses" (OpenAI's responses), "anthropic" (messages) or "gemini". */
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
  /** true: what the provider cannot do is left out of requests; false: it is an UnsupportedError. Default false. */
  drop_unsupported?: boolean;
  /** false: control characters stay in the texts of requests. Default true. */
  sanitize?: boolean;
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
  /** For "echo": what it answers, a step an attempt. include/llm.h describes the fields. */
  script?: { [field: string]: JSONValue }[];
}

// ------------------------------------------------------------------------------------------------------------- request

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
  /** false: control characters stay in the texts. Default: the configuration's. */
  sanitize?: boolean;
  /** Default: the configuration's. */
  drop_unsupported?: boolean;
  /** Put into the body as it is. */
  extra?: { [key: string]: JSONValue };
}

export interface RequestObject extends RequestOptions {
  messages: Message[];
}

/** What an embedding request has besides its texts. */
export interface EmbeddingOptions extends CallOptions {
  model?: string;
  /** Numbers in each vector. */
  dimensions?: number;
  /** How the numbers travel; the result is the same. */
  encoding_format?: 'float' | 'base64';
  /** false: control characters stay in the texts. Default: the configuration's. */
  sanitize?: boolean;
  /** Put into the body as it is; for Gemini into the request of each text. */
  extra?: { [key: string]: JSONValue };
}

export interface EmbeddingObject extends EmbeddingOptions {
  input: string | string[];
}

/** Text, or an array of texts, is the input. */
export type EmbeddingRequest = string | string[] | EmbeddingObject;

/** What this package takes beside a request. */
export interface Abortable {
  /** Ends the call at once; it rejects with the signal's reason. */
  signal?: AbortSignal | null;
}

/** From which level on lines are wanted. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'off';

/** Text is one message of the user, an array is the messages. */
export type Request = string | Message[] | RequestObject;
