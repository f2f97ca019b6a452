/* llm.h, "blocking calls" and "Events": what llm_stream's callback is given. */
#include "stream_wires.h"

#include <pthread.h>

static void reply_stream(fault_server *server, const char *events) {
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, events);
  server_close(server);
}

TEST("text comes as events, and the whole answer as the last one, which is the response that is returned") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  char *response;
  reply_stream(server, OPENAI_TEXT("2 + 2") OPENAI_TEXT(" = 4") OPENAI_END);
  response = expect_success(stream(client, HELLO, collect, all));
  CHECK_TEXT(all->text, "2 + 2 = 4");
  CHECK_INT(events_of_kind(all, LLM_EVENT_RESPONSE), 1);
  CHECK_INT(all->item[all->count - 1].kind, LLM_EVENT_RESPONSE);
  CHECK_TEXT(all->item[all->count - 1].data, response);
  check_member(response, "content", "2 + 2 = 4");
  check_member(response, "message.content", "2 + 2 = 4");
  check_member(response, "finish_reason", "stop");
  check_member(response, "usage.output_tokens", "10");
  CHECK(json_number(response, "time_to_first_event_ms", -1) > 0);
  CHECK(json_number(response, "time_to_first_event_ms", -1) <= json_number(response, "latency_ms", -1));
  free(response);
  events_free(all);
  llm_client_destroy(client);
}

typedef struct {
  pthread_t thread;
  int calls;
} same_thread;

static int32_t on_same_thread(int32_t kind, const char *data, size_t length, void *user_data) {
  same_thread *expected = user_data;
  (void)kind;
  (void)data;
  (void)length;
  CHECK(pthread_equal(pthread_self(), expected->thread));
  expected->calls++;
  return 0;
}

static void *stream_on_this_thread(void *client) {
  same_thread expected = {pthread_self(), 0};
  free(expect_success(stream(client, HELLO, on_same_thread, &expected)));
  CHECK(expected.calls >= 2);
  return NULL;
}

TEST("the callback runs on the thread that called llm_stream, whichever that is") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  pthread_t other;
  reply_stream(server, OPENAI_TEXT("Hi") OPENAI_END);
  stream_on_this_thread(client);
  CHECK_INT(pthread_create(&other, NULL, stream_on_this_thread, client), 0);
  CHECK_INT(pthread_join(other, NULL), 0);
  llm_client_destroy(client);
}

static int32_t signal_on_first_text(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)data;
  (void)length;
  if (kind == LLM_EVENT_TEXT) server_signal(user_data, "first-event");
  return 0;
}

TEST("the first event is delivered when its bytes arrive, before the server sends the rest") {
  size_t i;
  int chunked;
  for (i = 0; i < STREAM_WIRES; i++)
    for (chunked = 0; chunked < 2; chunked++) {
      const stream_wire *wire = &stream_wires[i];
      fault_server *server = serve();
      llm_client *client = client_for(server, wire->provider, NULL);
      char *first = spec_format("%s%s", wire->begin, wire->hel), *response;
      char *rest = spec_format("%s%s%s", wire->lo, wire->finish, wire->mark);
      spec_about(wire->provider);
      reply(server);
      server_send(server, chunked ? CHUNKED : UNTIL_CLOSE);
      (chunked ? server_chunk : server_send)(server, first);
      server_wait(server, "first-event");
      (chunked ? server_chunk : server_send)(server, rest);
      if (chunked) server_send(server, LAST_CHUNK);
      else server_close(server);
      response = expect_success(stream(client, HELLO, signal_on_first_text, server));
      check_hello(response);
      free(response);
      free(first);
      free(rest);
      llm_client_destroy(client);
    }
}

/* All lengths of UTF-8, written directly and as escapes, among them a pair of surrogates. */
#define MIXED_RAW "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"
#define MIXED_ESCAPED "a\\u00e9\\u20ac\\ud83d\\ude00z"

TEST("text is never cut inside a character, even if the server sends byte by byte") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int chunked;
  for (chunked = 0; chunked < 2; chunked++) {
    reply(server);
    server_send(server, chunked ? CHUNKED : UNTIL_CLOSE);
    (chunked ? server_chunkbytes : server_bytes)(server, OPENAI_TEXT(MIXED_RAW) OPENAI_TEXT(MIXED_ESCAPED) OPENAI_END);
    if (chunked) server_send(server, LAST_CHUNK);
    else server_close(server);
  }
  for (chunked = 0; chunked < 2; chunked++) {
    events *all = events_new();
    char *response = expect_success(stream(client, HELLO, collect, all)); /* collect checks every event's text */
    CHECK_TEXT(all->text, MIXED_RAW MIXED_RAW);
    check_member(response, "content", MIXED_RAW MIXED_RAW);
    free(response);
    events_free(all);
  }
  llm_client_destroy(client);
}

TEST("a character that the provider cuts between two events is never passed on in halves") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  outcome outcome;
  reply_stream(server, OPENAI_TEXT("x\\ud83d") OPENAI_TEXT("\\ude00y") OPENAI_END);
  outcome = stream(client, HELLO, collect, all); /* collect checks that all text is UTF-8 */
  if (outcome.status == LLM_OK) check_member(outcome.response, "content", all->text);
  else CHECK_STATUS(outcome.status, LLM_ERROR_PROTOCOL, outcome.error);
  outcome_free(&outcome);
  events_free(all);
  llm_client_destroy(client);
}

TEST("NUL in the text passes, with its length and a NUL after it") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  char *response, *content;
  size_t length;
  reply_stream(server, OPENAI_TEXT("a\\u0000b") OPENAI_END);
  response = expect_success(stream(client, HELLO, collect, all)); /* collect checks the NUL that follows */
  CHECK_INT(all->text_length, 3);
  CHECK(memcmp(all->text, "a\0b", 4) == 0);
  content = json_text(response, "content", &length);
  CHECK(length == 3 && memcmp(content, "a\0b", 3) == 0);
  free(content);
  free(response);
  events_free(all);
  llm_client_destroy(client);
}

typedef struct {
  llm_client *client;
  int nested;
} nesting;

static int32_t call_from_callback(int32_t kind, const char *data, size_t length, void *user_data) {
  nesting *state = user_data;
  (void)data;
  (void)length;
  if (kind == LLM_EVENT_TEXT && !state->nested++) {
    char *response = expect_success(complete(state->client, USER("nested")));
    check_member(response, "content", "nested answer");
    free(response);
    response = expect_success(stream(state->client, USER("nested"), ignore_event, NULL));
    check_member(response, "content", "nested stream");
    free(response);
  }
  return 0;
}

TEST("a callback may make further calls, also with the same client") {
  fault_server *server = serve();
  nesting state = {openai_client(server), 0};
  char *response;
  reply_stream(server, OPENAI_TEXT("outer") OPENAI_END);
  reply_json(server, OPENAI_BODY("nested answer"));
  reply_stream(server, OPENAI_TEXT("nested stream") OPENAI_END);
  response = expect_success(stream(state.client, HELLO, call_from_callback, &state));
  check_member(response, "content", "outer");
  CHECK_INT(state.nested, 1);
  free(response);
  llm_client_destroy(state.client);
}

TEST("an answer without any text is an answer") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  char *response;
  reply_stream(server, OPENAI_END);
  response = expect_success(stream(client, HELLO, collect, all));
  CHECK_INT(all->count, 1);
  check_member(response, "content", "");
  check_member(response, "message.role", "assistant");
  free(response);
  events_free(all);
  llm_client_destroy(client);
}

TEST("the connection is used again after a stream that ended in its last chunk") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  const char *events = OPENAI_TEXT("Hi") OPENAI_END;
  /* In one piece: the call ends with its last event, and the next one must find the connection free by then. */
  char *whole = spec_format("%s%zx\r\n%s\r\n%s", CHUNKED, strlen(events), events, LAST_CHUNK);
  int i;
  reply(server);
  server_send(server, whole);
  free(whole);
  for (i = 0; i < 5; i++) free(expect_success(stream(client, HELLO, ignore_event, NULL)));
  CHECK_INT(server_count(server, "connected"), 1);
  llm_client_destroy(client);
}
