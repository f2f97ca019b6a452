/* llm.h, "max_response_bytes" and "max_event_bytes". */
#include "calls.h"

static char *filled(size_t length) {
  char *text = spec_allocate(length + 1);
  memset(text, 'x', length);
  text[length] = '\0';
  return text;
}

#define CHAT_BODY "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}"
#define CHAT_EVENT "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n"

TEST("a body of more than max_response_bytes is LLM_ERROR_TOO_LARGE, one of just so many is read") {
  fault_server *server = serve();
  char *text = filled(5000), *body = spec_format(CHAT_BODY, text), *more;
  llm_client *client;
  reply_json(server, body);
  more = spec_format("\"max_response_bytes\": %zu", strlen(body));
  client = client_for(server, "openai", more);
  free(expect_success(complete(client, HELLO)));
  llm_client_destroy(client);
  free(more);
  more = spec_format("\"max_response_bytes\": %zu", strlen(body) - 1);
  client = client_for(server, "openai", more);
  expect_failure(complete(client, HELLO), LLM_ERROR_TOO_LARGE, "max_response_bytes");
  llm_client_destroy(client);
  free(more);
  free(body);
  free(text);
}

TEST("a body without a length is bounded too, and the connection is closed when the bound is passed") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"max_response_bytes\": 10000");
  char *text = filled(4096);
  reply(server);
  server_send(server, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n");
  server_repeat(server, 1000000, text);
  expect_failure(complete(client, HELLO), LLM_ERROR_TOO_LARGE, "max_response_bytes");
  server_await(server, "closed", 1);
  free(text);
  llm_client_destroy(client);
}

TEST("a stream of more than max_response_bytes is LLM_ERROR_TOO_LARGE with what had come") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"max_response_bytes\": 20000");
  char *text = filled(1000), *event = spec_format(CHAT_EVENT, text);
  events *all = events_new();
  outcome outcome;
  char *content;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 1000000, event);
  outcome = stream(client, HELLO, collect, all);
  CHECK_STATUS(outcome.status, LLM_ERROR_TOO_LARGE, outcome.error);
  CHECK_HAS(llm_error_message(outcome.error), "max_response_bytes");
  content = json_text(llm_error_json(outcome.error), "partial.content", NULL);
  CHECK(content && strlen(content) >= 1000 && strlen(content) <= 20000);
  CHECK_TEXT(all->text, content);
  server_await(server, "closed", 1);
  free(content);
  outcome_free(&outcome);
  events_free(all);
  free(event);
  free(text);
  llm_client_destroy(client);
}

TEST("an event of more than max_event_bytes is LLM_ERROR_TOO_LARGE, though the stream is not, with what had come") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"max_event_bytes\": 4000");
  char *text = filled(10000), *event = spec_format(CHAT_EVENT, text);
  outcome outcome;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far"));
  server_send(server, event);
  server_send(server, OPENAI_END);
  server_close(server);
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(outcome.status, LLM_ERROR_TOO_LARGE, outcome.error);
  CHECK_HAS(llm_error_message(outcome.error), "max_event_bytes");
  check_member(llm_error_json(outcome.error), "partial.content", "so far");
  outcome_free(&outcome);
  free(event);
  free(text);
  llm_client_destroy(client);
}

TEST("an event that never ends is bounded by max_event_bytes, be it one line or many") {
  static const char *const pieces[] = {"data: x", "data: x\n"};
  size_t i;
  for (i = 0; i < 2; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, "openai", "\"max_event_bytes\": 4000");
    spec_about(pieces[i]);
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_repeat(server, 100000000, pieces[i]);
    expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_TOO_LARGE, "max_event_bytes");
    server_await(server, "closed", 1);
    llm_client_destroy(client);
  }
}

TEST("the bounds of one event do not add up over a stream") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"max_event_bytes\": 4000");
  char *text = filled(1000), *event = spec_format(CHAT_EVENT, text), *response;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 100, event);
  server_send(server, OPENAI_END);
  server_close(server);
  response = expect_success(stream(client, HELLO, ignore_event, NULL));
  free(response);
  free(event);
  free(text);
  llm_client_destroy(client);
}

TEST("without a setting a body may have 64 MiB and not more") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *text = filled(1 << 20), *head;
  int extra;
  for (extra = 0; extra < 2; extra++) {
    static const char start[] = "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
    static const char end[] = "\"},\"finish_reason\":\"stop\"}]}";
    size_t rest = (1u << 20) - strlen(start) - strlen(end);
    char *last = filled(rest + (size_t)extra);
    reply(server);
    head = spec_format("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n%s", start);
    server_send(server, head);
    server_repeat(server, 63, text);
    server_send(server, last);
    server_send(server, end);
    server_close(server);
    free(head);
    free(last);
  }
  free(expect_success(complete(client, HELLO)));
  expect_failure(complete(client, HELLO), LLM_ERROR_TOO_LARGE, "max_response_bytes");
  free(text);
  llm_client_destroy(client);
}

TEST("an error response is bounded too") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"max_response_bytes\": 10000");
  char *text = filled(4096);
  outcome outcome;
  reply(server);
  server_send(server, "HTTP/1.1 500 Internal Server Error\r\nconnection: close\r\n\r\n");
  server_repeat(server, 1000000, text);
  outcome = complete(client, HELLO);
  CHECK(outcome.status == LLM_ERROR_TOO_LARGE || outcome.status == LLM_ERROR_SERVER);
  CHECK(strlen(llm_error_json(outcome.error)) < 100000);
  server_await(server, "closed", 1);
  outcome_free(&outcome);
  free(text);
  llm_client_destroy(client);
}
