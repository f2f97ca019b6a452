/* llm.h: llm_provider_register. The wire of these tests is not one that the library knows:
 *
 *   POST /say     "MODEL|PROMPT"                  a request
 *   data: +text   ?thought   call   end           a stream's events
 *   text                                          a whole answer
 *   oh no                                         an error
 */
#include <pthread.h>
#include "handles.h"
#include "queues.h"

/* What the functions have seen; one a provider. */
typedef struct {
  pthread_t threads[64];
  int calls, encoded, freed, states;
  llm_status status;        /* what decode_event returns at "fail" */
  int32_t written;          /* what llm_sink_write gave last */
  void (*during)(void *);   /* run inside decode_event */
  void *argument;
} tally;

static void seen(tally *tally) {
  CHECK(tally->calls < 64);
  tally->threads[tally->calls++] = pthread_self();
}

static void check_threads(const tally *tally, pthread_t thread) {
  int i;
  CHECK(tally->calls > 0);
  for (i = 0; i < tally->calls; i++) CHECK(pthread_equal(tally->threads[i], thread));
}

static void text(llm_sink *out, int32_t kind, const char *data) { CHECK_INT(llm_sink_write(out, kind, data, strlen(data)), LLM_OK); }

static llm_status encode(void *user_data, int32_t operation, const char *request, llm_sink *out) {
  tally *tally = user_data;
  char *model, *prompt, *body;
  seen(tally);
  tally->encoded++;
  CHECK(json_valid(request));
  if (operation == LLM_OP_LIST_MODELS || operation == LLM_OP_HEALTH_CHECK) {
    text(out, LLM_SINK_REQUEST, "{\"path\": \"/names\"}");
    return LLM_OK;
  }
  model = json_text(request, "model", NULL);
  prompt = json_text(request, operation == LLM_OP_EMBED ? "input.0" : "messages.0.content", NULL);
  if (strcmp(prompt, "refuse") == 0) {
    text(out, LLM_EVENT_TEXT, "{\"path\": \"/say\"}"); /* the kinds are numbers: TEXT is 1 as LLM_SINK_REQUEST is */
    return LLM_ERROR_UNSUPPORTED;
  }
  body = spec_format("%s|%s", model ? model : "-", prompt);
  text(out, LLM_SINK_REQUEST, "{\"path\": \"/say\", \"headers\": {\"content-type\": \"text/plain\", \"x-wire\": \"say\"}}");
  CHECK_INT(llm_sink_write(out, LLM_SINK_BODY, body, 1), LLM_OK);
  CHECK_INT(llm_sink_write(out, LLM_SINK_BODY, body + 1, strlen(body) - 1), LLM_OK);
  free(model);
  free(prompt);
  free(body);
  return LLM_OK;
}

static llm_status decode(void *user_data, int32_t operation, const char *body, size_t length, llm_sink *out) {
  tally *tally = user_data;
  seen(tally);
  CHECK_INT(body[length], 0);
  if (operation == LLM_OP_LIST_MODELS) {
    text(out, LLM_EVENT_RESPONSE, "{\"models\": [{\"id\": \"one\"}, {\"id\": \"two\", \"name\": \"Two\"}]}");
    return LLM_OK;
  }
  if (operation == LLM_OP_EMBED) {
    text(out, LLM_EVENT_RESPONSE, "{\"embeddings\": [[0.5, -1]], \"model\": \"e\", \"usage\": {\"input_tokens\": 2}}");
    return LLM_OK;
  }
  if (strcmp(body, "!") == 0) {
    text(out, LLM_EVENT_ERROR, "{\"message\": \"the line was cut\", \"provider_code\": \"cut\"}");
    return LLM_ERROR_CONTENT_FILTERED;
  }
  CHECK_INT(llm_sink_write(out, LLM_EVENT_TEXT, body, length), LLM_OK);
  text(out, LLM_EVENT_RESPONSE, "{\"id\": \"r\", \"model\": \"m\", \"finish_reason\": \"stop\", \"usage\": "
                                "{\"input_tokens\": 3, \"output_tokens\": 4}}");
  return LLM_OK;
}

static llm_status decode_event(void *user_data, void **stream, const char *name, const char *data, size_t length, llm_sink *out) {
  tally *tally = user_data;
  seen(tally);
  CHECK_INT(data[length], 0);
  if (!*stream) {
    *stream = spec_allocate(1);
    tally->states++;
  }
  if (tally->during) tally->during(tally->argument);
  if (strcmp(data, "end") == 0) {
    CHECK_TEXT(name, "last");
    text(out, LLM_EVENT_RESPONSE, "{\"id\": \"s\", \"finish_reason\": \"stop\", \"usage\": {\"input_tokens\": 3, "
                                  "\"output_tokens\": 4, \"total_tokens\": 7}}");
  } else if (strcmp(data, "call") == 0) {
    text(out, LLM_EVENT_TOOL_CALL_DELTA, "{\"index\": 5, \"id\": \"c\", \"name\": \"look\", \"arguments\": \"{\\\"a\\\"\"}");
    text(out, LLM_EVENT_TOOL_CALL_DELTA, "{\"index\": 5, \"arguments\": \":1}\"}");
    text(out, LLM_EVENT_TOOL_CALL, "{\"index\": 9, \"id\": \"d\", \"name\": \"see\", \"arguments\": {\"b\": 2}}");
  } else if (strcmp(data, "fail") == 0) {
    return tally->status;
  } else if (strcmp(data, "oops") == 0) {
    text(out, LLM_EVENT_ERROR, "{\"message\": \"too many at once\", \"http_status\": 429}");
  } else if (strcmp(data, "wrong") == 0) {
    tally->written = llm_sink_write(out, 77, "x", 1);
  } else if (strcmp(data, "cut") == 0) {
    tally->written = llm_sink_write(out, LLM_EVENT_TEXT, "\xc3", 1);
  } else {
    CHECK_INT(llm_sink_write(out, data[0] == '?' ? LLM_EVENT_REASONING : LLM_EVENT_TEXT, data + 1, length - 1), LLM_OK);
  }
  return LLM_OK;
}

static void stream_free(void *user_data, void *stream) {
  tally *tally = user_data;
  seen(tally);
  CHECK(stream != NULL);
  tally->freed++;
  free(stream);
}

static llm_status decode_error(void *user_data, int32_t http_status, const char *body, size_t length, llm_sink *out) {
  char *error;
  seen(user_data);
  CHECK_INT(body[length], 0);
  CHECK(http_status >= 400);
  if (strcmp(body, "quiet") == 0) return LLM_OK;
  error = spec_format("{\"message\": \"it said: %s\", \"provider_code\": \"oh\"}", body);
  text(out, LLM_EVENT_ERROR, error);
  free(error);
  return strcmp(body, "gone for good") == 0 ? LLM_ERROR_QUOTA : LLM_OK;
}

static const llm_adapter WHOLE = {sizeof WHOLE, encode, decode, decode_event, stream_free, decode_error};

static void registers(const char *name, const llm_adapter *adapter, tally *tally) {
  llm_error *error = GARBAGE;
  memset(tally, 0, sizeof *tally);
  CHECK_STATUS(llm_provider_register(name, adapter, tally, &error), LLM_OK, error);
  CHECK(error == NULL);
}

static llm_client *client_at(const fault_server *server, const char *more) {
  char *config = spec_format("{\"provider\": \"say\", \"base_url\": \"%s/base\", \"api_key\": \"" TEST_KEY "\", \"model\": \"m1\", "
                             "\"rate_limit\": {\"per_minute\": 0}, \"retry\": {\"max_retries\": 2, \"initial_delay_ms\": 1}%s}",
                             server_url(server), more);
  llm_client *client = client_with(config);
  free(config);
  return client;
}

static llm_client *say_at(const fault_server *server, tally *tally) {
  registers("say", &WHOLE, tally);
  return client_at(server, "");
}

static void reply_events(fault_server *server, const char *events) {
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, events);
  server_mark(server, "sent");
  server_close(server);
}

#define EVENT(data) "data: " data "\n\n"
#define LAST "event: last\ndata: end\n\n"

TEST("a whole answer goes through encode and decode, on the caller's thread") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  char *response, *request, *body;
  reply_with(server, "200 OK", "x-request-id: q\r\n", "good day");
  response = expect_success(complete(client, "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"call_id\": \"mine\"}"));
  check_member(response, "content", "good day");
  check_member(response, "id", "r");
  check_member(response, "provider", "say");
  check_member(response, "finish_reason", "stop");
  check_member(response, "usage.total_tokens", "7");
  check_member(response, "request_id", "q");
  check_member(response, "call_id", "mine");
  check_member(response, "attempts", "1");
  CHECK(json_number(response, "latency_ms", -1) > 0);
  check_threads(&tally, pthread_self());
  CHECK_INT(tally.calls, 2);
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /base/say HTTP/1.1\r\n", 25) == 0);
  CHECK_HAS(request, "x-wire: say\r\n");
  CHECK_HAS(request, "content-type: text/plain\r\n");
  CHECK_HAS(request, "authorization: Bearer " TEST_KEY "\r\n");
  body = server_body(server, 0);
  CHECK_TEXT(body, "m1|Hello");
  free(request);
  free(body);
  free(response);
  llm_client_destroy(client);
}

TEST("a stream's events are what decode_event writes, and its state is freed once, all on the caller's thread") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  events *events = events_new();
  char *response;
  reply_events(server, EVENT("?why") EVENT("+Hello") EVENT("+ you") EVENT("call") LAST);
  response = expect_success(stream(client, HELLO, collect, events));
  CHECK_TEXT(events->text, "Hello you");
  CHECK_TEXT(event_data(events, LLM_EVENT_REASONING, 0), "why");
  CHECK_INT(events_of_kind(events, LLM_EVENT_TOOL_CALL), 2);
  check_member(event_data(events, LLM_EVENT_TOOL_CALL_DELTA, 0), "index", "0");
  check_member(response, "content", "Hello you");
  check_member(response, "reasoning", "why");
  check_member(response, "message.tool_calls.0.function.arguments", "{\"a\":1}");
  check_member(response, "message.tool_calls.1.function.arguments", "{\"b\":2}");
  check_member(response, "finish_reason", "tool_calls");
  check_member(response, "usage.total_tokens", "7");
  CHECK(json_number(response, "time_to_first_event_ms", -1) >= 0);
  CHECK_INT(tally.states, 1);
  CHECK_INT(tally.freed, 1);
  check_threads(&tally, pthread_self());
  free(response);
  events_free(events);
  llm_client_destroy(client);
}

TEST("events come while the stream goes on, and its end ends the call though the connection stays open") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE EVENT("+one"));
  server_wait(server, "go-on");
  server_send(server, LAST);
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "one");
  server_signal(server, "go-on");
  check_member(check_event(call, LLM_EVENT_RESPONSE).data, "content", "one");
  CHECK_INT(tally.freed, 1);
  check_over(call);
  llm_call_free(call);
  CHECK_INT(tally.freed, 1);
  llm_client_destroy(client);
}

static void *read_text(void *call) {
  check_text(call, "one");
  return NULL;
}

TEST("functions run on the thread that reads, whichever started the call") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  llm_call *call;
  pthread_t thread;
  reply_events(server, EVENT("+one") LAST);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  CHECK_INT(tally.calls, 1);
  CHECK(pthread_equal(tally.threads[0], pthread_self()));
  CHECK_INT(pthread_create(&thread, NULL, read_text, call), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK(tally.calls >= 2 && pthread_equal(tally.threads[1], thread));
  llm_call_free(call);
  CHECK_INT(tally.freed, 1);
  llm_client_destroy(client);
}

TEST("a status ends the call with it, and a written error gives the message") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  outcome failed;
  expect_failure(complete(client, USER("refuse")), LLM_ERROR_UNSUPPORTED, "the adapter's encode ended the call");
  CHECK_INT(server_count(server, "request"), 0);
  reply_with(server, "200 OK", "", "!");
  failed = complete(client, HELLO);
  CHECK_STATUS(failed.status, LLM_ERROR_CONTENT_FILTERED, failed.error);
  CHECK_TEXT(llm_error_message(failed.error), "the line was cut");
  check_member(llm_error_json(failed.error), "provider_code", "cut");
  check_member(llm_error_json(failed.error), "provider", "say");
  check_member(llm_error_json(failed.error), "attempts", "1");
  outcome_free(&failed);
  tally.status = LLM_ERROR_SERVER;
  reply_events(server, EVENT("+some") EVENT("fail") EVENT("+more") LAST);
  failed = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(failed.status, LLM_ERROR_SERVER, failed.error);
  check_member(llm_error_json(failed.error), "partial.content", "some");
  outcome_free(&failed);
  tally.status = -77;
  expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_INTERNAL, "gave the status -77");
  reply_events(server, EVENT("+some") EVENT("oops"));
  failed = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(failed.status, LLM_ERROR_RATE_LIMITED, failed.error);
  CHECK_HAS(llm_error_message(failed.error), "too many at once");
  outcome_free(&failed);
  CHECK_INT(tally.freed, tally.states);
  llm_client_destroy(client);
}

TEST("what a sink cannot take is refused, and ends the call") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  reply_events(server, EVENT("wrong") LAST);
  expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_INVALID_ARGUMENT, "kind 77");
  CHECK_INT(tally.written, LLM_ERROR_INVALID_ARGUMENT);
  tally.written = 0;
  reply_events(server, EVENT("cut") LAST);
  expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_INVALID_ARGUMENT, "UTF-8");
  CHECK_INT(tally.written, LLM_ERROR_INVALID_ARGUMENT);
  llm_sink *no_sink = NULL;
  CHECK_INT(llm_sink_write(no_sink, LLM_EVENT_TEXT, "a", 1), LLM_ERROR_INVALID_ARGUMENT);
  llm_client_destroy(client);
}

TEST("a stream that ends without its end is truncated, with what had come") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  outcome failed;
  reply_events(server, EVENT("+some"));
  failed = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(failed.status, LLM_ERROR_TRUNCATED, failed.error);
  check_member(llm_error_json(failed.error), "partial.content", "some");
  outcome_free(&failed);
  CHECK_INT(server_count(server, "request"), 1);
  CHECK_INT(tally.freed, 1);
  llm_client_destroy(client);
}

TEST("an error status is retried by itself, and its body is the adapter's to read") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  outcome failed;
  char *response;
  reply_with(server, "503 Unavailable", "", "busy");
  reply_with(server, "429 Many", "retry-after-ms: 1\r\n", "busy");
  reply_with(server, "200 OK", "", "at last");
  response = expect_success(complete(client, HELLO));
  check_member(response, "content", "at last");
  check_member(response, "attempts", "3");
  CHECK_INT(tally.calls, 2); /* encode once, decode once, decode_error not at all */
  free(response);
  reply_with(server, "404 Not Found", "", "nobody home");
  failed = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(failed.status, LLM_ERROR_NOT_FOUND, failed.error);
  CHECK_HAS(llm_error_message(failed.error), "it said: nobody home");
  CHECK_INT(llm_error_http_status(failed.error), 404);
  check_member(llm_error_json(failed.error), "provider_code", "oh");
  outcome_free(&failed);
  reply_with(server, "402 Pay", "", "gone for good");
  expect_failure(complete(client, HELLO), LLM_ERROR_QUOTA, "it said: gone for good");
  reply_with(server, "400 Bad", "", "quiet");
  expect_failure(embed(client, "{\"input\": \"a\"}"), LLM_ERROR_BAD_REQUEST, "quiet");
  check_threads(&tally, pthread_self());
  llm_client_destroy(client);
}

TEST("embeddings, model lists and health checks go through it") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  char *result, *request;
  reply_with(server, "200 OK", "", "numbers");
  result = expect_success(embed(client, "{\"input\": \"sea\"}"));
  CHECK_HAS(result, "\"embeddings\":[[0.5,-1.0]]");
  check_member(result, "usage.input_tokens", "2");
  free(result);
  expect_failure(embed(client, "{\"input\": [\"sea\", \"sky\"]}"), LLM_ERROR_PROTOCOL, "2 texts were answered with 1");
  result = expect_success(list_models(client, NULL));
  check_member(result, "models.1.name", "Two");
  check_member(result, "attempts", "1");
  free(result);
  request = server_request(server, 2);
  CHECK(strncmp(request, "GET /base/names HTTP/1.1\r\n", 26) == 0);
  free(request);
  tally.calls = 0;
  result = expect_success(health_check(client, NULL));
  check_member(result, "healthy", "true");
  CHECK_INT(tally.calls, 1); /* encode alone */
  free(result);
  llm_client_destroy(client);
}

TEST("functions that are NULL are the chat wire's") {
  fault_server *server = serve();
  tally tally;
  llm_adapter adapter = {sizeof adapter, NULL, NULL, NULL, NULL, NULL};
  llm_client *client;
  char *response, *request;
  registers("say", &adapter, &tally);
  client = client_at(server, "");
  reply_json(server, OPENAI_BODY("Hello there"));
  response = expect_success(complete(client, HELLO));
  check_member(response, "content", "Hello there");
  free(response);
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /base/chat/completions HTTP/1.1\r\n", 38) == 0);
  free(request);
  reply_events(server, OPENAI_TEXT("Hi") OPENAI_END);
  response = expect_success(stream(client, HELLO, ignore_event, NULL));
  check_member(response, "content", "Hi");
  check_member(response, "usage.total_tokens", "29");
  free(response);
  reply_with(server, "401 No", "", "{\"error\": {\"message\": \"no key\", \"code\": \"invalid_api_key\"}}");
  expect_failure(complete(client, HELLO), LLM_ERROR_AUTHENTICATION, "no key");
  CHECK_INT(tally.calls, 0);
  llm_client_destroy(client);
}

TEST("a stream that is answered with a whole body is read by decode") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  char *response;
  reply_with(server, "200 OK", "content-type: application/json\r\n", "{not json}");
  response = expect_success(stream(client, HELLO, ignore_event, NULL));
  check_member(response, "content", "{not json}");
  free(response);
  llm_client_destroy(client);
}

TEST("a call that is cancelled or freed in the middle frees its stream's state once, there and then") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  events *events = events_new();
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE EVENT("+one"));
  server_hang(server);
  events->answer = 1;
  events->answer_from = 1;
  expect_failure(stream(client, HELLO, collect, events), LLM_ERROR_CANCELED, NULL);
  CHECK_INT(tally.freed, 1);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "one");
  llm_call_cancel(call);
  check_fails(call, LLM_ERROR_CANCELED, "one");
  CHECK_INT(tally.freed, 2);
  llm_call_free(call);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "one");
  CHECK_INT(tally.freed, 2);
  llm_call_free(call);
  CHECK_INT(tally.freed, 3);
  CHECK_INT(tally.states, 3);
  check_threads(&tally, pthread_self());
  events_free(events);
  llm_client_destroy(client);
}

TEST("a client that is destroyed in the middle ends the call, and its state is freed by whoever frees that") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE EVENT("+one"));
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "one");
  llm_client_destroy(client);
  check_fails(call, LLM_ERROR_CANCELED, "one");
  llm_call_free(call);
  CHECK_INT(tally.freed, 1);
  check_threads(&tally, pthread_self());
}

static void complete_inside(void *client) {
  char *response = NULL;
  CHECK_INT(llm_complete(client, "[{\"role\": \"user\", \"content\": \"inside\"}]", &response, NULL), LLM_OK);
  check_member(response, "content", "inside");
  llm_free(response);
}

TEST("a function may make calls itself") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally), *other = client_with("{\"provider\": \"echo\"}");
  char *response;
  tally.during = complete_inside;
  tally.argument = other;
  reply_events(server, EVENT("+one") LAST);
  response = expect_success(stream(client, HELLO, ignore_event, NULL));
  check_member(response, "content", "one");
  free(response);
  llm_client_destroy(client);
  llm_client_destroy(other);
}

TEST("many events, read slowly, come all and in order") {
  fault_server *server = serve();
  tally tally;
  llm_adapter adapter = {sizeof adapter, encode, NULL, NULL, NULL, NULL}; /* the tally of functions is bounded */
  llm_client *client;
  llm_call *call;
  turn turn;
  size_t total = 0;
  registers("say", &adapter, &tally);
  client = client_at(server, "");
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 5000, OPENAI_TEXT("0123456789"));
  server_send(server, OPENAI_END);
  server_close(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  while ((turn = next_news(call)).status == LLM_OK && turn.kind == LLM_EVENT_TEXT) total += turn.length;
  CHECK_STATUS(turn.status, LLM_OK, turn.error);
  CHECK_INT(total, 50000);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("calls on a queue are decoded in llm_queue_read, on its thread") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  reader *reader = reader_new(3);
  llm_call *calls[3];
  reply_events(server, EVENT("+one") EVENT("+ two") LAST);
  calls[0] = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  server_await(server, "sent", 1);
  CHECK_INT(tally.calls, 1);
  read_until_ended(reader, 1);
  check_answer(reader, 0, "one two");
  CHECK_INT(tally.freed, 1);
  reply_with(server, "200 OK", "", "whole");
  calls[1] = start_on(reader, 1, client, LLM_OP_COMPLETE, HELLO);
  read_until_ended(reader, 2);
  check_answer(reader, 1, "whole");
  reply_with(server, "404 No", "", "nobody");
  calls[2] = start_on(reader, 2, client, LLM_OP_COMPLETE, HELLO);
  read_until_ended(reader, 3);
  check_error(reader, 2, LLM_ERROR_NOT_FOUND);
  CHECK_HAS(reader->of[2].last, "it said: nobody");
  check_quiet(reader, 20);
  check_threads(&tally, pthread_self());
  for (int i = 0; i < 3; i++) llm_call_free(calls[i]);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("on a queue a cancelled call ends once, a freed one says nothing more, and each state is freed once") {
  fault_server *server = serve();
  tally tally;
  llm_client *client = say_at(server, &tally);
  reader *reader = reader_new(3);
  llm_call *calls[3];
  int i;
  reply(server);
  server_send(server, UNTIL_CLOSE EVENT("+one"));
  server_hang(server);
  for (i = 0; i < 3; i++) {
    calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
    read_until_text(reader, (uint64_t)i, "one");
  }
  llm_call_cancel(calls[0]);
  read_until_ended(reader, 1);
  check_error(reader, 0, LLM_ERROR_CANCELED);
  CHECK_INT(tally.freed, 1);
  llm_call_free(calls[1]);
  CHECK_INT(tally.freed, 2);
  check_quiet(reader, 20);
  llm_queue_destroy(reader->queue);
  reader->queue = NULL;
  CHECK_INT(tally.freed, 3);
  llm_call_free(calls[0]);
  llm_call_free(calls[2]);
  CHECK_INT(tally.freed, 3);
  check_threads(&tally, pthread_self());
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a name that is known keeps its address, key and headers") {
  fault_server *server = serve();
  tally tally;
  char *definition = spec_format("{\"name\": \"say\", \"wire\": \"openai-chat\", \"base_url\": \"%s/at\", \"api_key_env\": "
                                 "\"SAY_TOKEN\", \"auth\": {\"header\": \"x-key\"}, \"models\": [\"m7\"]}", server_url(server));
  llm_client *client;
  char *request, *body, *list = NULL;
  CHECK_INT(llm_provider_define(definition, NULL), LLM_OK);
  registers("say", &WHOLE, &tally);
  setenv("SAY_TOKEN", TEST_KEY, 1);
  client = client_with("{\"provider\": \"say\"}");
  reply_with(server, "200 OK", "", "yes");
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /at/say HTTP/1.1\r\n", 23) == 0);
  CHECK_HAS(request, "x-key: " TEST_KEY "\r\n");
  body = server_body(server, 0);
  CHECK_TEXT(body, "m7|Hello");
  CHECK_INT(llm_provider_list(&list, NULL), LLM_OK);
  CHECK_HAS(list, "\"wire\":\"registered\"");
  llm_free(list);
  free(request);
  free(body);
  free(definition);
  llm_client_destroy(client);
}

TEST("arguments are checked, and the adapter's size tells what it has") {
  tally tally;
  llm_error *error = GARBAGE;
  struct { llm_adapter known; void *more; } larger = {WHOLE, NULL};
  llm_adapter smaller = WHOLE;
  const char *no_name = NULL;
  const llm_adapter *no_adapter = NULL;
  CHECK_STATUS(llm_provider_register(no_name, &WHOLE, NULL, &error), LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK_HAS(llm_error_message(error), "name is NULL");
  llm_error_free(error);
  CHECK_STATUS(llm_provider_register("a b", &WHOLE, NULL, &error), LLM_ERROR_CONFIGURATION, error);
  llm_error_free(error);
  CHECK_STATUS(llm_provider_register("say", no_adapter, NULL, &error), LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK_HAS(llm_error_message(error), "adapter is NULL");
  llm_error_free(error);
  smaller.size = 0;
  CHECK_STATUS(llm_provider_register("say", &smaller, NULL, &error), LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK_HAS(llm_error_message(error), "adapter->size is 0");
  llm_error_free(error);
  smaller.size = offsetof(llm_adapter, decode_event); /* of a version that had no streams */
  registers("say", &smaller, &tally);
  larger.known.size = sizeof larger;
  registers("say", &larger.known, &tally);
  larger.more = &larger;
  CHECK_STATUS(llm_provider_register("say", &larger.known, NULL, &error), LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK_HAS(llm_error_message(error), "does not know");
  llm_error_free(error);
  expect_failure(create("{\"provider\": \"say\"}"), LLM_ERROR_CONFIGURATION, "base_url");
}
