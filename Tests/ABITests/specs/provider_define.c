/* llm.h: llm_provider_define and llm_provider_list. */
#include "calls.h"

static void define(const char *definition) {
  llm_error *error = GARBAGE;
  CHECK_STATUS(llm_provider_define(definition, &error), LLM_OK, error);
  CHECK(error == NULL);
}

static void expect_refusal(const char *definition, llm_status status, const char *message) {
  llm_error *error = GARBAGE;
  spec_about(definition);
  CHECK_STATUS(llm_provider_define(definition, &error), status, error);
  CHECK_HAS(llm_error_message(error), message);
  llm_error_free(error);
  CHECK_STATUS(llm_provider_define(definition, NULL), status, NULL);
  spec_about(NULL);
}

/* A definition of "acme" at the server, with `more` members. Yours to free. */
static char *acme_at(const fault_server *server, const char *more) {
  return spec_format("{\"name\": \"acme\", \"wire\": \"openai-chat\", \"base_url\": \"%s/v9\"%s}", server_url(server), more);
}

static llm_client *acme(const char *more) {
  char *config = spec_format("{\"provider\": \"acme\", \"retry\": {\"max_retries\": 0}%s}", more);
  llm_client *client = client_with(config);
  free(config);
  return client;
}

/* The index of a provider in the list; fails the test where there is none. */
static long place(const char *list, const char *name) {
  long i, count = json_count(list, "providers");
  for (i = 0; i < count; i++) {
    char *path = spec_format("providers.%ld.name", i), *text = json_text(list, path, NULL);
    int found = strcmp(text, name) == 0;
    free(path);
    free(text);
    if (found) return i;
  }
  spec_fail(__FILE__, __LINE__, "there is no provider %s in %s", name, list);
}

static void check_listed(const char *list, const char *name, const char *field, const char *want) {
  char *path = spec_format("providers.%ld.%s", place(list, name), field);
  check_member(list, path, want);
  free(path);
}

static char *provider_list(void) {
  char *list = GARBAGE;
  llm_error *error = GARBAGE;
  CHECK_STATUS(llm_provider_list(&list, &error), LLM_OK, error);
  CHECK(error == NULL && json_valid(list));
  return list;
}

TEST("a provider that was declared is called at its address, with its key, headers and model") {
  fault_server *server = serve();
  char *definition = acme_at(server, ", \"headers\": {\"x-tenant\": \"seven\"}, \"models\": [\"acme-1\", \"acme-2\"]");
  char *request, *body, *response;
  llm_client *client;
  define(definition);
  client = acme(", \"api_key\": \"" TEST_KEY "\"");
  reply_json(server, OPENAI_BODY("Hello there"));
  response = expect_success(complete(client, HELLO));
  check_member(response, "provider", "acme");
  check_member(response, "content", "Hello there");
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /v9/chat/completions HTTP/1.1\r\n", 36) == 0);
  CHECK_HAS(request, "authorization: Bearer " TEST_KEY "\r\n");
  CHECK_HAS(request, "x-tenant: seven\r\n");
  body = server_body(server, 0);
  check_member(body, "model", "acme-1");
  free(definition);
  free(request);
  free(body);
  free(response);
  llm_client_destroy(client);
}

TEST("the key goes into the header field that the definition names") {
  fault_server *server = serve();
  char *definition = acme_at(server, ", \"auth\": {\"header\": \"X-Acme-Key\"}, \"models\": [\"m\"]"), *request;
  llm_client *client;
  define(definition);
  client = acme(", \"api_key\": \"" TEST_KEY "\"");
  reply_json(server, OPENAI_BODY("a"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK_HAS(request, "X-Acme-Key: " TEST_KEY "\r\n");
  CHECK_LACKS(request, "uthorization");
  free(request);
  free(definition);
  llm_client_destroy(client);
}

TEST("quirks of the chat wire are the definition's") {
  fault_server *server = serve();
  char *definition = acme_at(server, ", \"quirks\": {\"max_tokens\": \"max_completion_tokens\", \"seed\": \"random_seed\", "
                                     "\"stream_options\": false, \"lacks\": [\"metadata\", \"embeddings\"]}");
  char *body;
  llm_client *client;
  define(definition);
  client = acme(", \"api_key\": \"" TEST_KEY "\", \"model\": \"m\"");
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("a") OPENAI_END);
  server_close(server);
  free(expect_success(stream(client, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"max_tokens\": 5, "
                                     "\"seed\": 7}", ignore_event, NULL)));
  body = server_body(server, 0);
  check_member(body, "max_completion_tokens", "5");
  check_member(body, "random_seed", "7");
  CHECK(!json_has(body, "max_tokens") && !json_has(body, "seed") && !json_has(body, "stream_options"));
  expect_failure(complete(client, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"metadata\": {\"a\": \"b\"}}"),
                 LLM_ERROR_UNSUPPORTED, "metadata");
  expect_failure(embed(client, "{\"input\": \"a\"}"), LLM_ERROR_UNSUPPORTED, "acme has no embeddings");
  CHECK_INT(server_count(server, "request"), 1);
  free(body);
  free(definition);
  llm_client_destroy(client);
}

TEST("another wire can be at any address") {
  fault_server *server = serve();
  char *definition = spec_format("{\"name\": \"acme\", \"wire\": \"anthropic\", \"base_url\": \"%s\"}", server_url(server));
  char *request, *response;
  llm_client *client;
  define(definition);
  client = acme(", \"api_key\": \"" TEST_KEY "\", \"model\": \"m\", \"max_tokens\": 9");
  reply_json(server, ANTHROPIC_BODY("Hi"));
  response = expect_success(complete(client, HELLO));
  check_member(response, "content", "Hi");
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /v1/messages HTTP/1.1\r\n", 28) == 0);
  CHECK_HAS(request, "x-api-key: " TEST_KEY "\r\n");
  free(request);
  free(response);
  free(definition);
  llm_client_destroy(client);
}

TEST("a definition replaces the one of that name, and clients keep what they were made with") {
  fault_server *first = serve(), *second = serve();
  char *definition = acme_at(first, ", \"models\": [\"m\"]"), *other = acme_at(second, ", \"models\": [\"m\"]");
  llm_client *old, *new;
  define(definition);
  old = acme(", \"api_key\": \"" TEST_KEY "\"");
  define(other);
  new = acme(", \"api_key\": \"" TEST_KEY "\"");
  reply_json(first, OPENAI_BODY("first"));
  reply_json(second, OPENAI_BODY("second"));
  check_member(expect_success(complete(old, HELLO)), "content", "first");
  check_member(expect_success(complete(new, HELLO)), "content", "second");
  free(definition);
  free(other);
  llm_client_destroy(old);
  llm_client_destroy(new);
}

TEST("a key is looked for in the provider's variables, and the error names them") {
  outcome made;
  define("{\"name\": \"my-llm\", \"wire\": \"openai-chat\", \"base_url\": \"https://llm.example/v1\", "
         "\"api_key_env\": \"EXAMPLE_TOKEN\"}");
  expect_failure(create("{\"provider\": \"my-llm\"}"), LLM_ERROR_CONFIGURATION, "MY_LLM_API_KEY or EXAMPLE_TOKEN");
  setenv("EXAMPLE_TOKEN", TEST_KEY, 1);
  made = create("{\"provider\": \"my-llm\"}");
  CHECK_STATUS(made.status, LLM_OK, made.error);
  outcome_free(&made);
  made = config_from_env("my-llm");
  CHECK_STATUS(made.status, LLM_OK, made.error);
  check_member(made.response, "api_key_env", "EXAMPLE_TOKEN");
  outcome_free(&made);
  setenv("MY_LLM_API_KEY", "sk-the-other-one", 1);
  made = config_from_env("my-llm");
  check_member(made.response, "api_key_env", "MY_LLM_API_KEY");
  outcome_free(&made);
  define("{\"name\": \"keyless\", \"wire\": \"ollama\", \"base_url\": \"http://127.0.0.1:9\", \"requires_key\": false, "
         "\"environment_prefix\": \"KL\"}");
  setenv("KL_MODEL", "tiny", 1);
  made = config_from_env("keyless");
  CHECK_STATUS(made.status, LLM_OK, made.error);
  check_member(made.response, "model", "tiny");
  CHECK(!json_has(made.response, "api_key_env"));
  outcome_free(&made);
}

TEST("what is wrong with a definition is named by its field") {
  static const struct {
    const char *definition;
    llm_status status;
    const char *message;
  } row[] = {
    {"nonsense", LLM_ERROR_INVALID_ARGUMENT, "the definition is not JSON"},
    {"[]", LLM_ERROR_INVALID_ARGUMENT, "an array"},
    {"{}", LLM_ERROR_CONFIGURATION, "name is missing"},
    {"{\"name\": 3}", LLM_ERROR_INVALID_ARGUMENT, "name is a number"},
    {"{\"name\": \"a b\"}", LLM_ERROR_CONFIGURATION, "name"},
    {"{\"name\": \"\"}", LLM_ERROR_CONFIGURATION, "name"},
    {"{\"name\": \"a\"}", LLM_ERROR_CONFIGURATION, "wire is missing"},
    {"{\"name\": \"a\", \"wire\": \"telex\"}", LLM_ERROR_CONFIGURATION, "wire is \"telex\"; it takes one of openai-chat"},
    {"{\"name\": \"a\", \"wire\": \"gemini\"}", LLM_ERROR_CONFIGURATION, "base_url is missing"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"over there\"}", LLM_ERROR_CONFIGURATION, "base_url is no URL"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"ftp://h/\"}", LLM_ERROR_CONFIGURATION, "base_url begins with"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"api_key\": \"sk\"}", LLM_ERROR_CONFIGURATION,
     "unknown field api_key"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"api_key_env\": \"A=B\"}", LLM_ERROR_CONFIGURATION,
     "api_key_env"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"auth\": {\"header\": \"a b\"}}",
     LLM_ERROR_CONFIGURATION, "auth.header"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"auth\": {\"scheme\": \"a b\"}}",
     LLM_ERROR_CONFIGURATION, "auth.scheme"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"headers\": {\"a\": 1}}", LLM_ERROR_INVALID_ARGUMENT,
     "headers.a"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"models\": \"m\"}", LLM_ERROR_INVALID_ARGUMENT,
     "models is text"},
    {"{\"name\": \"a\", \"wire\": \"gemini\", \"base_url\": \"http://h\", \"quirks\": {}}", LLM_ERROR_CONFIGURATION,
     "quirks are for the wire \"openai-chat\""},
    {"{\"name\": \"a\", \"wire\": \"openai-chat\", \"base_url\": \"http://h\", \"quirks\": {\"max_tokens\": \"many\"}}",
     LLM_ERROR_CONFIGURATION, "quirks.max_tokens is \"many\""},
  };
  size_t i;
  const char *absent = NULL;
  llm_error *error = GARBAGE;
  for (i = 0; i < sizeof row / sizeof *row; i++) expect_refusal(row[i].definition, row[i].status, row[i].message);
  CHECK_STATUS(llm_provider_define(absent, &error), LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK_HAS(llm_error_message(error), "definition_json is NULL");
  llm_error_free(error);
  expect_failure(create("{\"provider\": \"a\", \"api_key\": \"" TEST_KEY "\"}"), LLM_ERROR_CONFIGURATION,
                 "there is no provider \"a\"");
}

TEST("the list has every provider with its wire, address, variables and capabilities") {
  char *list = provider_list();
  CHECK(json_count(list, "providers") >= 32);
  check_listed(list, "groq", "wire", "openai-chat");
  check_listed(list, "groq", "base_url", "https://api.groq.com/openai/v1");
  check_listed(list, "groq", "api_key_env.0", "GROQ_API_KEY");
  check_listed(list, "groq", "requires_key", "true");
  check_listed(list, "groq", "built_in", "true");
  check_listed(list, "huggingface", "api_key_env.1", "HF_TOKEN");
  check_listed(list, "vllm", "requires_key", "false");
  check_listed(list, "perplexity", "capabilities", "[\"chat\",\"stream\"]");
  check_listed(list, "openai", "capabilities", "[\"chat\",\"stream\",\"tools\",\"embeddings\",\"model_list\"]");
  check_listed(list, "echo", "models.0", "echo");
  llm_free(list);
}

TEST("what was declared is in the list, without its headers") {
  char *list;
  define("{\"name\": \"acme\", \"wire\": \"openai-chat\", \"base_url\": \"https://acme.example/v1/\", "
         "\"headers\": {\"x-secret\": \"" TEST_KEY "\"}, \"models\": [\"m\"], \"quirks\": {\"lacks\": [\"tools\"]}}");
  list = provider_list();
  check_listed(list, "acme", "base_url", "https://acme.example/v1");
  check_listed(list, "acme", "origin", "defined");
  check_listed(list, "acme", "built_in", "false");
  check_listed(list, "acme", "environment_prefix", "ACME");
  check_listed(list, "acme", "models", "[\"m\"]");
  check_listed(list, "acme", "capabilities", "[\"chat\",\"stream\",\"embeddings\",\"model_list\"]");
  CHECK_LACKS(list, TEST_KEY);
  llm_free(list);
}

TEST("the list's output is checked and always written") {
  char **nowhere = NULL;
  llm_error *error = GARBAGE;
  CHECK_STATUS(llm_provider_list(nowhere, &error), LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK_HAS(llm_error_message(error), "providers_json is NULL");
  llm_error_free(error);
}
