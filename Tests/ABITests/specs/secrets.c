/* llm.h: an error's message is "never a key"; the key goes into the request's header and nowhere else. */
#include "calls.h"

#define ECHO "{\"error\":{\"message\":\"Incorrect API key provided: " TEST_KEY ". Bearer " TEST_KEY "\",\"type\":\"" \
             TEST_KEY "\",\"code\":\"" TEST_KEY "\"},\"request_id\":\"" TEST_KEY "\"}"

/* check_outcome, which every call of these tests goes through, looks for the key in everything that came back. */
static void check_no_key(fault_server *server, const char *provider) {
  llm_client *client = client_for(server, provider, NULL);
  outcome outcome = complete(client, HELLO);
  CHECK(outcome.status < 0);
  outcome_free(&outcome);
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK(outcome.status < 0);
  outcome_free(&outcome);
  outcome = list_models(client, NULL);
  CHECK(outcome.status < 0);
  outcome_free(&outcome);
  outcome = health_check(client, NULL);
  CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
  check_member(outcome.response, "healthy", "false");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("a provider that repeats the key in its error does not get it into ours") {
  static const char *const statuses[] = {"400 Bad Request", "401 Unauthorized", "429 Too Many Requests",
                                         "500 Internal Server Error"};
  static const char *const providers[] = {"openai", "anthropic", "gemini"};
  size_t i, j;
  for (i = 0; i < 4; i++)
    for (j = 0; j < 3; j++) {
      fault_server *server = serve();
      spec_about(statuses[i]);
      reply_with(server, statuses[i], "x-request-id: " TEST_KEY "\r\nrequest-id: " TEST_KEY "\r\n", ECHO);
      check_no_key(server, providers[j]);
    }
}

TEST("a body that is not JSON and holds the key does not get it into the error") {
  fault_server *server = serve();
  reply_with(server, "502 Bad Gateway", "", "<html>authorization: Bearer " TEST_KEY "</html>");
  check_no_key(server, "openai");
}

TEST("a 200 that cannot be read and holds the key does not get it into the error") {
  fault_server *server = serve();
  reply_with(server, "200 OK", "content-type: application/json\r\n", "{\"" TEST_KEY "\": \"" TEST_KEY "\"}");
  check_no_key(server, "openai");
}

TEST("an error event that holds the key, in the middle of a stream, does not get it into the error") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") "data: " ECHO "\n\n");
  server_close(server);
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK(outcome.status < 0);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("a server that cannot be reached does not get the key into the error") {
  fault_server *server = serve();
  char *config = config_for(server, "openai", "\"base_url\": \"http://127.0.0.1:1/v1\"");
  llm_client *client = client_with(config);
  expect_failure(complete(client, HELLO), LLM_ERROR_CONNECTION, NULL);
  llm_client_destroy(client);
  free(config);
}

TEST("a configuration that is refused does not show the key, whatever is wrong with it") {
  static const char *const configs[] = {
      "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\"",
      "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", }",
      "{\"provider\": \"nobody\", \"api_key\": \"" TEST_KEY "\"}",
      "{\"provider\": \"openai\", \"api_key\": [\"" TEST_KEY "\"]}",
      "{\"provider\": \"openai\", \"api_key\": {\"" TEST_KEY "\": 1}}",
      "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\\n\"}",
      "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\\u0000\"}",
      "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"base_url\": \"http://192.0.2.1\"}",
      "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"max_tokens\": 0}",
      "{\"provider\": \"openai\", \"api_key_env\": \"" TEST_KEY "\xff\"}",
      "{\"provider\": \"openai\", \"headers\": {\"authorization\": \"Bearer " TEST_KEY "\\n\"}}",
      "{\"provider\": \"openai\", \"base_url\": \"http://user:" TEST_KEY "@192.0.2.1/\", \"api_key\": \"k\"}",
      "{\"provider\": \"openai\", \"proxy\": \"ftp://user:" TEST_KEY "@192.0.2.1/\", \"api_key\": \"k\"}",
      "\"" TEST_KEY "\"",
      TEST_KEY,
  };
  size_t i;
  for (i = 0; i < sizeof configs / sizeof *configs; i++) {
    outcome outcome = create(configs[i]);
    char *about = spec_format("configuration %zu", i);
    spec_about(about);
    if (i != 12) CHECK(outcome.status < 0);
    outcome_free(&outcome);
    free(about);
  }
}

TEST("a request that is refused does not show its key") {
  static const char *const requests[] = {
      "{\"messages\": " HELLO ", \"api_key\": [\"" TEST_KEY "\"]}",
      "{\"messages\": " HELLO ", \"api_key\": \"" TEST_KEY "\"",
      "{\"messages\": " HELLO ", \"api_key\": \"" TEST_KEY "\\r\\nx: y\"}",
      "{\"messages\": " HELLO ", \"api_key\": \"" TEST_KEY "\", \"stream\": true}",
      "{\"messages\": " HELLO ", \"headers\": {\"x-api-key\": \"" TEST_KEY "\\r\\n\"}}",
  };
  llm_client *client = openai_client(serve());
  size_t i;
  for (i = 0; i < sizeof requests / sizeof *requests; i++) {
    outcome outcome = complete(client, requests[i]);
    CHECK(outcome.status < 0);
    outcome_free(&outcome);
  }
  llm_client_destroy(client);
}

TEST("a request's own key is sent in place of the client's, and is not shown either") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"api_key\": \"the-client-s-key\"");
  outcome outcome;
  char *request;
  reply_with(server, "401 Unauthorized", "", ECHO);
  outcome = complete(client, "{\"messages\": " HELLO ", \"api_key\": \"" TEST_KEY "\"}");
  CHECK_STATUS(outcome.status, LLM_ERROR_AUTHENTICATION, outcome.error);
  outcome_free(&outcome);
  request = server_request(server, 0);
  CHECK_HAS(request, "Bearer " TEST_KEY);
  CHECK_LACKS(request, "the-client-s-key");
  free(request);
  llm_client_destroy(client);
}

TEST("the key is sent in one header and not in the path or the body, on every wire") {
  static const char *const providers[] = {"openai", "anthropic", "gemini"};
  static const char *const bodies[] = {OPENAI_BODY("Hi"), ANTHROPIC_BODY("Hi"), GEMINI_BODY("Hi")};
  size_t i;
  for (i = 0; i < 3; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, providers[i], NULL);
    char *request, *first, *line;
    reply_json(server, bodies[i]);
    free(expect_success(complete(client, HELLO)));
    request = server_request(server, 0);
    line = strstr(request, "\r\n");
    first = strstr(request, TEST_KEY);
    CHECK(first != NULL && line != NULL && first > line);
    CHECK(strstr(first + 1, TEST_KEY) == NULL);
    CHECK(first < strstr(request, "\r\n\r\n"));
    free(request);
    llm_client_destroy(client);
  }
}
