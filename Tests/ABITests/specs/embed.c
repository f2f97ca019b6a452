/* llm.h: llm_embed, over both wires that have embeddings. */
#include "calls.h"

#define TWO "{\"object\":\"list\",\"model\":\"test-model\",\"data\":[{\"index\":1,\"embedding\":[\n 1e-5,\n -3\n ]}," \
            "{\"index\":0,\"embedding\":[0.10558567941188812,0.25]}],\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}"

TEST("embeddings come in the order of the texts, each number as the server wrote it, with usage and identity") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response, *request, *body;
  reply_with(server, "200 OK", "content-type: application/json\r\nx-request-id: req_9\r\n", TWO);
  response = expect_success(embed(client, "{\"input\": [\"a\", \"b\"], \"call_id\": \"mine\"}"));
  CHECK_HAS(response, "\"embeddings\":[[0.10558567941188812,0.25],[1e-5,-3]]");
  check_member(response, "provider", "openai");
  check_member(response, "model", "test-model");
  check_member(response, "usage.input_tokens", "8");
  check_member(response, "usage.total_tokens", "8");
  check_member(response, "request_id", "req_9");
  check_member(response, "call_id", "mine");
  check_member(response, "attempts", "1");
  CHECK(json_number(response, "latency_ms", -1) > 0);
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /v1/embeddings HTTP/1.1\r\n", 30) == 0);
  CHECK_HAS(request, "Bearer " TEST_KEY);
  body = server_body(server, 0);
  check_member(body, "model", "test-model");
  check_member(body, "input.1", "b");
  free(request);
  free(body);
  free(response);
  llm_client_destroy(client);
}

TEST("what the server sends in base64 comes out as numbers") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response, *body;
  reply_json(server, "{\"data\":[{\"index\":0,\"embedding\":\"AACAPwAAAL/NzMw9\"}]}"); /* 1, -0.5, 0.1 */
  response = expect_success(embed(client, "{\"input\": \"a\", \"encoding_format\": \"base64\", \"dimensions\": 3}"));
  CHECK_HAS(response, "\"embeddings\":[[1.0,-0.5,0.1]]");
  body = server_body(server, 0);
  check_member(body, "encoding_format", "base64");
  check_member(body, "dimensions", "3");
  free(body);
  free(response);
  llm_client_destroy(client);
}

TEST("Gemini takes the texts in one batch, with extra in the request of each") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  char *response, *request, *body;
  reply_json(server, "{\"embeddings\":[{\"values\":[0.5]},{\"values\":[0.25]}]}");
  response = expect_success(embed(client, "{\"input\": [\"a\", \"b\"], \"dimensions\": 1, "
                                          "\"extra\": {\"taskType\": \"RETRIEVAL_QUERY\"}}"));
  CHECK_HAS(response, "\"embeddings\":[[0.5],[0.25]]");
  CHECK(!json_has(response, "usage.input_tokens"));
  request = server_request(server, 0);
  CHECK_HAS(request, "/v1beta/models/test-model:batchEmbedContents HTTP/1.1\r\n");
  CHECK_HAS(request, "x-goog-api-key: " TEST_KEY "\r\n");
  body = server_body(server, 0);
  check_member(body, "requests.0.model", "models/test-model");
  check_member(body, "requests.1.content.parts.0.text", "b");
  check_member(body, "requests.1.outputDimensionality", "1");
  check_member(body, "requests.1.taskType", "RETRIEVAL_QUERY");
  free(request);
  free(body);
  free(response);
  llm_client_destroy(client);
}

TEST("a provider without embeddings says so, and nothing is sent") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  expect_failure(embed(client, "{\"input\": \"a\"}"), LLM_ERROR_UNSUPPORTED, "embeddings");
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("a request that is wrong is refused by the name of its field") {
  static const char *const cases[][2] = {
      {"{}", "input"}, {"{\"input\": []}", "input"}, {"{\"input\": [1]}", "input"}, {"{\"input\": 1}", "input"},
      {"{\"input\": \"a\", \"dimensions\": 0}", "dimensions"}, {"{\"input\": \"a\", \"dimensions\": \"3\"}", "dimensions"},
      {"{\"input\": \"a\", \"encoding_format\": \"int8\"}", "encoding_format"}, {"{\"input\": \"a\", \"user\": \"u\"}", "user"},
  };
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  size_t i;
  for (i = 0; i < sizeof cases / sizeof *cases; i++) {
    outcome outcome = embed(client, cases[i][0]);
    spec_about(cases[i][0]);
    CHECK(outcome.status == LLM_ERROR_INVALID_ARGUMENT);
    CHECK_HAS(llm_error_message(outcome.error), cases[i][1]);
    outcome_free(&outcome);
  }
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("an answer that is no embeddings, or not as many as texts, is LLM_ERROR_PROTOCOL") {
  static const char *const bodies[] = {"{}", "[]", "{\"data\":[]}", "{\"data\":[{\"embedding\":{}}]}", "{\"data\":[{\"index\":0",
                                       "{\"data\":[{\"embedding\":[1,\"a\"]}]}", "{\"data\":[{\"embedding\":\"AAA\"}]}",
                                       "{\"data\":[{\"embedding\":[01]}]}", "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1]}]}"};
  size_t i;
  for (i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    fault_server *server = serve();
    llm_client *client = openai_client(server);
    spec_about(bodies[i]);
    reply_json(server, bodies[i]);
    expect_failure(embed(client, "{\"input\": \"a\"}"), LLM_ERROR_PROTOCOL, NULL);
    llm_client_destroy(client);
  }
}

TEST("a provider's error is that error") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply_with(server, "429 Too Many Requests", "content-type: application/json\r\n",
             "{\"error\":{\"message\":\"Slow down\",\"type\":\"rate_limit_error\"}}");
  expect_failure(embed(client, "{\"input\": \"a\"}"), LLM_ERROR_RATE_LIMITED, "Slow down");
  llm_client_destroy(client);
}
