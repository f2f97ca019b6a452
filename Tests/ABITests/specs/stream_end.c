/* llm.h, "How a call ends": cancelled from the callback, cut short, or failed in the middle. */
#include "stream_wires.h"

TEST("nonzero from the callback cancels: LLM_ERROR_CANCELED, what had come in partial, and the connection is closed") {
  static const int32_t answers[] = {1, -1, 0x7fffffff};
  size_t i;
  for (i = 0; i < 3; i++) {
    fault_server *server = serve();
    llm_client *client = openai_client(server);
    events *all = events_new();
    outcome outcome;
    all->answer = answers[i];
    reply(server);
    server_send(server, UNTIL_CLOSE OPENAI_TEXT("as far as this"));
    server_hang(server);
    outcome = stream(client, HELLO, collect, all);
    CHECK_STATUS(outcome.status, LLM_ERROR_CANCELED, outcome.error);
    CHECK_INT(all->count, 1);
    check_member(llm_error_json(outcome.error), "partial.content", "as far as this");
    check_member(llm_error_json(outcome.error), "partial.message.content", "as far as this");
    check_member(llm_error_json(outcome.error), "partial.model", "test-model");
    CHECK_INT(llm_error_is_retryable(outcome.error), 0);
    server_await(server, "closed", 1);
    outcome_free(&outcome);
    events_free(all);
    llm_client_destroy(client);
  }
}

TEST("after a cancel the callback is not called again, though more has come") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  all->answer = 1;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TOOL("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
                      OPENAI_TEXT("one") OPENAI_FINISH("tool_calls") OPENAI_DONE);
  server_close(server);
  expect_failure(stream(client, HELLO, collect, all), LLM_ERROR_CANCELED, NULL);
  CHECK_INT(all->count, 1);
  events_free(all);
  llm_client_destroy(client);
}

static int32_t cancel_at_response(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)data;
  (void)length;
  (void)user_data;
  return kind == LLM_EVENT_RESPONSE;
}

TEST("what is returned at LLM_EVENT_RESPONSE does not matter") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  response = expect_success(stream(client, HELLO, cancel_at_response, NULL));
  check_member(response, "content", "Hi");
  free(response);
  llm_client_destroy(client);
}

static int32_t cancel_this_or_not(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)kind;
  (void)data;
  (void)length;
  return *(int *)user_data;
}

TEST("a client goes on working after a cancelled stream") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int i, cancel;
  reply(server);
  server_send(server, CHUNKED);
  server_chunk(server, OPENAI_TEXT("Hi") OPENAI_END);
  server_send(server, LAST_CHUNK);
  for (i = 0; i < 20; i++) {
    outcome outcome;
    cancel = i % 2;
    outcome = stream(client, HELLO, cancel_this_or_not, &cancel);
    CHECK_STATUS(outcome.status, cancel ? LLM_ERROR_CANCELED : LLM_OK, outcome.error);
    outcome_free(&outcome);
  }
  llm_client_destroy(client);
}

/* A stream that breaks off after `text`, in each of the ways a connection can. */
static void check_truncated(const char *provider, const char *before, const char *content, int chunked, int reset) {
  fault_server *server = serve();
  llm_client *client = client_for(server, provider, NULL);
  events *all = events_new();
  outcome outcome;
  spec_about(before);
  reply(server);
  server_send(server, chunked ? CHUNKED : UNTIL_CLOSE);
  (chunked ? server_chunk : server_send)(server, before);
  if (reset) {
    server_sleep(server, 50);
    server_reset(server);
  } else {
    server_close(server);
  }
  outcome = stream(client, HELLO, collect, all);
  if (reset && outcome.status == LLM_ERROR_CONNECTION) outcome.status = LLM_ERROR_TRUNCATED;
  CHECK_STATUS(outcome.status, LLM_ERROR_TRUNCATED, outcome.error);
  CHECK_INT(events_of_kind(all, LLM_EVENT_RESPONSE), 0);
  CHECK_TEXT(all->text, content);
  check_member(llm_error_json(outcome.error), "partial.content", content);
  CHECK_INT(llm_error_http_status(outcome.error), 200);
  outcome_free(&outcome);
  events_free(all);
  llm_client_destroy(client);
}

TEST("a stream that ends before the provider said that it was done is LLM_ERROR_TRUNCATED, with what had come") {
  int chunked;
  for (chunked = 0; chunked < 2; chunked++) {
    check_truncated("openai", OPENAI_TEXT("so far"), "so far", chunked, 0);
    check_truncated("openai", OPENAI_TEXT("so far") "data: {\"id\":\"x\",\"cho", "so far", chunked, 0);
    check_truncated("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("so far"), "so far", chunked, 0);
    check_truncated("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("so far") ANTHROPIC_BLOCK_STOP("0"), "so far", chunked, 0);
    check_truncated("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("so far") "event: content_bl", "so far", chunked, 0);
  }
}

TEST("a stream that is closed, or whose connection is reset, is a failure with what had come, on every wire") {
  size_t i;
  for (i = 0; i < STREAM_WIRES * 4; i++) {
    const stream_wire *wire = &stream_wires[i / 4];
    char *begun = stream_begun(wire);
    check_truncated(wire->provider, begun, "Hello", i & 1, i & 2);
    free(begun);
  }
}

TEST("a stream with no event at all is LLM_ERROR_TRUNCATED") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, stream_wires[i].provider, NULL);
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_close(server);
    expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_TRUNCATED, NULL);
    llm_client_destroy(client);
  }
}

static void check_error_event(const char *provider, const char *stream_text, llm_status status, const char *words) {
  fault_server *server = serve();
  llm_client *client = client_for(server, provider, NULL);
  events *all = events_new();
  outcome outcome;
  spec_about(words);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, stream_text);
  server_close(server);
  outcome = stream(client, HELLO, collect, all);
  CHECK_STATUS(outcome.status, status, outcome.error);
  CHECK_TEXT(all->text, "so far");
  check_member(llm_error_json(outcome.error), "partial.content", "so far");
  check_member(llm_error_json(outcome.error), "provider_message", words);
  CHECK_INT(events_of_kind(all, LLM_EVENT_RESPONSE), 0);
  outcome_free(&outcome);
  events_free(all);
  llm_client_destroy(client);
}

TEST("an error event in the middle of a stream is a failure with what had come and what the provider said") {
  check_error_event("openai", OPENAI_TEXT("so far") "data: {\"error\":{\"message\":\"The server had an error\","
                    "\"type\":\"server_error\",\"code\":null}}\n\n", LLM_ERROR_SERVER, "The server had an error");
  check_error_event("openai", OPENAI_TEXT("so far") "event: error\ndata: {\"error\":{\"message\":\"Boom\","
                    "\"type\":\"server_error\",\"code\":500}}\n\n" OPENAI_DONE, LLM_ERROR_SERVER, "Boom");
  check_error_event("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("so far") "event: error\ndata: {\"type\":\"error\","
                    "\"error\":{\"type\":\"api_error\",\"message\":\"Internal error\"}}\n\n", LLM_ERROR_SERVER, "Internal error");
  check_error_event("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("so far") "event: error\ndata: {\"type\":\"error\","
                    "\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", LLM_ERROR_SERVER, "Overloaded");
}

TEST("an error event ends the call at once on every wire, with what had come, and the connection is closed") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    fault_server *server = serve();
    llm_client *client = client_for(server, wire->provider, "\"timeout\": {\"idle_ms\": 0, \"total_ms\": 0}");
    events *all = events_new();
    outcome outcome;
    char *begun = stream_begun(wire);
    spec_about(wire->provider);
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_send(server, begun);
    server_send(server, wire->error);
    server_hang(server);
    outcome = stream(client, HELLO, collect, all);
    CHECK_STATUS(outcome.status, LLM_ERROR_SERVER, outcome.error);
    CHECK_TEXT(all->text, "Hello");
    CHECK_INT(events_of_kind(all, LLM_EVENT_RESPONSE), 0);
    check_member(llm_error_json(outcome.error), "partial.content", "Hello");
    check_member(llm_error_json(outcome.error), "provider_message", "Overloaded");
    server_await(server, "closed", 1);
    outcome_free(&outcome);
    events_free(all);
    llm_client_destroy(client);
    free(begun);
  }
}

TEST("an event that is not JSON is LLM_ERROR_PROTOCOL with what had come") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far") "data: {not json}\n\n" OPENAI_END);
  server_close(server);
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(outcome.status, LLM_ERROR_PROTOCOL, outcome.error);
  check_member(llm_error_json(outcome.error), "partial.content", "so far");
  outcome_free(&outcome);
  llm_client_destroy(client);
}
