/*
 * llm.h - one C interface to many LLM providers.
 *
 * SPDX-License-Identifier: MIT
 *
 * This header is the manual. It starts with an example and the rules that hold everywhere, and then goes through the
 * functions by what they act on: version, errors, configuration, client, the blocking calls, the call handle on which
 * those stand, the queue, on which one reader has many calls, the log, and providers of your own.
 *
 *     #include <llm.h>
 *     #include <stdio.h>
 *
 *     static int32_t on_event(int32_t kind, const char *data, size_t length, void *user_data) {
 *         if (kind == LLM_EVENT_TEXT) fwrite(data, 1, length, (FILE *)user_data);
 *         return 0;                                     // anything else cancels the stream
 *     }
 *
 *     int main(void) {
 *         llm_client *client; llm_error *error; char *response;
 *         if (llm_client_create("{\"provider\": \"openai\"}", &client, &error) == LLM_OK) {     // OPENAI_API_KEY
 *             if (llm_stream(client, "[{\"role\": \"user\", \"content\": \"What is 2+2?\"}]",
 *                            on_event, stdout, &response, &error) == LLM_OK) {
 *                 printf("\n%s\n", response);           // the whole answer, its usage and timings, as JSON
 *                 llm_free(response);
 *             }
 *             llm_client_destroy(client);
 *         }
 *         if (error) fprintf(stderr, "%s\n", llm_error_message(error));
 *         llm_error_free(error);                        // NULL is fine
 *         return 0;
 *     }
 *
 * Ownership
 *   What you create you destroy; what you are handed you free: JSON results with llm_free (never with free), errors
 *   with llm_error_free. NULL is allowed in every destroy and free. An error's strings live as long as the error.
 *
 * Arguments
 *   Inputs are NUL-terminated UTF-8; they are read before the function returns and need not live longer. Every output
 *   is always written: NULL or 0 where nothing was produced, and *error is NULL on success. `error` itself may be NULL
 *   if only the status is of interest. Accessors accept NULL. There is no last-error state.
 *
 * Threads
 *   Any function may be called from any thread; exceptions are said at the function. Callbacks run on the thread that
 *   called the function they were given to, while it is in that function, and nowhere else (only the log's may be called
 *   anywhere); they may make further calls, and must neither throw nor longjmp. One thread of the library's own, started by the first call and shared by
 *   all clients, does all input and output, with every signal masked.
 *
 * Events
 *   An event's data is a pointer and a length in bytes. It may contain NUL, is followed by a NUL, and lives until the
 *   callback returns (llm_stream) or until the next llm_call_next on the same call; llm_queue_read copies it to a buffer
 *   of yours. Adjacent TEXT events may be joined. A slow reader holds up its own transfers and no others; what it has not
 *   read yet is bounded.
 *
 * How a call ends
 *   Exactly once: with LLM_EVENT_RESPONSE, or with a failure, which a queue delivers as LLM_EVENT_ERROR. Cancelling
 *   after the end does nothing.
 *
 * How the library grows
 *   Ignore event kinds and JSON fields that you do not know; take an unknown negative status for a failure.
 *
 * fork() and exit()
 *   In a forked child the parent's handles give LLM_ERROR_FORKED and may be freed, which sends nothing; new clients
 *   work. At exit the library's thread is stopped before OpenSSL cleans up; calls still running end with
 *   LLM_ERROR_CANCELED. The library stays loaded after dlclose().
 */
#ifndef LLM_H
#define LLM_H

#include <stddef.h>
#include <stdint.h>

/* Nullability, where the compiler knows of it: documentation that clang checks. Passing NULL where it is not allowed is
 * answered with LLM_ERROR_INVALID_ARGUMENT all the same. */
#if defined(__clang__) && !defined(__swift__)
#  pragma clang diagnostic push
#  pragma clang diagnostic ignored "-Wnullability-extension"
#  define LLM_NONNULL _Nonnull
#  define LLM_NULLABLE _Nullable
#else
#  define LLM_NONNULL
#  define LLM_NULLABLE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------------------- version */

#define LLM_ABI_VERSION 1

/* The LLM_ABI_VERSION that the loaded library was built with. A program runs with every library of its own version. */
uint32_t llm_abi_version(void);

/* The library's version, such as "0.1.0". Static; not to be freed. */
const char *LLM_NONNULL llm_version(void);

/* ----------------------------------------------------------------------------------------------- status and errors */

typedef int32_t llm_status;
enum {
  LLM_OK = 0,
  LLM_PENDING = 1,                  /* nothing yet, or a signal came */
  LLM_END = 2,                      /* the call is over and everything was delivered */
  LLM_TOO_SMALL = 3,                /* the buffer holds no whole record */
  LLM_ERROR_INVALID_ARGUMENT = -1,  /* NULL, malformed JSON, wrong type, bad UTF-8 */
  LLM_ERROR_CONFIGURATION = -2,     /* unknown provider, missing key, value out of range */
  LLM_ERROR_AUTHENTICATION = -3,    /* 401, 403 */
  LLM_ERROR_NOT_FOUND = -4,         /* 404 */
  LLM_ERROR_BAD_REQUEST = -5,       /* 400, 422 and other 4xx */
  LLM_ERROR_CONTEXT_LENGTH = -6,    /* the prompt does not fit the model */
  LLM_ERROR_CONTENT_FILTERED = -7,  /* the provider refused the prompt */
  LLM_ERROR_RATE_LIMITED = -8,      /* 429 after the last retry */
  LLM_ERROR_LOCAL_LIMIT = -9,       /* the local limiter could not admit it within max_wait_ms */
  LLM_ERROR_SERVER = -10,           /* 5xx, 529, or an error event in a stream */
  LLM_ERROR_CONNECTION = -11,       /* DNS, refused, reset, TLS */
  LLM_ERROR_TIMEOUT = -12,          /* one of the configuration's "timeout" */
  LLM_ERROR_TRUNCATED = -13,        /* the stream ended before the provider said that it was done */
  LLM_ERROR_PROTOCOL = -14,         /* a response that the wire format does not allow */
  LLM_ERROR_CANCELED = -15,         /* by the callback, llm_call_cancel, llm_client_destroy or exit() */
  LLM_ERROR_FORKED = -16,           /* the handle belongs to the parent process */
  LLM_ERROR_INTERNAL = -17,         /* a defect of this library: please report it */
  LLM_ERROR_UNSUPPORTED = -18,      /* the provider cannot do what the request asks */
  LLM_ERROR_TOO_LARGE = -19,        /* 413, or a bound of the configuration */
  LLM_ERROR_QUOTA = -20,            /* 402, insufficient_quota: waiting does not help */
  LLM_ERROR_MEMORY = -21
};

/* A status's name: "ok", "rate_limited", "timeout" ..., the enumerator without LLM_ and ERROR_, in lower case; "unknown"
 * for a number that this version does not know. Static; never NULL. */
const char *LLM_NONNULL llm_status_name(llm_status status);

/* What went wrong. Made by the function that failed, yours to free. The accessors take NULL and then give LLM_OK, empty
 * text, 0 or -1; they do not change the error, which any thread may read. */
typedef struct llm_error llm_error;

/* What kind of error it is. */
llm_status llm_error_status(const llm_error *LLM_NULLABLE error);

/* One English sentence for a person: it names the field or variable that is wrong and what it takes. Never a key. */
const char *LLM_NONNULL llm_error_message(const llm_error *LLM_NULLABLE error);

/* The response's HTTP status; 0 where there was no response. */
int32_t llm_error_http_status(const llm_error *LLM_NULLABLE error);

/* How long the server asks to wait, in milliseconds; -1 where it named no wait. */
int64_t llm_error_retry_after_ms(const llm_error *LLM_NULLABLE error);

/* 1 where the same call may succeed later, else 0. */
int32_t llm_error_is_retryable(const llm_error *LLM_NULLABLE error);

/* The whole error: {"status", "code" (the number), "message", "provider", "http_status", "provider_code",
 * "provider_message", "request_id", "retry_after_ms", "retryable", "attempts", "call_id", "partial"}; what is not known
 * is absent. "partial" is a response as far as it had come. "{}" for NULL. */
const char *LLM_NONNULL llm_error_json(const llm_error *LLM_NULLABLE error);

/* Frees an error, and the strings that came from it. */
void llm_error_free(llm_error *LLM_NULLABLE error);

/* ---------------------------------------------------------------------------------------------------- configuration */

/*
 * A configuration is a JSON object. Only "provider" is required; a field that is not listed here is refused by name.
 *
 *   "provider"      "openai" (chat completions), "openai-responses" (OpenAI's responses), "anthropic" (messages), "gemini"
 *                   (generateContent), "azure" (chat completions as Azure OpenAI has them), "bedrock" (AWS Bedrock's
 *                   Converse), "ollama" (its own chat; no key needed), "echo" (no network), and more: see "providers"
 *   "api_key"       the key; or "api_key_env": the name of the environment variable that holds it. If both are absent,
 *                   the provider's own variables are read: OPENAI_API_KEY, ANTHROPIC_API_KEY ..., and those that its users
 *                   have set anyway, such as HF_TOKEN; llm_provider_list has them. A server with a "base_url" of your own
 *                   needs none.
 *   "base_url"      where the provider's paths begin: "https://api.openai.com/v1", "https://api.anthropic.com"
 *                   "azure" has no default: "https://NAME.openai.azure.com", with "/openai/v1" for its newer paths
 *   "model"         the model of requests that name none; for "azure" the name of a deployment
 *   "api_version"   for "azure": default AZURE_API_VERSION, else OPENAI_API_VERSION, else "2024-10-21" (none with
 *                   /openai/v1)
 *   "aws"           for "bedrock": {"access_key_id", "secret_access_key", "session_token"?, "region"}, what signs
 *                   requests where there is no "api_key"; by default AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 *                   AWS_SESSION_TOKEN, and AWS_REGION or AWS_DEFAULT_REGION. A key is a bearer token (also
 *                   AWS_BEARER_TOKEN_BEDROCK).
 *   "max_tokens"    of requests that name none; tokens, 1 to 100000000
 *   "temperature"   of requests that name none; 0 to 2
 *   "drop_unsupported"  of requests that do not say it; true or false (the default)
 *   "timeout"       {"connect_ms": 10000, "first_byte_ms": 60000, "idle_ms": 60000, "total_ms": 600000}. Milliseconds
 *                   up to 2147483647; 0 is no limit. connect: until the connection (TLS included) is up; first_byte:
 *                   from there to the first byte of the response; idle: between two pieces of it, not counting the time
 *                   in which the reader holds up the transfer; total: the whole call.
 *   "rate_limit"    {"per_minute": 60, "per_hour": 3600, "tokens_per_minute": 0, "max_concurrent": 10,
 *                    "max_wait_ms": 60000, "burst": 0, "scope": "shared", "adaptive": true}; of the counts 0 is no limit.
 *                   Token buckets, which start full and refill evenly. "burst": how many requests may go at once; 0 is as
 *                   many as per_minute. Any 60 seconds see at most per_minute + burst requests; any hour, whose bucket
 *                   saves up to per_hour, at most 2 * per_hour (without a per_minute, per_hour + burst if that is set).
 *                   An attempt reserves of tokens_per_minute what it is taken to cost: a quarter of the bytes of all
 *                   message text, tool calls, tool definitions and response_format, rounded up; 1000 for each image or
 *                   file; and max_tokens, or 1024 without it (less where the prompt would not fit for it). When it ends
 *                   its usage takes the reservation's place: what was reserved too much comes back, what was used beyond
 *                   is owed. Any 60 seconds reserve, less what comes back in them, at most 2 * tokens_per_minute.
 *                   max_concurrent: attempts under way at once.
 *                   They go in the order in which they came, each when all limits let it. One waits up to max_wait_ms (0:
 *                   not at all), and fails with LLM_ERROR_LOCAL_LIMIT, which names the limit and the wait: at once where
 *                   the buckets, everyone ahead counted, cannot let it go in time. What does not go uses up nothing.
 *                   "scope": "shared": one limiter for all clients of the process with the same provider, base_url, key
 *                   and limits, also for those that come later; "client": one for this client.
 *                   "adaptive": what the server says of its own limits bounds what goes. Those of x-ratelimit-*-requests,
 *                   x-ratelimit-*-tokens and anthropic-ratelimit-* refill evenly until their reset: when nothing is left,
 *                   nothing goes for 5 seconds (to the reset if that is sooner; longer where not even one call's share is
 *                   back by then), then as much as has come back, and so on until a response says more. Without a limit
 *                   beside it, and with x-ratelimit-remaining and -reset, nothing goes before the reset. The wait that a
 *                   failure names holds up every call of the limiter.
 *   "retry"         {"strategy": "exponential", "max_retries": 3, "initial_delay_ms": 100, "max_delay_ms": 30000,
 *                    "max_server_wait_ms": 60000}. An attempt is made again after connections that fail or break, the
 *                   statuses 408, 409, 429, 500, 502, 503, 504 and 529, and a stream whose first event is an error of that
 *                   kind; never once an event was delivered, and otherwise only where the server says x-should-retry. Before
 *                   it comes a wait, drawn evenly from 0 to initial_delay_ms, 2, 4, 8 ... times that, max_delay_ms at most
 *                   (exponential backoff with full jitter); "fixed": initial_delay_ms each time; "none": one attempt. A
 *                   wait that the server names (Retry-After in seconds or as a date, retry-after-ms) takes its place, with a
 *                   tenth of it on top at most; if it is longer than max_server_wait_ms the call ends, with the wait in the
 *                   error. All attempts carry the same idempotency-key where the provider takes one. Health checks make one.
 *   "headers"       {"name": "value"}: sent with every request, in place of the library's own of that name
 *   "sanitize"      true (the default): what no model reads is taken out of requests, see there; false: it is not
 *   "proxy"         "http://host:port", "socks5h://..." or "" for none; the usual variables (HTTPS_PROXY, NO_PROXY ...)
 *                   count where it is absent. They are not followed to loopback.
 *   "ca_file"       PEM bundle of the certificate authorities to trust in place of the system's
 *   "http2"         true: HTTP/2 where the server offers it; false (the default): HTTP/1.1
 *   "allow_insecure_http"  true: a key may be sent over plain http to a host that is not this one. Default false.
 *   "max_response_bytes"   a whole body or stream may have no more bytes: default 67108864; past it LLM_ERROR_TOO_LARGE
 *   "max_event_bytes"      the same for one event of a stream: default 16777216
 *   "script"        for "echo": what it answers, see "providers"
 */

/* Writes the configuration that the environment describes: <PROVIDER>_API_KEY (as "api_key_env": the key itself is not
 * copied), <PROVIDER>_MODEL, _MAX_TOKENS, _TEMPERATURE and _BASE_URL, RATE_LIMIT_PER_MINUTE, RATE_LIMIT_PER_HOUR,
 * MAX_CONCURRENT_REQUESTS, RETRY_MAX_RETRIES, RETRY_INITIAL_DELAY_MS, RETRY_MAX_DELAY_MS. `provider` NULL: LLM_PROVIDER.
 * LLM_LOG_LEVEL is no part of a configuration (see "log"), and is checked here too. "azure" also knows AZURE_API_VERSION,
 * AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT; "bedrock" has "aws": {"region"}, and leaves the credentials where they
 * are. LLM_ERROR_CONFIGURATION names the variable that is missing or out of range and what it takes. The text is yours to
 * free with llm_free. Reads the environment: do not call it while another thread changes that. */
llm_status llm_config_from_env(const char *LLM_NULLABLE provider, char *LLM_NULLABLE *LLM_NONNULL config_json,
                               llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* ----------------------------------------------------------------------------------------------------------- client */

/* A provider, its settings and its policies. Make one and use it from all threads; connections are shared by all
 * clients of the process. */
typedef struct llm_client llm_client;

/* Makes a client. `config_json` NULL: the same as llm_config_from_env(NULL). Sends nothing. */
llm_status llm_client_create(const char *LLM_NULLABLE config_json, llm_client *LLM_NULLABLE *LLM_NONNULL client,
                             llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Ends a client. Never blocks; may be called from an event callback. The client's calls end with LLM_ERROR_CANCELED,
 * threads that wait in them return, call handles and queues stay valid until they are freed. No function may be entered
 * with the client afterwards. */
void llm_client_destroy(llm_client *LLM_NULLABLE client);

/* What has become of the client's calls so far, yours to free with llm_free:
 *
 *   {"provider": "openai",
 *    "calls": {"started": 120, "succeeded": 110, "failed": 8, "in_flight": 2},
 *    "attempts": 131, "retries": {"total": 11, "rate_limited": 9, "timeout": 2},
 *    "errors": {"total": 8, "canceled": 3, "bad_request": 5},
 *    "usage": {"input_tokens": 91230, "output_tokens": 8211, "cached_input_tokens": 0, "reasoning_tokens": 0},
 *    "queue": {"waiting": 1, "wait_ms": {"count": 40, "mean": 80.1, "p50": 12.4, "p95": 401.2, "p99": 930, "max": 1012.8}},
 *    "latency_ms": {"count": 110, ...}, "time_to_first_event_ms": {"count": 64, ...}}
 *
 * "retries" and "errors" have a member for every status that was seen, by the name that llm_status_name gives; a
 * cancelled call failed, and so did a health check that found the provider ill. "usage" adds up what the providers sent.
 * "queue" is that of the rate limiter: calls that wait in it now, and how long those that had to wait did. "latency_ms" is
 * of calls that succeeded, "time_to_first_event_ms" of streams among them. Percentiles are right to within one percent
 * (the method is HdrHistogram's, http://hdrhistogram.org) and, like "mean" and "max", absent while "count" is 0. */
llm_status llm_client_stats(llm_client *LLM_NONNULL client, char *LLM_NULLABLE *LLM_NONNULL stats_json,
                            llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* --------------------------------------------------------------------------------------------------- blocking calls */

/*
 * A request is a JSON array of messages, or an object. Messages, tools, "tool_choice" and "response_format" are spelled
 * as in OpenAI's chat completions, whatever the provider.
 *
 *   {"messages": [{"role": "user", "content": "What is 2+2?"}], "model": "...", "max_tokens": 64, "temperature": 0.7,
 *    "top_p": 1, "stop": ["..."], "seed": 1, "tools": [], "tool_choice": "auto", "response_format": {},
 *    "reasoning": {"effort": "low"}, "metadata": {}, "timeout": {}, "headers": {}, "api_key": "...", "call_id": "...",
 *    "sanitize": true, "drop_unsupported": false, "extra": {"any": "provider field"}}
 *
 * "timeout" and "headers" override the configuration's, field by field. "call_id" (128 characters at most, made up if
 * absent) comes back in the response, the error and the log. "extra" is put into the body as it is. "stream" is refused:
 * the function decides. What the provider cannot do is LLM_ERROR_UNSUPPORTED, which names the field or the message's part;
 * with "drop_unsupported": true it is left out instead.
 *
 * Unless "sanitize", here or in the configuration, is false, control characters below U+0020 other than tab, LF and CR, and
 * halves of surrogate pairs ("\ud83d" without the other half), are taken out of the messages, the tools, "tool_choice",
 * "response_format", the texts of llm_embed and what llm_analyze is given; tool calls and their answers are changed alike
 * and still match. "native" content, "extra", "metadata", "reasoning" and "stop" are sent as they are. A "model" or
 * "call_id" with such a character is refused, and so is half a pair in any field that is not cleaned. With false, control
 * characters are sent, escaped, and half a pair is refused everywhere: it cannot be written in UTF-8. Errors name the field.
 *
 * Messages are looked at before anything is sent, with errors that name the message's index: each has the content that its
 * role needs; tool calls have a name and an id, which is no other call's of the message unless empty; a tool's message
 * answers, by its "tool_call_id", a call of an earlier assistant's message that was not answered yet.
 *
 * A response:
 *
 *   {"id": "...", "provider": "openai", "model": "...", "content": "2 + 2 = 4", "reasoning": "...",
 *    "message": {"role": "assistant", "content": "2 + 2 = 4",
 *                "tool_calls": [{"id": "...", "type": "function", "function": {"name": "...", "arguments": "{}"}}]},
 *    "finish_reason": "stop | length | tool_calls | content_filter | other",
 *    "usage": {"input_tokens": 19, "output_tokens": 10, "total_tokens": 29, "cached_input_tokens": 0,
 *              "reasoning_tokens": 0},
 *    "logprobs": {"content": [...]}, "request_id": "...", "call_id": "...", "attempts": 1, "latency_ms": 812.4,
 *    "time_to_first_event_ms": 301.7}
 *
 * "message" can be appended to "messages" as it is and sent again: to the same provider without losing anything (what
 * the chat format has no words for, such as signed reasoning, is in its "native"), to another with what it understands.
 * "input_tokens" is the whole prompt, cached tokens included; "output_tokens" includes reasoning; the other two are
 * parts of these. "logprobs" is as in chat completions, of providers that were asked for it in "extra". What the provider
 * did not send is absent.
 */

enum {
  LLM_EVENT_TEXT = 1,            /* UTF-8 text, never cut inside a character */
  LLM_EVENT_REASONING = 2,       /* UTF-8 text */
  LLM_EVENT_TOOL_CALL_DELTA = 3, /* JSON {"index", "id"?, "name"?, "arguments"?: a piece of text} */
  LLM_EVENT_TOOL_CALL = 4,       /* JSON {"index", "id", "name", "arguments"}: whole */
  LLM_EVENT_RESPONSE = 5,        /* JSON, the whole response: the last event of a call that succeeded */
  LLM_EVENT_ERROR = 6,           /* queues only: JSON as of llm_error_json, the last event of a call that failed */
  LLM_EVENT_LOG = 7              /* queues only: a log line, with tag 0 */
};

/* Called with each event of a stream, on the thread that called llm_stream. Nonzero cancels: the connection is closed,
 * and llm_stream returns LLM_ERROR_CANCELED with what had come in the error's "partial". What is returned at
 * LLM_EVENT_RESPONSE does not matter. */
typedef int32_t (*llm_event_fn)(int32_t kind, const char *LLM_NONNULL data, size_t length, void *LLM_NULLABLE user_data);

/* Sends a request and waits for the whole response, which is yours to free with llm_free. */
llm_status llm_complete(llm_client *LLM_NONNULL client, const char *LLM_NONNULL request_json,
                        char *LLM_NULLABLE *LLM_NONNULL response_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Sends a request and calls `on_event` with each event when its bytes arrive. The response, the same as the last event's,
 * is written to `response_json` unless that is NULL, and is yours to free with llm_free. */
llm_status llm_stream(llm_client *LLM_NONNULL client, const char *LLM_NONNULL request_json,
                      llm_event_fn LLM_NONNULL on_event, void *LLM_NULLABLE user_data,
                      char *LLM_NULLABLE *LLM_NULLABLE response_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Asks for an analysis of `content` (a page, a log, a document) after `instruction` (NULL: a summary with the key points).
 * The content is marked as material, not as instructions. `options_json`, which may be NULL, is a request without
 * "messages". Gives a response. */
llm_status llm_analyze(llm_client *LLM_NONNULL client, const char *LLM_NONNULL content,
                       const char *LLM_NULLABLE instruction, const char *LLM_NULLABLE options_json,
                       char *LLM_NULLABLE *LLM_NONNULL response_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Turns texts into vectors. The request:
 *
 *   {"input": "text" or ["text", ...], "model": "...", "dimensions": 256, "encoding_format": "float" or "base64",
 *    "sanitize": true, "extra": {...}, "timeout": {}, "headers": {}, "api_key": "...", "call_id": "..."}
 *
 * All but "input" and "model" are optional, and "model" where the configuration names one. "encoding_format" is how the
 * numbers travel from a server that has the choice ("base64" is half the bytes); the result is the same. "extra" is put into
 * the body as it is, for Gemini into the request of each text ({"taskType": "RETRIEVAL_QUERY"}). The result:
 *
 *   {"provider": "openai", "model": "...", "embeddings": [[0.0023, -0.0093, ...], ...],
 *    "usage": {"input_tokens": 8, "total_tokens": 8}, "request_id": "...", "call_id": "...", "attempts": 1,
 *    "latency_ms": 93.2}
 *
 * with one embedding for each text, in the order of the texts, and each number as the server wrote it (from base64: in the
 * shortest form that gives the same 32-bit number). 2048 texts of 3072 numbers take about 70 MB: "max_response_bytes" may
 * have to be raised for so many. LLM_ERROR_UNSUPPORTED where the provider has no embeddings. */
llm_status llm_embed(llm_client *LLM_NONNULL client, const char *LLM_NONNULL request_json,
                     char *LLM_NULLABLE *LLM_NONNULL response_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Lists the provider's models: {"provider", "models": [{"id", "name"?, "created"?: Unix seconds, "owned_by"?}],
 * "request_id"?, "call_id", "attempts", "latency_ms"}. All pages of the list. `options_json`, which may be NULL, takes
 * "timeout", "headers", "api_key" and "call_id" of a request. */
llm_status llm_list_models(llm_client *LLM_NONNULL client, const char *LLM_NULLABLE options_json,
                           char *LLM_NULLABLE *LLM_NONNULL models_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Whether the provider answers and takes the key, asked without spending tokens: {"healthy": true or false, "provider",
 * "latency_ms", "error"?: an error as of llm_error_json, "call_id"}. A provider that is down or refuses the key is a
 * report, not a failure. Options as for llm_list_models; without a "timeout" the check takes 10 seconds at most. */
llm_status llm_health_check(llm_client *LLM_NONNULL client, const char *LLM_NULLABLE options_json,
                            char *LLM_NULLABLE *LLM_NONNULL report_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Frees a JSON result. */
void llm_free(void *LLM_NULLABLE memory);

/* ------------------------------------------------------------------------------------------- a call that runs by itself */

/*
 * The calls above block. These start one and read it when you like, from whichever thread you like, and cancel it from
 * wherever:
 *
 *     llm_call *call;
 *     llm_status status = llm_call_start(client, LLM_OP_STREAM, request, NULL, 0, &call, &error);
 *     while (status == LLM_OK || status == LLM_PENDING)
 *         if ((status = llm_call_next(call, -1, &kind, &data, &length, &error)) == LLM_OK) use(kind, data, length);
 *     llm_call_free(call);                          // status is LLM_END, or the failure
 */
typedef struct llm_call  llm_call;
typedef struct llm_queue llm_queue;

enum {
  LLM_OP_COMPLETE = 1,       /* one event, LLM_EVENT_RESPONSE */
  LLM_OP_STREAM = 2,         /* events as they come, then LLM_EVENT_RESPONSE */
  LLM_OP_ANALYZE = 3,        /* request: {"content", "instruction"?, and the options}; one LLM_EVENT_RESPONSE */
  LLM_OP_EMBED = 4,          /* request: as of llm_embed; one LLM_EVENT_RESPONSE that holds the embeddings */
  LLM_OP_LIST_MODELS = 5,    /* request: the options; one LLM_EVENT_RESPONSE that holds the list */
  LLM_OP_HEALTH_CHECK = 6    /* request: the options; one LLM_EVENT_RESPONSE that holds the report */
};

/* Starts a call and returns. `request_json` may be NULL where an operation takes only options. `queue` NULL: the call is
 * read with llm_call_next, and `tag` has no meaning. Else its events go to the queue, marked with `tag`, whose meaning is
 * yours; they may be read there before llm_call_start has returned. Every started call is freed once. */
llm_status llm_call_start(llm_client *LLM_NONNULL client, int32_t operation, const char *LLM_NULLABLE request_json,
                          llm_queue *LLM_NULLABLE queue, uint64_t tag, llm_call *LLM_NULLABLE *LLM_NONNULL call,
                          llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* The next event, waiting up to `timeout_ms` milliseconds for it: 0 polls, -1 waits for as long as it takes.
 *   LLM_OK         an event: *kind, *data, *length; `data` lives until the next llm_call_next or llm_call_free
 *   LLM_PENDING    none came in time, or a signal handler ran: call again
 *   LLM_END        the call is over; so from now on
 *   negative       the call failed; said once, then LLM_END
 * One thread at a time: a second one gets LLM_ERROR_INVALID_ARGUMENT, and so does whoever asks a call on a queue. */
llm_status llm_call_next(llm_call *LLM_NONNULL call, int32_t timeout_ms, int32_t *LLM_NULLABLE kind,
                         const char *LLM_NULLABLE *LLM_NONNULL data, size_t *LLM_NONNULL length,
                         llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Nonzero stops reading from the provider after what is under way, 0 goes on. Any thread. */
void llm_call_pause(llm_call *LLM_NULLABLE call, int32_t paused);

/* Ends the call with LLM_ERROR_CANCELED; events that were not read yet are dropped. Any thread, any number of times. */
void llm_call_cancel(llm_call *LLM_NULLABLE call);

/* Frees a call, and cancels it if it still runs. No other thread may be in llm_call_next on the call. Of a call on a
 * queue, no read that begins later yields anything, its end included. */
void llm_call_free(llm_call *LLM_NULLABLE call);

/* ------------------------------------------------------------------------------ many calls, one reader: for event loops */

/*
 * A queue takes the events of as many calls as you like. One reader copies them out, many at a time, when his own event
 * loop says that there are some; or he waits in llm_queue_read. No thread is needed for a call, and none waits for it.
 *
 *     static void run(llm_queue *queue, int running) {       // so many calls were started on it
 *         struct pollfd watched = {llm_queue_fd(queue), POLLIN, 0};
 *         size_t capacity = 65536, used, at;
 *         char *buffer = malloc(capacity);
 *         while (running > 0) {
 *             llm_status status;
 *             poll(&watched, 1, -1);                         // beside whatever else the loop watches
 *             while ((status = llm_queue_read(queue, 0, buffer, capacity, &used)) != LLM_PENDING) {
 *                 if (status == LLM_TOO_SMALL) {
 *                     free(buffer);
 *                     buffer = malloc(capacity = used);
 *                     continue;
 *                 }
 *                 if (status != LLM_OK) abort();
 *                 for (at = 0; at < used;) {
 *                     llm_event *event = (llm_event *)(buffer + at);
 *                     char *data = (char *)(event + 1);      // event->length bytes, then a NUL
 *                     if (event->kind == LLM_EVENT_TEXT) printf("%d: %s\n", (int)event->tag, data);
 *                     if (event->kind == LLM_EVENT_RESPONSE || event->kind == LLM_EVENT_ERROR) running--;
 *                     at += sizeof *event + (event->length / 8 + 1) * 8;
 *                 }
 *             }
 *         }
 *         free(buffer);
 *     }
 *
 * Order and fairness. The events of one call come in their order, and its RESPONSE or ERROR, exactly one, last. Calls take
 * turns: one that floods the queue does not keep the others' events back.
 *
 * A slow reader. What a call has unread is bounded, and what the queue has; beyond it the transfers are held up until the
 * reader catches up. A consumer of one call that is slower than the others is held up alone with llm_call_pause.
 *
 * Cancelling. After llm_call_cancel the call ends with one ERROR, LLM_ERROR_CANCELED; its unread events are dropped, and a
 * RESPONSE that was not read yet turns into that ERROR. Call handles are freed before or after the queue is destroyed.
 *
 * Threads. Any thread may start, pause, cancel and free calls and wake the reader; one at a time reads: a second one gets
 * LLM_ERROR_INVALID_ARGUMENT. Several loops have a queue each, of the same client or not.
 */

/* How each event begins in the buffer of llm_queue_read. `length` bytes of data follow, a NUL, and padding to a multiple of
 * 8 bytes: the next event begins sizeof(llm_event) + (length / 8 + 1) * 8 bytes on. */
typedef struct llm_event {
  uint64_t tag;      /* the call's, as given to llm_call_start */
  int32_t kind;      /* LLM_EVENT_... */
  uint32_t length;   /* bytes of data */
} llm_event;

/* Makes a queue, for the calls of any client. */
llm_status llm_queue_create(llm_queue *LLM_NULLABLE *LLM_NONNULL queue, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Copies events to `buffer`, as many whole ones as it holds, waiting up to `timeout_ms` milliseconds if there are none: 0
 * polls, -1 waits for as long as it takes. The buffer is aligned as for any llm_event.
 *   LLM_OK                      *used bytes of events
 *   LLM_PENDING                 none came in time, a signal handler ran, or llm_queue_wake was called
 *   LLM_TOO_SMALL               nothing was taken: the next event needs *used bytes
 *   LLM_ERROR_INVALID_ARGUMENT  NULL, or another thread is reading
 *   LLM_ERROR_FORKED            the queue belongs to the parent process
 * Except in the first and third case *used is 0. */
llm_status llm_queue_read(llm_queue *LLM_NONNULL queue, int32_t timeout_ms, void *LLM_NULLABLE buffer, size_t capacity,
                          size_t *LLM_NONNULL used);

/* A descriptor for your event loop to watch for reading: one end of a non-blocking, close-on-exec socketpair, made when it
 * is first asked for. It becomes readable, by one byte, when the first event comes after the queue was created or after a
 * read that returned LLM_PENDING; that return removes the byte. So when it is readable, read until LLM_PENDING; whoever
 * stops sooner schedules the next read himself, unless his loop is level-triggered. Do not read from it or close it; it is
 * closed by llm_queue_destroy: take it out of your loop first, and give a `dup` of it to owners that close. -1: the system
 * has none to give, or the queue belongs to the parent process (a forked child has its copy closed). */
int32_t llm_queue_fd(llm_queue *LLM_NULLABLE queue);

/* Makes a read that waits return LLM_PENDING, or the next one that would wait. Any thread; not from a signal handler. The
 * descriptor stays as it is. */
void llm_queue_wake(llm_queue *LLM_NULLABLE queue);

/* Ends a queue: cancels its calls and drops what was not read. Their handles stay valid until they are freed. Never
 * blocks. No read may be in progress, and no function may be entered with the queue afterwards. */
void llm_queue_destroy(llm_queue *LLM_NULLABLE queue);

/* --------------------------------------------------------------------------------------------------------------- log */

/*
 * The library is silent until it is asked. A line is one JSON object, which pino-pretty and other readers of pino's format
 * understand:
 *
 *   {"level":30,"time":1764019200000,"pid":4711,"hostname":"...","name":"libllm","msg":"call finished","call_id":"...",
 *    "provider":"openai","model":"...","operation":"stream","finish_reason":"stop","usage":{...},"attempts":1,
 *    "latency_ms":812.4,"time_to_first_event_ms":301.7,"request_id":"..."}
 *
 * "time" is Unix milliseconds. "msg" is one of these; the members after it grow as the library does:
 *
 *   error   "call failed"      "status", "error" (the message), "http_status", "attempts" ...
 *   warn    "retrying"         the same of the attempt that failed, "delay_ms", "attempt"
 *   info    "call finished", "call canceled"
 *   debug   "client created", "call started", "call queued", "attempt" ("url"), "response"
 *   trace   "request" and "response text": what was asked and answered, which no other level shows
 *
 * Keys are taken out of every text: those that the library was given, and whatever stands where keys do (after "Bearer",
 * in "key=" and the like of a query, in front of the "@" of a URL, in headers such as Authorization and Cookie).
 *
 * The environment variable LLM_LOG_LEVEL (trace, debug, info, warn, error, off, or the number) sends lines to stderr. It
 * is read when the first client is made, unless llm_set_log came before; another value is LLM_ERROR_CONFIGURATION there.
 */
enum {
  LLM_LOG_TRACE = 10,
  LLM_LOG_DEBUG = 20,
  LLM_LOG_INFO = 30,
  LLM_LOG_WARN = 40,
  LLM_LOG_ERROR = 50,
  LLM_LOG_OFF = 100
};

/* Called with each line: `length` bytes without a line end, followed by a NUL, valid until it returns. It is called on any
 * thread, the library's own among them, by one at a time. It must not block or call libllm: what it waits for, all calls
 * wait for. */
typedef void (*llm_log_fn)(int32_t level, const char *LLM_NONNULL line, size_t length, void *LLM_NULLABLE user_data);

/* Sends lines of `level` and above to `write`, in place of where they went before. `write` NULL: to stderr, which is never
 * waited for; a line that finds no room there is dropped, and the next one that goes out says how many were in "dropped".
 * LLM_LOG_OFF: nowhere. When this returns, the function that was set before is not running and will not be called again.
 * LLM_ERROR_INVALID_ARGUMENT: `level` is none of LLM_LOG_*, or this was called from the function itself. */
llm_status llm_set_log(int32_t level, llm_log_fn LLM_NULLABLE write, void *LLM_NULLABLE user_data);

/* Delivers lines of `level` and above as LLM_EVENT_LOG, with tag 0, beside where llm_set_log sends them: for programs that
 * cannot be called on any thread. LLM_LOG_OFF, which it is at first: none. Nothing is held up for them: beyond 1 MiB or
 * 10,000 lines that were not read they are dropped, and the next one says how many were in "dropped".
 * LLM_ERROR_INVALID_ARGUMENT: NULL, `level` is none of LLM_LOG_*, or this was called from an llm_log_fn;
 * LLM_ERROR_FORKED: the queue belongs to the parent process. */
llm_status llm_queue_log(llm_queue *LLM_NONNULL queue, int32_t level);

/* --------------------------------------------------------------------------------------------------------- providers */

/*
 * llm_provider_list gives the providers that there are. All but a few speak OpenAI's chat completions: cerebras, cohere,
 * dashscope, deepinfra, deepseek, fireworks, github, groq, huggingface, hyperbolic, mistral, moonshot, nebius, nvidia,
 * openrouter, perplexity, sambanova, siliconflow, together, venice, xai, zhipu; and on this machine, without a key, llamacpp
 * (port 8080), lmstudio (1234) and vllm (8000). More are added here, for clients that are made afterwards: a client keeps the
 * provider that it was made with.
 *
 * "echo" needs no network and no key: programs are tested with it. It answers with the last user message, word by word. A
 * tool that is offered is called where "tool_choice" leaves no other way, or where the message is "call NAME" or "call NAME
 * {arguments}"; without arguments they are made from the tool's schema. A tool's result is answered with its text, and a
 * "response_format" with a small document that its schema allows. A token is a word. Embeddings are the same for the same
 * text. All else is as with any provider: retries, limits (of which 60 calls a minute is the default), times, statistics.
 * The configuration's "script" is an array of steps, each of which answers one attempt, the last one all that follow:
 *
 *   {"text": "..."} or {"chunks": ["...", ...]}     the answer, streamed word by word or so
 *   "reasoning", "refusal", "finish_reason"         text
 *   "tool_calls": [{"name", "arguments"?, "id"?}]   arguments as an object or as text
 *   "usage": {"input_tokens": 1, ...}               as in a response
 *   "delay_ms"                                      before each piece of the response
 *   "status": 429, "headers": {}, "body"            an HTTP error instead of an answer; the body is an object or text
 *   "error"     "refuse": no connection; "garbage": no answer of this wire; and after what the step says of an answer:
 *               "reset": the connection breaks, "truncate": the response ends, "stall": nothing more comes
 */

/* All providers, sorted by name, yours to free with llm_free:
 *
 *   {"providers": [{"name": "groq", "wire": "openai-chat", "base_url": "https://api.groq.com/openai/v1",
 *                   "environment_prefix": "GROQ", "api_key_env": ["GROQ_API_KEY"], "requires_key": true,
 *                   "capabilities": ["chat", "stream", "tools", "model_list"], "models": [],
 *                   "origin": "built_in", "defined" or "registered", "built_in": true}]}
 *
 * "api_key_env" are the variables that may hold the key: the first that is set counts. "capabilities" are "chat", "stream",
 * "tools", "embeddings" and "model_list"; the last two are LLM_ERROR_UNSUPPORTED where they are missing. No secrets. */
llm_status llm_provider_list(char *LLM_NULLABLE *LLM_NONNULL providers_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Adds a provider, or puts it in place of the one of that name. The definition:
 *
 *   "name"          1 to 64 letters, digits, dots, hyphens and underscores
 *   "wire"          "openai-chat", "openai-responses", "anthropic", "gemini" or "ollama"
 *   "base_url"      where its paths begin
 *   "environment_prefix"  of its variables; default the name in capitals with "_" for what is neither letter nor digit:
 *                   "my-llm" has MY_LLM_API_KEY, MY_LLM_MODEL, MY_LLM_BASE_URL ...
 *   "api_key_env"   another variable that may hold the key
 *   "requires_key"  false: a client needs none; default true
 *   "auth"          {"header": "authorization", "scheme": "Bearer"}: the header field that holds the key, in place of the
 *                   wire's own. With another header the default scheme is "": the key alone.
 *   "headers"       {"name": "value"}: sent with every request
 *   "models"        names, for people; the first is the model of requests and configurations that name none
 *   "quirks"        for "openai-chat", in what the server differs from others: {"max_tokens": the field's name,
 *                   "max_tokens" or "max_completion_tokens", "reasoning": "reasoning_effort" or "reasoning" (an object),
 *                   "seed", "dimensions": the field's name, "stream_options", "developer_role", "cache_control", "file_urls":
 *                   false where it does not take them, "lacks": what it does not have (fields of a request, types of
 *                   parts, "tools", "embeddings", "model_list"), "returns": members of an answer's message that must come
 *                   back with it, "think_tags": true where answers begin with <think>reasoning</think>}
 *
 * Errors name the field. Keys have no place in it: they are the client's. */
llm_status llm_provider_define(const char *LLM_NONNULL definition_json, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

/* Where a function of an adapter writes what it has to say; valid while the function runs, on its thread. */
typedef struct llm_sink llm_sink;

enum {
  LLM_SINK_REQUEST = 1,          /* JSON {"path" or "url", "method"?, "headers"?, "framing"?} */
  LLM_SINK_BODY = 2              /* the request's body; several are joined */
};

/* Writes a piece. What `kind` is depends on the function. LLM_ERROR_INVALID_ARGUMENT: `data` is not what the kind takes
 * (and the call ends with that, whatever the function returns), or the function has no such kind. */
llm_status llm_sink_write(llm_sink *LLM_NONNULL sink, int32_t kind, const char *LLM_NULLABLE data, size_t length);

/*
 * An adapter speaks a wire that the library does not know. Each function that is NULL is done as for "openai-chat".
 *
 *   encode        The HTTP request of `operation`, LLM_OP_COMPLETE, _STREAM, _EMBED, _LIST_MODELS or _HEALTH_CHECK
 *                 (llm_analyze is a COMPLETE). `request_json` is the request with the configuration's "model", "max_tokens"
 *                 and "temperature", without what is set for the call alone; "{}" for the last two. Writes one
 *                 LLM_SINK_REQUEST and, unless it is a GET, an LLM_SINK_BODY. "path" is put behind the base URL; a "url" is
 *                 whole, and is sent the key only if it begins with the base URL. "method" is "POST" (with a body) or "GET". The
 *                 library adds the key, User-Agent, Content-Type and the caller's headers. "framing" is how a stream is cut:
 *                 "sse" (the default) or "ndjson".
 *   decode        A whole body with a status of 2xx; not called for a health check, for which that status is enough. For a
 *                 chat writes LLM_EVENT_TEXT, _REASONING, _TOOL_CALL and one _RESPONSE: the fields of a response that are
 *                 known, such as "id", "model", "finish_reason", "usage" ("content" and "reasoning" too, where they were not
 *                 written before). For _EMBED and _LIST_MODELS one LLM_EVENT_RESPONSE, {"embeddings", "model", "usage"} or
 *                 {"models"}.
 *   decode_event  One event of a stream: its name ("" where it has none) and its data. `*stream` is the state of this
 *                 stream, NULL at first, yours to set. Writes the same, and LLM_EVENT_TOOL_CALL_DELTA; LLM_EVENT_RESPONSE ends
 *                 the stream. One that ends without it, and without a "finish_reason", is LLM_ERROR_TRUNCATED.
 *   stream_free   `*stream`, if it is not NULL: once for each stream, when it has ended, or by whoever frees the call.
 *   decode_error  The body of another status. Writes LLM_EVENT_ERROR: {"message", "provider_code", "http_status"}, all
 *                 optional, of which the error is made; the status decides what kind.
 *
 * They return LLM_OK. A negative status ends the call with it; an LLM_EVENT_ERROR written before, which each of them may,
 * gives the message. Text and bodies are followed by a NUL.
 *
 * Threads: each function runs inside an llm_ function that its call's owner is in, on his thread, and never on the library's
 * own: encode in the one that starts the call, the others in the one that reads it (llm_complete and the like, llm_call_next,
 * llm_queue_read), stream_free also in llm_call_free, llm_queue_destroy or what frees a call that was not read to its end. For
 * one call they run one at a time, for several at the same time. They may call libllm, and must neither throw nor longjmp.
 *
 * What is decided before a function can be asked is decided as ever: retries by status and headers, and by an error's body
 * where it has the usual shape. A stream is not retried once anything of it has come, an error as its first event included.
 * Statistics and the log know such calls by status, without usage.
 */
typedef struct llm_adapter {
  size_t size;                                            /* sizeof(llm_adapter) */
  llm_status (*LLM_NULLABLE encode)(void *LLM_NULLABLE user_data, int32_t operation, const char *LLM_NONNULL request_json,
                                    llm_sink *LLM_NONNULL out);
  llm_status (*LLM_NULLABLE decode)(void *LLM_NULLABLE user_data, int32_t operation, const char *LLM_NONNULL body,
                                    size_t length, llm_sink *LLM_NONNULL out);
  llm_status (*LLM_NULLABLE decode_event)(void *LLM_NULLABLE user_data, void *LLM_NULLABLE *LLM_NONNULL stream,
                                          const char *LLM_NONNULL name, const char *LLM_NONNULL data, size_t length,
                                          llm_sink *LLM_NONNULL out);
  void (*LLM_NULLABLE stream_free)(void *LLM_NULLABLE user_data, void *LLM_NULLABLE stream);
  llm_status (*LLM_NULLABLE decode_error)(void *LLM_NULLABLE user_data, int32_t http_status, const char *LLM_NONNULL body,
                                          size_t length, llm_sink *LLM_NONNULL out);
} llm_adapter;

/* Gives the provider `name` these functions in place of its wire. One that was there before, defined or built in, keeps its
 * address, variables and headers; a new one has none: its clients need a "base_url", and no key. The struct is copied, the
 * functions and `user_data` must stay: there is no way to take them back. */
llm_status llm_provider_register(const char *LLM_NONNULL name, const llm_adapter *LLM_NONNULL adapter,
                                 void *LLM_NULLABLE user_data, llm_error *LLM_NULLABLE *LLM_NULLABLE error);

#ifdef __cplusplus
}
#endif

#if defined(__clang__) && !defined(__swift__)
#  pragma clang diagnostic pop
#endif

#endif /* LLM_H */
