/* llm.h, "client", and of the configuration what decides where a key may go. */
#include "calls.h"

TEST("creating a client sends nothing") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_client_destroy(client);
  CHECK(!server_saw(server, "connected", 1, 100));
}

TEST("clients are independent: each has its own provider, address and key") {
  fault_server *openai = serve(), *anthropic = serve();
  llm_client *first = client_for(openai, "openai", "\"api_key\": \"first-key\"");
  llm_client *second = client_for(anthropic, "anthropic", "\"api_key\": \"second-key\"");
  char *response, *request;
  reply_json(openai, OPENAI_BODY("from OpenAI"));
  reply_json(anthropic, ANTHROPIC_BODY("from Anthropic"));
  response = expect_success(complete(first, HELLO));
  check_member(response, "content", "from OpenAI");
  check_member(response, "provider", "openai");
  free(response);
  llm_client_destroy(first);
  response = expect_success(complete(second, HELLO));
  check_member(response, "content", "from Anthropic");
  check_member(response, "provider", "anthropic");
  free(response);
  request = server_request(anthropic, 0);
  CHECK_HAS(request, "second-key");
  CHECK_LACKS(request, "first-key");
  free(request);
  llm_client_destroy(second);
}

TEST("calls of one client, and of two clients one after the other, go over one connection") {
  fault_server *server = serve();
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 2; i++) {
    llm_client *client = openai_client(server);
    int call;
    for (call = 0; call < 5; call++) free(expect_success(complete(client, HELLO)));
    llm_client_destroy(client);
  }
  CHECK_INT(server_count(server, "request"), 10);
  CHECK_INT(server_count(server, "connected"), 1);
}

static outcome create_at(const char *base_url, const char *more) {
  char *config = spec_format("{\"provider\": \"openai\", \"base_url\": \"%s\"%s}", base_url, more);
  outcome result = create(config);
  free(config);
  return result;
}

#define WITH_KEY ", \"api_key\": \"" TEST_KEY "\""

TEST("a key is not sent over plain http to another host: such a client is refused") {
  static const char *const urls[] = {
      "http://192.0.2.1/v1",          "http://api.example.com/v1",   "http://127.0.0.1.example.com/v1",
      "http://localhost.example.com", "http://127.0.0.1@192.0.2.1",  "http://localhost@example.com/v1",
      "http://example.com#127.0.0.1", "http://example.com?localhost", "http://[2001:db8::1]/v1",
      "http://128.0.0.1",             "HTTP://192.0.2.1/v1",         "http://127.0.0.1:80@example.com/",
      "http://0.0.0.0.example.com",   "http://xlocalhost",           "http://192.0.2.1:8080",
  };
  size_t i;
  for (i = 0; i < sizeof urls / sizeof *urls; i++) {
    outcome outcome = create_at(urls[i], WITH_KEY);
    spec_about(urls[i]);
    CHECK_STATUS(outcome.status, LLM_ERROR_CONFIGURATION, outcome.error);
    outcome_free(&outcome);
  }
  expect_failure(create_at("http://192.0.2.1/v1", WITH_KEY), LLM_ERROR_CONFIGURATION, "allow_insecure_http");
}

TEST("a key of the environment is not sent over plain http to another host either") {
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  expect_failure(create_at("http://192.0.2.1/v1", ""), LLM_ERROR_CONFIGURATION, "allow_insecure_http");
  expect_failure(create_at("http://192.0.2.1/v1", ", \"api_key_env\": \"OPENAI_API_KEY\""), LLM_ERROR_CONFIGURATION,
                 "allow_insecure_http");
}

TEST("loopback may be spelled as an address of 127.0.0.0/8, as ::1 or as localhost") {
  static const char *const urls[] = {"http://127.0.0.1/v1",   "http://127.0.0.1:8080", "http://127.9.9.9:1/v1",
                                     "http://localhost/v1",   "http://localhost:8080", "http://[::1]/v1",
                                     "http://[::1]:8080/v1",  "http://LOCALHOST/v1",   "HTTP://127.0.0.1/"};
  size_t i;
  for (i = 0; i < sizeof urls / sizeof *urls; i++) {
    spec_about(urls[i]);
    free(expect_success(create_at(urls[i], WITH_KEY)));
  }
}

TEST("allow_insecure_http, https, or having no key at all lift that") {
  free(expect_success(create_at("http://192.0.2.1/v1", WITH_KEY ", \"allow_insecure_http\": true")));
  free(expect_success(create_at("https://192.0.2.1/v1", WITH_KEY)));
  free(expect_success(create_at("http://192.0.2.1/v1", "")));
  expect_failure(create_at("http://192.0.2.1/v1", WITH_KEY ", \"allow_insecure_http\": false"), LLM_ERROR_CONFIGURATION,
                 "allow_insecure_http");
}

TEST("a key that comes with a request is held to the same rule") {
  llm_client *client = client_with("{\"provider\": \"openai\", \"base_url\": \"http://provider.invalid/v1\", \"model\": \"m\"}");
  expect_failure(complete(client, "{\"messages\": " HELLO ", \"api_key\": \"" TEST_KEY "\"}"), LLM_ERROR_CONFIGURATION,
                 "allow_insecure_http");
  expect_failure(list_models(client, "{\"api_key\": \"" TEST_KEY "\"}"), LLM_ERROR_CONFIGURATION, "allow_insecure_http");
  llm_client_destroy(client);
}

TEST("the IPv6 loopback address can be talked to") {
  fault_server *server = serve_on("::1");
  llm_client *client = openai_client(server);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  llm_client_destroy(client);
}

TEST("a redirect is not followed, and its target sees nothing") {
  static const char *const statuses[] = {"301 Moved Permanently", "302 Found", "307 Temporary Redirect",
                                         "308 Permanent Redirect"};
  fault_server *target = serve();
  size_t i;
  reply_json(target, OPENAI_BODY("caught"));
  for (i = 0; i < 4; i++) {
    fault_server *server = serve();
    llm_client *client = openai_client(server);
    char *header = spec_format("location: %s/v1/chat/completions\r\n", server_url(target));
    outcome outcome;
    reply_with(server, statuses[i], header, "");
    outcome = complete(client, HELLO);
    CHECK(outcome.status < 0);
    CHECK_INT(llm_error_http_status(outcome.error), atoi(statuses[i]));
    outcome_free(&outcome);
    outcome = stream(client, HELLO, ignore_event, NULL);
    CHECK(outcome.status < 0);
    outcome_free(&outcome);
    outcome = list_models(client, NULL);
    CHECK(outcome.status < 0);
    outcome_free(&outcome);
    CHECK_INT(server_count(server, "request"), 3);
    llm_client_destroy(client);
    free(header);
  }
  CHECK_INT(server_count(target, "connected"), 0);
}

TEST("the environment's proxy variables are not followed to loopback") {
  fault_server *proxy = serve(), *server = serve();
  llm_client *client;
  setenv("http_proxy", server_url(proxy), 1);
  setenv("HTTP_PROXY", server_url(proxy), 1);
  setenv("ALL_PROXY", server_url(proxy), 1);
  setenv("all_proxy", server_url(proxy), 1);
  client = openai_client(server);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  CHECK_INT(server_count(proxy, "connected"), 0);
  llm_client_destroy(client);
}

TEST("proxy names the proxy that requests to other hosts go through") {
  fault_server *proxy = serve();
  char *config = spec_format("{\"provider\": \"openai\", \"base_url\": \"http://provider.invalid/v1\", \"model\": \"m\", "
                             "\"proxy\": \"%s\"}", server_url(proxy));
  llm_client *client = client_with(config);
  char *request;
  reply_json(proxy, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(proxy, 0);
  CHECK_HAS(request, "POST http://provider.invalid/v1/chat/completions HTTP/1.1\r\n");
  free(request);
  free(config);
  llm_client_destroy(client);
}

TEST("the environment's proxy counts for other hosts, and \"proxy\": \"\" turns it off") {
  fault_server *proxy = serve();
  llm_client *client;
  reply_json(proxy, OPENAI_BODY("Hi"));
  setenv("http_proxy", server_url(proxy), 1);
  client = client_with("{\"provider\": \"openai\", \"base_url\": \"http://provider.invalid/v1\", \"model\": \"m\"}");
  free(expect_success(complete(client, HELLO)));
  CHECK_INT(server_count(proxy, "request"), 1);
  llm_client_destroy(client);
  client = client_with("{\"provider\": \"openai\", \"base_url\": \"http://provider.invalid/v1\", \"model\": \"m\", "
                       "\"proxy\": \"\", \"retry\": {\"max_retries\": 0}}");
  expect_failure(complete(client, HELLO), LLM_ERROR_CONNECTION, NULL);
  CHECK_INT(server_count(proxy, "request"), 1);
  llm_client_destroy(client);
}
