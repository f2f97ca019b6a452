/* llm.h, "timeout". The times are short, and only that they end the call is looked at, not when. */
#include "calls.h"

#include <unistd.h>

/* Both llm_complete and llm_stream end with LLM_ERROR_TIMEOUT, the message naming which one it was. */
static void check_times_out(fault_server *server, const char *timeout, const char *names) {
  char *more = spec_format("\"timeout\": %s", timeout);
  llm_client *client = client_for(server, "openai", more);
  int streaming;
  for (streaming = 0; streaming < 2; streaming++) {
    outcome outcome = streaming ? stream(client, HELLO, ignore_event, NULL) : complete(client, HELLO);
    CHECK_STATUS(outcome.status, LLM_ERROR_TIMEOUT, outcome.error);
    CHECK_HAS(llm_error_message(outcome.error), names);
    CHECK_INT(llm_error_is_retryable(outcome.error), 1);
    outcome_free(&outcome);
  }
  llm_client_destroy(client);
  free(more);
}

TEST("connect_ms: the connection does not come up") {
  fault_server *server = serve_on("full");
  check_times_out(server, "{\"connect_ms\": 200, \"first_byte_ms\": 0, \"idle_ms\": 0, \"total_ms\": 0}", "connect");
}

TEST("connect_ms: TLS does not come up") {
  fault_server *server = serve();
  char *url = spec_format("\"base_url\": \"https://127.0.0.1:%d/v1\", \"timeout\": {\"connect_ms\": 200, "
                          "\"first_byte_ms\": 0, \"idle_ms\": 0, \"total_ms\": 0}", server_port(server));
  llm_client *client = client_for(server, "openai", url);
  expect_failure(complete(client, HELLO), LLM_ERROR_TIMEOUT, "connect");
  server_await(server, "connected", 1);
  llm_client_destroy(client);
  free(url);
}

TEST("first_byte_ms: the server takes the request and says nothing") {
  fault_server *server = serve();
  reply(server);
  server_hang(server);
  check_times_out(server, "{\"connect_ms\": 0, \"first_byte_ms\": 200, \"idle_ms\": 0, \"total_ms\": 0}", "first_byte");
  server_await(server, "closed", 2);
}

TEST("idle_ms: the server stops in the middle of a body") {
  fault_server *server = serve();
  reply(server);
  server_send(server, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{");
  server_hang(server);
  check_times_out(server, "{\"connect_ms\": 0, \"first_byte_ms\": 0, \"idle_ms\": 200, \"total_ms\": 0}", "idle");
  server_await(server, "closed", 2);
}

TEST("idle_ms: a stream that stops ends with what had come") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"timeout\": {\"idle_ms\": 200}");
  outcome outcome;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far"));
  server_hang(server);
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(outcome.status, LLM_ERROR_TIMEOUT, outcome.error);
  check_member(llm_error_json(outcome.error), "partial.content", "so far");
  outcome_free(&outcome);
  server_await(server, "closed", 1);
  llm_client_destroy(client);
}

TEST("idle_ms: a stream that keeps sending, however slowly, does not end") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"timeout\": {\"idle_ms\": 1000}");
  int i;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  for (i = 0; i < 6; i++) {
    server_sleep(server, 250);
    server_send(server, ": keep-alive\n\n");
  }
  server_send(server, OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  free(expect_success(stream(client, HELLO, ignore_event, NULL)));
  llm_client_destroy(client);
}

TEST("total_ms: an answer that takes too long as a whole, though it never pauses") {
  fault_server *server = serve();
  int i;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  for (i = 0; i < 200; i++) {
    server_send(server, ": keep-alive\n\n");
    server_sleep(server, 50);
  }
  check_times_out(server, "{\"connect_ms\": 0, \"first_byte_ms\": 0, \"idle_ms\": 0, \"total_ms\": 300}", "total");
}

TEST("0 is no limit, and a request's timeouts override the configuration's field by field") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"timeout\": {\"first_byte_ms\": 150, \"total_ms\": 20000}");
  reply(server);
  server_sleep(server, 600);
  server_send(server, "HTTP/1.1 500 Slow\r\ncontent-length: 0\r\n\r\n");
  expect_failure(complete(client, HELLO), LLM_ERROR_TIMEOUT, "first_byte");
  expect_failure(complete(client, "{\"messages\": " HELLO ", \"timeout\": {\"first_byte_ms\": 0}}"), LLM_ERROR_SERVER, NULL);
  expect_failure(complete(client, "{\"messages\": " HELLO ", \"timeout\": {\"idle_ms\": 0}}"), LLM_ERROR_TIMEOUT, "first_byte");
  expect_failure(complete(client, "{\"messages\": " HELLO ", \"timeout\": {\"first_byte_ms\": 0, \"total_ms\": 200}}"),
                 LLM_ERROR_TIMEOUT, "total");
  llm_client_destroy(client);
}

TEST("models and health checks keep to the options' timeout") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply(server);
  server_hang(server);
  expect_failure(list_models(client, "{\"timeout\": {\"total_ms\": 200}}"), LLM_ERROR_TIMEOUT, NULL);
  outcome = health_check(client, "{\"timeout\": {\"total_ms\": 200}}");
  CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
  check_member(outcome.response, "healthy", "false");
  check_member(outcome.response, "error.status", "timeout");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

typedef struct {
  fault_server *server;
  int held;
} holder;

/* Holds the first text until the server cannot send any more, and then for much longer than idle_ms. */
static int32_t hold_first(int32_t kind, const char *data, size_t length, void *user_data) {
  holder *state = user_data;
  (void)data;
  (void)length;
  if (kind == LLM_EVENT_TEXT && !state->held++) {
    server_await(state->server, "stalled", 1);
    usleep(900 * 1000);
  }
  return 0;
}

TEST("idle_ms does not count while the reader holds up the transfer") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"timeout\": {\"idle_ms\": 300}");
  holder state = {server, 0};
  char text[4001], *event;
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n", text);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 6000, event);
  server_send(server, OPENAI_END);
  server_close(server);
  free(expect_success(stream(client, HELLO, hold_first, &state)));
  llm_client_destroy(client);
  free(event);
}

TEST("idle_ms does not count while a call is paused") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"timeout\": {\"idle_ms\": 1000}");
  llm_call *call;
  int32_t kind;
  const char *data;
  size_t length;
  llm_error *error;
  llm_status status;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one"));
  server_wait(server, "resumed");
  server_send(server, OPENAI_TEXT("two") OPENAI_END);
  server_close(server);
  CHECK_INT(llm_call_start(client, LLM_OP_STREAM, HELLO, NULL, 0, &call, NULL), LLM_OK);
  do status = llm_call_next(call, -1, &kind, &data, &length, &error);
  while (status == LLM_PENDING);
  CHECK_STATUS(status, LLM_OK, error);
  llm_call_pause(call, 1);
  CHECK_INT(llm_call_next(call, 2500, &kind, &data, &length, &error), LLM_PENDING);
  server_signal(server, "resumed");
  llm_call_pause(call, 0);
  while ((status = llm_call_next(call, -1, &kind, &data, &length, &error)) == LLM_OK || status == LLM_PENDING)
    if (status == LLM_OK && kind == LLM_EVENT_RESPONSE) check_member(data, "content", "onetwo");
  CHECK_STATUS(status, LLM_END, error);
  llm_call_free(call);
  llm_client_destroy(client);
}
