/* llm.h, "status and errors": what becomes of a provider's error response. */
#include "calls.h"

#define OPENAI_ERROR(type, code) \
  "{\"error\":{\"message\":\"The provider's own words.\",\"type\":\"" type "\",\"param\":null,\"code\":" code "}}"
#define ANTHROPIC_ERROR(type, message) \
  "{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"" message "\"},\"request_id\":\"req_77\"}"

typedef struct {
  const char *http;
  const char *body;
  llm_status status;
  int retryable; /* -1: not looked at */
} mapping;

static void check_mappings(const char *provider, const mapping *mappings, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) {
    char *about = spec_format("%s %s", mappings[i].http, mappings[i].body);
    fault_server *server = serve();
    llm_client *client = client_for(server, provider, NULL);
    int streaming;
    spec_about(about);
    reply_with(server, mappings[i].http, "content-type: application/json\r\n", mappings[i].body);
    for (streaming = 0; streaming < 2; streaming++) {
      outcome outcome = streaming ? stream(client, HELLO, ignore_event, NULL) : complete(client, HELLO);
      CHECK_STATUS(outcome.status, mappings[i].status, outcome.error);
      CHECK_INT(llm_error_http_status(outcome.error), atoi(mappings[i].http));
      if (mappings[i].retryable >= 0) CHECK_INT(llm_error_is_retryable(outcome.error), mappings[i].retryable);
      outcome_free(&outcome);
    }
    llm_client_destroy(client);
    free(about);
  }
}

TEST("HTTP statuses of the OpenAI wire have the status that llm.h says") {
  static const mapping mappings[] = {
      {"400 Bad Request", OPENAI_ERROR("invalid_request_error", "null"), LLM_ERROR_BAD_REQUEST, 0},
      {"400 Bad Request", OPENAI_ERROR("invalid_request_error", "\"context_length_exceeded\""), LLM_ERROR_CONTEXT_LENGTH, 0},
      {"400 Bad Request", OPENAI_ERROR("invalid_request_error", "\"content_filter\""), LLM_ERROR_CONTENT_FILTERED, 0},
      {"401 Unauthorized", OPENAI_ERROR("invalid_request_error", "\"invalid_api_key\""), LLM_ERROR_AUTHENTICATION, 0},
      {"402 Payment Required", OPENAI_ERROR("x", "null"), LLM_ERROR_QUOTA, 0},
      {"403 Forbidden", OPENAI_ERROR("x", "null"), LLM_ERROR_AUTHENTICATION, 0},
      {"404 Not Found", OPENAI_ERROR("invalid_request_error", "\"model_not_found\""), LLM_ERROR_NOT_FOUND, 0},
      {"405 Method Not Allowed", "", LLM_ERROR_BAD_REQUEST, 0},
      {"409 Conflict", OPENAI_ERROR("x", "null"), LLM_ERROR_BAD_REQUEST, -1},
      {"413 Payload Too Large", "<html>too large</html>", LLM_ERROR_TOO_LARGE, 0},
      {"422 Unprocessable Entity", OPENAI_ERROR("x", "null"), LLM_ERROR_BAD_REQUEST, 0},
      {"429 Too Many Requests", OPENAI_ERROR("requests", "\"rate_limit_exceeded\""), LLM_ERROR_RATE_LIMITED, 1},
      {"429 Too Many Requests", OPENAI_ERROR("insufficient_quota", "\"insufficient_quota\""), LLM_ERROR_QUOTA, 0},
      {"500 Internal Server Error", OPENAI_ERROR("server_error", "null"), LLM_ERROR_SERVER, 1},
      {"502 Bad Gateway", "<html>bad gateway</html>", LLM_ERROR_SERVER, 1},
      {"503 Service Unavailable", "", LLM_ERROR_SERVER, 1},
      {"504 Gateway Timeout", "null", LLM_ERROR_SERVER, 1},
  };
  check_mappings("openai", mappings, sizeof mappings / sizeof *mappings);
}

TEST("HTTP statuses of the Anthropic wire have the status that llm.h says") {
  static const mapping mappings[] = {
      {"400 Bad Request", ANTHROPIC_ERROR("invalid_request_error", "max_tokens: required"), LLM_ERROR_BAD_REQUEST, 0},
      {"400 Bad Request", ANTHROPIC_ERROR("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
       LLM_ERROR_CONTEXT_LENGTH, 0},
      {"401 Unauthorized", ANTHROPIC_ERROR("authentication_error", "invalid x-api-key"), LLM_ERROR_AUTHENTICATION, 0},
      {"403 Forbidden", ANTHROPIC_ERROR("permission_error", "no"), LLM_ERROR_AUTHENTICATION, 0},
      {"404 Not Found", ANTHROPIC_ERROR("not_found_error", "model: none"), LLM_ERROR_NOT_FOUND, 0},
      {"413 Payload Too Large", ANTHROPIC_ERROR("request_too_large", "too large"), LLM_ERROR_TOO_LARGE, 0},
      {"429 Too Many Requests", ANTHROPIC_ERROR("rate_limit_error", "slow down"), LLM_ERROR_RATE_LIMITED, 1},
      {"500 Internal Server Error", ANTHROPIC_ERROR("api_error", "oops"), LLM_ERROR_SERVER, 1},
      {"529 Overloaded", ANTHROPIC_ERROR("overloaded_error", "Overloaded"), LLM_ERROR_SERVER, 1},
  };
  check_mappings("anthropic", mappings, sizeof mappings / sizeof *mappings);
}

TEST("the error's JSON has what the provider said: its code, its message, the request's id and the wait") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  const char *json;
  reply_with(server, "429 Too Many Requests", "retry-after: 7\r\nx-request-id: req_42\r\n",
             OPENAI_ERROR("requests", "\"rate_limit_exceeded\""));
  outcome = complete(client, "{\"messages\": " HELLO ", \"call_id\": \"mine\"}");
  json = llm_error_json(outcome.error);
  CHECK_STATUS(outcome.status, LLM_ERROR_RATE_LIMITED, outcome.error);
  CHECK_INT(llm_error_retry_after_ms(outcome.error), 7000);
  check_member(json, "status", "rate_limited");
  check_member(json, "code", "-8");
  check_member(json, "message", llm_error_message(outcome.error));
  check_member(json, "provider", "openai");
  check_member(json, "http_status", "429");
  check_member(json, "provider_code", "rate_limit_exceeded");
  check_member(json, "provider_message", "The provider's own words.");
  check_member(json, "request_id", "req_42");
  check_member(json, "retry_after_ms", "7000");
  check_member(json, "retryable", "true");
  check_member(json, "attempts", "1");
  check_member(json, "call_id", "mine");
  CHECK(!json_has(json, "partial"));
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("Anthropic's error type is the provider's code, and its request id is reported") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  outcome outcome;
  reply_with(server, "529 Overloaded", "request-id: req_77\r\n", ANTHROPIC_ERROR("overloaded_error", "Overloaded"));
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_SERVER, outcome.error);
  check_member(llm_error_json(outcome.error), "provider", "anthropic");
  check_member(llm_error_json(outcome.error), "provider_code", "overloaded_error");
  check_member(llm_error_json(outcome.error), "provider_message", "Overloaded");
  check_member(llm_error_json(outcome.error), "request_id", "req_77");
  CHECK_INT(llm_error_retry_after_ms(outcome.error), -1);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("Google's retryDelay and Amazon's x-amzn-errortype are read as what they are") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply_with(server, "429 Too Many Requests", "content-type: application/json\r\n",
             "[{\"error\":{\"code\":429,\"message\":\"Slower.\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
             "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34.2s\"}]}}]");
  reply_with(server, "400 Bad Request", "x-amzn-errortype: ValidationException:http://x/\r\nx-amzn-requestid: b1\r\n",
             "{\"message\":\"Input is too long for requested model.\"}");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_RATE_LIMITED, outcome.error);
  CHECK_INT(llm_error_retry_after_ms(outcome.error), 34200);
  check_member(llm_error_json(outcome.error), "provider_code", "RESOURCE_EXHAUSTED");
  outcome_free(&outcome);
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_CONTEXT_LENGTH, outcome.error);
  check_member(llm_error_json(outcome.error), "provider_code", "ValidationException");
  check_member(llm_error_json(outcome.error), "request_id", "b1");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("waits that no number can hold are long, those that are none are not reported") {
  static const struct {
    const char *header;
    int64_t wait;
  } waits[] = {{"retry-after: 99999999999999999999999\r\n", INT64_C(31622400000)},
               {"retry-after: -1\r\n", -1},
               {"retry-after: nan\r\n", -1},
               {"retry-after: 0.5\r\n", 500},
               {"retry-after: 3\r\nretry-after-ms: 1500\r\n", 1500},
               {"date: Sun, 06 Nov 1994 08:49:07 GMT\r\nretry-after: Sunday, 06-Nov-94 08:49:37 GMT\r\n", 30000}};
  size_t i;
  for (i = 0; i < sizeof waits / sizeof *waits; i++) {
    fault_server *server = serve();
    llm_client *client = openai_client(server);
    outcome outcome;
    spec_about(waits[i].header);
    reply_with(server, "429 Too Many Requests", waits[i].header, "");
    outcome = complete(client, HELLO);
    CHECK_STATUS(outcome.status, LLM_ERROR_RATE_LIMITED, outcome.error);
    CHECK(llm_error_retry_after_ms(outcome.error) == waits[i].wait);
    outcome_free(&outcome);
    llm_client_destroy(client);
  }
}

TEST("a long error of many lines has a bounded message of one, and a cut leaves no part of a key") {
  size_t room = 60000, i;
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *body = spec_allocate(room + 1);
  outcome outcome;
  /* The key again and again, so that every bound would cut one in two. */
  for (i = 0; i + sizeof TEST_KEY < room; i += sizeof TEST_KEY) memcpy(body + i, TEST_KEY "\n", sizeof TEST_KEY);
  body[i] = 0;
  reply_with(server, "500 Internal Server Error", "content-type: text/plain\r\n", body);
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_SERVER, outcome.error);
  CHECK(strlen(llm_error_message(outcome.error)) < 1000);
  CHECK(strchr(llm_error_message(outcome.error), '\n') == NULL);
  CHECK(strstr(llm_error_json(outcome.error), "sk-test") == NULL);
  outcome_free(&outcome);
  free(body);
  llm_client_destroy(client);
}

TEST("a 200 that is not what the wire allows is LLM_ERROR_PROTOCOL, on both wires, whole and streaming") {
  static const char *const bodies[] = {"<html>a captive portal</html>", "", "null", "[]", "{}", "{\"choices\": 3}",
                                       "{\"content\": \"text\"}", "\xff\xfe"};
  static const char *const providers[] = {"openai", "anthropic"};
  size_t i, j;
  for (i = 0; i < 2; i++)
    for (j = 0; j < sizeof bodies / sizeof *bodies; j++) {
      fault_server *server = serve();
      llm_client *client = client_for(server, providers[i], NULL);
      spec_about(bodies[j]);
      reply_json(server, bodies[j]);
      expect_failure(complete(client, HELLO), LLM_ERROR_PROTOCOL, NULL);
      llm_client_destroy(client);
    }
}

TEST("bytes that are not HTTP are LLM_ERROR_PROTOCOL or LLM_ERROR_CONNECTION, and nothing crashes") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply(server);
  server_send(server, "SSH-2.0-OpenSSH_9.2\r\n");
  server_close(server);
  outcome = complete(client, HELLO);
  CHECK(outcome.status == LLM_ERROR_PROTOCOL || outcome.status == LLM_ERROR_CONNECTION);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("a refused connection is LLM_ERROR_CONNECTION and may be tried again") {
  fault_server *server = serve();
  llm_client *client;
  outcome outcome;
  char *config = config_for(server, "openai", "\"base_url\": \"http://127.0.0.1:1/v1\"");
  client = client_with(config);
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_CONNECTION, outcome.error);
  CHECK_INT(llm_error_http_status(outcome.error), 0);
  CHECK_INT(llm_error_is_retryable(outcome.error), 1);
  outcome_free(&outcome);
  llm_client_destroy(client);
  free(config);
}

TEST("a connection that is reset before the answer is LLM_ERROR_CONNECTION") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply(server);
  server_reset(server);
  expect_failure(complete(client, HELLO), LLM_ERROR_CONNECTION, NULL);
  llm_client_destroy(client);
}

TEST("a body that is cut short is a failure, not an answer") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply(server);
  server_send(server, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n" OPENAI_BODY("Hi"));
  server_close(server);
  outcome = complete(client, HELLO);
  CHECK(outcome.status == LLM_ERROR_CONNECTION || outcome.status == LLM_ERROR_TRUNCATED);
  outcome_free(&outcome);
  llm_client_destroy(client);
}
