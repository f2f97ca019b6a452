/* llm.h, "blocking calls": llm_complete, and what requests and responses hold whatever the provider. */
#include "calls.h"

TEST("a response has the answer, its message, usage, identity and timings") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  reply_with(server, "200 OK", "content-type: application/json\r\nx-request-id: req_9\r\n", OPENAI_BODY("2 + 2 = 4"));
  response = expect_success(complete(client, USER("What is 2+2?")));
  check_member(response, "id", "chatcmpl-1");
  check_member(response, "provider", "openai");
  check_member(response, "model", "test-model");
  check_member(response, "content", "2 + 2 = 4");
  check_member(response, "message.role", "assistant");
  check_member(response, "message.content", "2 + 2 = 4");
  check_member(response, "finish_reason", "stop");
  check_member(response, "usage.input_tokens", "19");
  check_member(response, "usage.output_tokens", "10");
  check_member(response, "usage.total_tokens", "29");
  check_member(response, "request_id", "req_9");
  check_member(response, "attempts", "1");
  CHECK(json_number(response, "latency_ms", -1) > 0);
  CHECK(json_has(response, "call_id"));
  free(response);
  llm_client_destroy(client);
}

TEST("what the provider did not send is absent") {
  static const char *const absent[] = {"usage.cached_input_tokens", "usage.reasoning_tokens", "reasoning", "request_id",
                                       "message.tool_calls"};
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  size_t i;
  reply_json(server, OPENAI_BODY("Hi"));
  response = expect_success(complete(client, HELLO));
  for (i = 0; i < sizeof absent / sizeof *absent; i++) {
    spec_about(absent[i]);
    CHECK(!json_has(response, absent[i]));
  }
  free(response);
  llm_client_destroy(client);
}

TEST("a request may be an array of messages or an object with them") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *first, *second;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  free(expect_success(complete(client, "{\"messages\": " HELLO "}")));
  first = server_body(server, 0);
  second = server_body(server, 1);
  CHECK_TEXT(second, first);
  free(first);
  free(second);
  llm_client_destroy(client);
}

TEST("the configuration's model, max_tokens and temperature are those of requests that name none") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", "\"model\": \"default\", \"max_tokens\": 11, \"temperature\": 0.5");
  char *body;
  reply_json(server, ANTHROPIC_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  free(expect_success(complete(client, "{\"messages\": " HELLO ", \"model\": \"own\", \"max_tokens\": 22, \"temperature\": 0}")));
  body = server_body(server, 0);
  check_member(body, "model", "default");
  check_member(body, "max_tokens", "11");
  CHECK(json_number(body, "temperature", -1) == 0.5);
  free(body);
  body = server_body(server, 1);
  check_member(body, "model", "own");
  check_member(body, "max_tokens", "22");
  CHECK(json_number(body, "temperature", -1) == 0);
  free(body);
  llm_client_destroy(client);
}

TEST("a request's numbers are held to the same bounds as the configuration's") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  static const char *const requests[][2] = {
      {"{\"messages\": " HELLO ", \"max_tokens\": 0}", "max_tokens"},
      {"{\"messages\": " HELLO ", \"max_tokens\": 100000001}", "max_tokens"},
      {"{\"messages\": " HELLO ", \"temperature\": -1}", "temperature"},
      {"{\"messages\": " HELLO ", \"temperature\": 2.5}", "temperature"},
      {"{\"messages\": " HELLO ", \"timeout\": {\"total_ms\": -1}}", "total_ms"},
  };
  size_t i;
  for (i = 0; i < sizeof requests / sizeof *requests; i++) {
    outcome outcome = complete(client, requests[i][0]);
    spec_about(requests[i][0]);
    CHECK(outcome.status == LLM_ERROR_INVALID_ARGUMENT || outcome.status == LLM_ERROR_CONFIGURATION);
    CHECK_HAS(llm_error_message(outcome.error), requests[i][1]);
    outcome_free(&outcome);
  }
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("call_id comes back in the response and in the error") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  char *response;
  reply_json(server, OPENAI_BODY("Hi"));
  reply_with(server, "500 Internal Server Error", "", "");
  response = expect_success(complete(client, "{\"messages\": " HELLO ", \"call_id\": \"mine \\u00e9\\\"\"}"));
  check_member(response, "call_id", "mine \xc3\xa9\"");
  free(response);
  outcome = complete(client, "{\"messages\": " HELLO ", \"call_id\": \"other\"}");
  CHECK(outcome.status < 0);
  check_member(llm_error_json(outcome.error), "call_id", "other");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("a call_id that is absent is made up, another one for each call") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *first, *second, *one, *other;
  reply_json(server, OPENAI_BODY("Hi"));
  first = expect_success(complete(client, HELLO));
  second = expect_success(complete(client, HELLO));
  one = json_text(first, "call_id", NULL);
  other = json_text(second, "call_id", NULL);
  CHECK(one && other && *one && *other && strcmp(one, other) != 0);
  free(first);
  free(second);
  free(one);
  free(other);
  llm_client_destroy(client);
}

TEST("a call_id has 128 characters at most") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char id[2 * 129 + 1], *request, *response;
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 129; i++) memcpy(id + 2 * i, "\xc3\xa9", 3);
  request = spec_format("{\"messages\": " HELLO ", \"call_id\": \"%s\"}", id);
  expect_failure(complete(client, request), LLM_ERROR_INVALID_ARGUMENT, "call_id");
  free(request);
  id[2 * 128] = '\0';
  request = spec_format("{\"messages\": " HELLO ", \"call_id\": \"%s\"}", id);
  response = expect_success(complete(client, request));
  check_member(response, "call_id", id);
  free(request);
  free(response);
  llm_client_destroy(client);
}

TEST("extra is put into the body as it is") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *body;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, "{\"messages\": " HELLO ", \"extra\": {\"logit_bias\": {\"50256\": -100}, "
                                       "\"big\": 12345678901234567890, \"on\": true, \"none\": null}}")));
  body = server_body(server, 0);
  check_member(body, "logit_bias.50256", "-100");
  check_member(body, "big", "12345678901234567890");
  check_member(body, "on", "true");
  check_member(body, "none", "null");
  free(body);
  llm_client_destroy(client);
}

TEST("headers are sent, and a request's override the configuration's one by one") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"headers\": {\"x-one\": \"config\", \"x-two\": \"config\"}");
  char *request;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, "{\"messages\": " HELLO ", \"headers\": {\"x-two\": \"request\"}}")));
  request = server_request(server, 0);
  CHECK_HAS(request, "x-one: config\r\n");
  CHECK_HAS(request, "x-two: request\r\n");
  CHECK_LACKS(request, "x-two: config");
  free(request);
  llm_client_destroy(client);
}

TEST("a header of the configuration takes the place of the library's own of that name, in any case of letters") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"headers\": {\"AUTHORIZATION\": \"Basic abc\", \"User-agent\": \"mine\"}");
  char *request;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK_HAS(request, "Basic abc\r\n");
  CHECK_HAS(request, "mine\r\n");
  CHECK_LACKS(request, "Bearer");
  free(request);
  llm_client_destroy(client);
}

TEST("large counts and unusual text come through unchanged") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response, *text;
  size_t length;
  reply_json(server, "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                     "\"a\\u0000b \\ud83d\\ude00 \\u2028 \\\\ \\/ \\t\"},\"finish_reason\":\"stop\"}],"
                     "\"usage\":{\"prompt_tokens\":9007199254740993,\"completion_tokens\":1,\"total_tokens\":9007199254740994}}");
  response = expect_success(complete(client, HELLO));
  text = json_text(response, "content", &length);
  CHECK_INT(length, 3 + 1 + 4 + 1 + 3 + 1 + 1 + 1 + 1 + 1 + 1);
  CHECK(memcmp(text, "a\0b \xf0\x9f\x98\x80 \xe2\x80\xa8 \\ / \t", length) == 0);
  check_member(response, "usage.input_tokens", "9007199254740993");
  free(text);
  free(response);
  llm_client_destroy(client);
}

TEST("of several choices the first is the answer") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  reply_json(server, "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"one\"},"
                     "\"finish_reason\":\"stop\"},{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"two\"},"
                     "\"finish_reason\":\"length\"}]}");
  response = expect_success(complete(client, HELLO));
  check_member(response, "content", "one");
  check_member(response, "finish_reason", "stop");
  CHECK(!json_has(response, "usage.input_tokens"));
  free(response);
  llm_client_destroy(client);
}

TEST("a kept connection that the server closes is replaced, however often that happens") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 12; i++) {
    reply(server); /* to a request on the connection that was kept */
    server_close(server);
    reply_json(server, OPENAI_BODY("Hi"));
  }
  for (i = 0; i <= 12; i++) {
    char *response = expect_success(complete(client, HELLO));
    CHECK_INT(json_number(response, "attempts", 0), 1);
    free(response);
  }
  llm_client_destroy(client);
}
