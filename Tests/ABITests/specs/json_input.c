/* llm.h, "Arguments" and "blocking calls": requests that are malformed, huge, deep or of the wrong types. */
#include "calls.h"

#define DEPTH 100000
#define HUGE_BYTES (100u << 20)

static void check_invalid(llm_client *client, const char *request) {
  expect_failure(complete(client, request), LLM_ERROR_INVALID_ARGUMENT, NULL);
  expect_failure(stream(client, request, ignore_event, NULL), LLM_ERROR_INVALID_ARGUMENT, NULL);
  expect_failure(start_and_free(client, LLM_OP_COMPLETE, request), LLM_ERROR_INVALID_ARGUMENT, NULL);
}

TEST("malformed requests are an invalid argument and nothing is sent") {
  static const char *const requests[] = {
      "", " ", "{", "[", "[{\"role\":\"user\",\"content\":\"Hi\"}", "[{\"role\":\"user\",\"content\":\"Hi\"},]",
      "[{'role':'user','content':'Hi'}]", HELLO "]", HELLO HELLO, "null", "true", "1", "\"Hello\"", "{}",
      "{\"messages\": 1}", "{\"messages\": {}}", "{\"messages\": \"Hi\"}", "{\"messages\": [1]}",
      "{\"messages\": [\"Hi\"]}", "{\"messages\": [[]]}", "{\"messages\": null}", "{\"model\": \"m\"}",
      "[{\"role\":\"user\",\"content\":\"\\ud80\"}]", "[{\"role\":\"user\",\"content\":\"\\x41\"}]",
      "[{\"role\":\"user\",\"content\":\"a\nb\"}]", "{\"messages\":" HELLO ",\"max_tokens\":01}",
      "{\"messages\":" HELLO ",\"max_tokens\":+1}", "{\"messages\":" HELLO ",\"temperature\":NaN}",
  };
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  size_t i;
  for (i = 0; i < sizeof requests / sizeof *requests; i++) {
    spec_about(requests[i]);
    check_invalid(client, requests[i]);
  }
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("a field of the wrong type is an invalid argument that names the field") {
  static const char *const requests[][2] = {
      {"{\"messages\":" HELLO ",\"model\":1}", "model"},
      {"{\"messages\":" HELLO ",\"max_tokens\":\"64\"}", "max_tokens"},
      {"{\"messages\":" HELLO ",\"temperature\":\"hot\"}", "temperature"},
      {"{\"messages\":" HELLO ",\"top_p\":[]}", "top_p"},
      {"{\"messages\":" HELLO ",\"stop\":1}", "stop"},
      {"{\"messages\":" HELLO ",\"stop\":[1]}", "stop"},
      {"{\"messages\":" HELLO ",\"seed\":\"1\"}", "seed"},
      {"{\"messages\":" HELLO ",\"tools\":{}}", "tools"},
      {"{\"messages\":" HELLO ",\"tools\":[1]}", "tools"},
      {"{\"messages\":" HELLO ",\"tool_choice\":1}", "tool_choice"},
      {"{\"messages\":" HELLO ",\"response_format\":1}", "response_format"},
      {"{\"messages\":" HELLO ",\"reasoning\":1}", "reasoning"},
      {"{\"messages\":" HELLO ",\"metadata\":1}", "metadata"},
      {"{\"messages\":" HELLO ",\"timeout\":1}", "timeout"},
      {"{\"messages\":" HELLO ",\"timeout\":{\"idle_ms\":\"1\"}}", "idle_ms"},
      {"{\"messages\":" HELLO ",\"headers\":1}", "headers"},
      {"{\"messages\":" HELLO ",\"headers\":{\"x-trace\":1}}", "x-trace"},
      {"{\"messages\":" HELLO ",\"api_key\":1}", "api_key"},
      {"{\"messages\":" HELLO ",\"call_id\":1}", "call_id"},
      {"{\"messages\":" HELLO ",\"extra\":1}", "extra"},
      {"[{\"role\":1,\"content\":\"Hi\"}]", "role"},
      {"[{\"content\":\"Hi\"}]", "role"},
      {"[{\"role\":\"user\",\"content\":1}]", "content"},
      {"[{\"role\":\"user\",\"content\":{}}]", "content"},
  };
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  size_t i;
  for (i = 0; i < sizeof requests / sizeof *requests; i++) {
    spec_about(requests[i][0]);
    expect_failure(complete(client, requests[i][0]), LLM_ERROR_INVALID_ARGUMENT, requests[i][1]);
  }
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("a field that is not known is refused by name") {
  static const char *const requests[][2] = {
      {"{\"messages\":" HELLO ",\"max_token\":64}", "max_token"},
      {"{\"messages\":" HELLO ",\"timeout\":{\"read_ms\":1}}", "read_ms"},
      {"{\"messages\":" HELLO ",\"base_url\":\"http://127.0.0.1\"}", "base_url"},
  };
  llm_client *client = openai_client(serve());
  size_t i;
  for (i = 0; i < sizeof requests / sizeof *requests; i++)
    expect_failure(complete(client, requests[i][0]), LLM_ERROR_INVALID_ARGUMENT, requests[i][1]);
  llm_client_destroy(client);
}

TEST("stream is refused in a request: the function decides") {
  llm_client *client = openai_client(serve());
  expect_failure(complete(client, "{\"messages\":" HELLO ",\"stream\":true}"), LLM_ERROR_INVALID_ARGUMENT, "stream");
  expect_failure(complete(client, "{\"messages\":" HELLO ",\"stream\":false}"), LLM_ERROR_INVALID_ARGUMENT, "stream");
  expect_failure(stream(client, "{\"messages\":" HELLO ",\"stream\":true}", ignore_event, NULL),
                 LLM_ERROR_INVALID_ARGUMENT, "stream");
  llm_client_destroy(client);
}

/* `count` times `open`, then `middle`, then `count` times `close`. */
static char *nested(const char *open, const char *middle, const char *close, size_t count) {
  size_t size = count * (strlen(open) + strlen(close)) + strlen(middle) + 1, i;
  char *text = spec_allocate(size), *at = text;
  for (i = 0; i < count; i++, at += strlen(open)) memcpy(at, open, strlen(open));
  memcpy(at, middle, strlen(middle));
  at += strlen(middle);
  for (i = 0; i < count; i++, at += strlen(close)) memcpy(at, close, strlen(close));
  *at = '\0';
  return text;
}

TEST("JSON that is 100,000 levels deep is an invalid argument, in requests and configurations") {
  char *const texts[] = {nested("[", "1", "]", DEPTH), nested("{\"a\":", "1", "}", DEPTH), nested("[", "", "", DEPTH),
                         nested("[{\"a\":", "1", "}]", DEPTH)};
  llm_client *client = openai_client(serve());
  size_t i;
  for (i = 0; i < 4; i++) {
    char *extra = spec_format("{\"messages\":" HELLO ",\"extra\":{\"deep\":%s}}", texts[i]);
    char *message = spec_format("[{\"role\":\"user\",\"content\":%s}]", texts[i]);
    char *config = spec_format("{\"provider\":\"openai\",\"api_key\":\"k\",\"headers\":%s}", texts[i]);
    check_invalid(client, texts[i]);
    check_invalid(client, extra);
    check_invalid(client, message);
    expect_failure(list_models(client, texts[i]), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(create(texts[i]), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(create(config), LLM_ERROR_INVALID_ARGUMENT, NULL);
    free(extra);
    free(message);
    free(config);
    free(texts[i]);
  }
  llm_client_destroy(client);
}

TEST("a response that is 100,000 levels deep is LLM_ERROR_PROTOCOL") {
  char *deep = nested("[", "1", "]", DEPTH);
  char *body = spec_format("{\"choices\":%s}", deep);
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply_json(server, body);
  expect_failure(complete(client, HELLO), LLM_ERROR_PROTOCOL, NULL);
  llm_client_destroy(client);
  free(deep);
  free(body);
}

/* `before`, then 100 MiB of `fill`, then `after`. */
static char *huge(const char *before, char fill, const char *after) {
  size_t start = strlen(before);
  char *text = spec_allocate(start + HUGE_BYTES + strlen(after) + 1);
  memcpy(text, before, start);
  memset(text + start, fill, HUGE_BYTES);
  memcpy(text + start + HUGE_BYTES, after, strlen(after) + 1);
  return text;
}

TEST("100 MB of malformed JSON is an invalid argument") {
  static const char *const ends[][2] = {{"[{\"role\":\"user\",\"content\":\"", ""}, {"", "{"}, {"{\"", "\""}};
  llm_client *client = openai_client(serve());
  size_t i;
  for (i = 0; i < 3; i++) {
    char *text = huge(ends[i][0], ' ', ends[i][1]);
    expect_failure(complete(client, text), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(create(text), LLM_ERROR_INVALID_ARGUMENT, NULL);
    free(text);
  }
  llm_client_destroy(client);
}

TEST("an unknown field whose name has 100 MB is refused, and the error does not repeat all of it") {
  char *text = huge("{\"provider\":\"openai\",\"", 'x', "\":1}");
  outcome outcome = create(text);
  CHECK(outcome.status == LLM_ERROR_CONFIGURATION || outcome.status == LLM_ERROR_INVALID_ARGUMENT);
  CHECK(strlen(llm_error_json(outcome.error)) < 65536);
  outcome_free(&outcome);
  free(text);
}

TEST("a request of 100 MB reaches the server whole") {
  char *text = huge("[{\"role\":\"user\",\"content\":\"", 'x', "\"}]"), *response;
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply_json(server, OPENAI_BODY("That was long."));
  response = expect_success(complete(client, text));
  check_member(response, "content", "That was long.");
  CHECK(server_size(server, 0) > (long)HUGE_BYTES);
  free(response);
  free(text);
  llm_client_destroy(client);
}

TEST("whitespace around and inside a request does not matter") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  reply_json(server, OPENAI_BODY("Hi"));
  response = expect_success(complete(client, "\r\n\t [ { \"role\" :\n\"user\" , \"content\" : \"Hello\" } ] \n"));
  free(response);
  llm_client_destroy(client);
}
