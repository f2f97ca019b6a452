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
  /** Put into the body as it is. */
  extra?: { [key: string]: JSONValue };
}

export interface RequestObject extends RequestOptions {
  messages: Message[];
}

/** Text is one message of the user, an array is the messages. */
export type Request = string | Message[] | RequestObject;
