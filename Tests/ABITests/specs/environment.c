/* llm.h, llm_config_from_env and the NULL configuration. Each test has a process, and with it an environment, of its own. */
#include "calls.h"

/* A value that is not valid must be refused with the name of the variable, and one that is must come out at `path`. */
static void check_variable(const char *name, const char *path, const char *const *valid, const char *const *invalid) {
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  for (; *valid; valid++) {
    char *about = spec_format("%s=%s", name, *valid), *config;
    spec_about(about);
    setenv(name, *valid, 1);
    config = expect_success(config_from_env("openai"));
    check_member(config, path, *valid);
    free(expect_success(create(config)));
    free(config);
    free(about);
  }
  for (; *invalid; invalid++) {
    char *about = spec_format("%s=%s", name, *invalid);
    spec_about(about);
    setenv(name, *invalid, 1);
    expect_failure(config_from_env("openai"), LLM_ERROR_CONFIGURATION, name);
    expect_failure(create(NULL), LLM_ERROR_CONFIGURATION, "LLM_PROVIDER");
    setenv("LLM_PROVIDER", "openai", 1);
    expect_failure(create(NULL), LLM_ERROR_CONFIGURATION, name);
    unsetenv("LLM_PROVIDER");
    free(about);
  }
}

#define VALUES(...) (const char *const[]){__VA_ARGS__, NULL}

TEST("OPENAI_MAX_TOKENS takes 1 to 100000000") {
  check_variable("OPENAI_MAX_TOKENS", "max_tokens", VALUES("1", "64", "100000000"),
                 VALUES("0", "-1", "100000001", "99999999999999999999", "many", "1.5", "64 tokens", "0x10"));
}

TEST("OPENAI_TEMPERATURE takes 0 to 2") {
  check_variable("OPENAI_TEMPERATURE", "temperature", VALUES("0", "0.7", "2"),
                 VALUES("-0.1", "2.1", "warm", "nan", "inf", "1e999", "0.7x", "0,7"));
}

TEST("RATE_LIMIT_PER_MINUTE takes a count") {
  check_variable("RATE_LIMIT_PER_MINUTE", "rate_limit.per_minute", VALUES("0", "1", "60"), VALUES("-1", "fast", "1.5", "60/min"));
}

TEST("RATE_LIMIT_PER_HOUR takes a count") {
  check_variable("RATE_LIMIT_PER_HOUR", "rate_limit.per_hour", VALUES("0", "3600"), VALUES("-1", "fast", "1.5"));
}

TEST("MAX_CONCURRENT_REQUESTS takes a count") {
  check_variable("MAX_CONCURRENT_REQUESTS", "rate_limit.max_concurrent", VALUES("0", "10"), VALUES("-1", "some", "2.5"));
}

TEST("RETRY_MAX_RETRIES takes a count") {
  check_variable("RETRY_MAX_RETRIES", "retry.max_retries", VALUES("0", "3"), VALUES("-1", "often", "1.5"));
}

TEST("RETRY_INITIAL_DELAY_MS takes milliseconds") {
  check_variable("RETRY_INITIAL_DELAY_MS", "retry.initial_delay_ms", VALUES("1", "100"), VALUES("-1", "soon", "100ms"));
}

TEST("RETRY_MAX_DELAY_MS takes milliseconds") {
  check_variable("RETRY_MAX_DELAY_MS", "retry.max_delay_ms", VALUES("30000"), VALUES("-1", "late", "30s"));
}

TEST("the message says what the variable takes") {
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  setenv("OPENAI_TEMPERATURE", "3", 1);
  expect_failure(config_from_env("openai"), LLM_ERROR_CONFIGURATION, "2");
  unsetenv("OPENAI_TEMPERATURE");
  setenv("OPENAI_MAX_TOKENS", "0", 1);
  expect_failure(config_from_env("openai"), LLM_ERROR_CONFIGURATION, "100000000");
}

TEST("the key itself is not copied: api_key_env names its variable") {
  char *config;
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  config = expect_success(config_from_env("openai"));
  check_member(config, "provider", "openai");
  check_member(config, "api_key_env", "OPENAI_API_KEY");
  CHECK(!json_has(config, "api_key"));
  CHECK_LACKS(config, TEST_KEY);
  free(config);
}

TEST("the model and the base URL are taken over") {
  char *config;
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  setenv("OPENAI_MODEL", "a \"quoted\" model", 1);
  setenv("OPENAI_BASE_URL", "https://api.example.com/v1", 1);
  config = expect_success(config_from_env("openai"));
  check_member(config, "model", "a \"quoted\" model");
  check_member(config, "base_url", "https://api.example.com/v1");
  free(config);
}

TEST("each provider reads its own variables and not the other's") {
  char *config;
  setenv("OPENAI_API_KEY", "x", 1);
  setenv("OPENAI_MODEL", "gpt", 1);
  setenv("OPENAI_MAX_TOKENS", "1", 1);
  setenv("ANTHROPIC_API_KEY", TEST_KEY, 1);
  setenv("ANTHROPIC_MODEL", "claude", 1);
  setenv("ANTHROPIC_MAX_TOKENS", "2", 1);
  setenv("ANTHROPIC_TEMPERATURE", "0.5", 1);
  setenv("ANTHROPIC_BASE_URL", "https://claude.example.com", 1);
  config = expect_success(config_from_env("anthropic"));
  check_member(config, "provider", "anthropic");
  check_member(config, "api_key_env", "ANTHROPIC_API_KEY");
  check_member(config, "model", "claude");
  check_member(config, "max_tokens", "2");
  check_member(config, "temperature", "0.5");
  check_member(config, "base_url", "https://claude.example.com");
  free(config);
  setenv("ANTHROPIC_TEMPERATURE", "hot", 1);
  expect_failure(config_from_env("anthropic"), LLM_ERROR_CONFIGURATION, "ANTHROPIC_TEMPERATURE");
  free(expect_success(config_from_env("openai")));
}

TEST("ollama's configuration needs no key and no base_url") {
  char *config = expect_success(config_from_env("ollama"));
  check_member(config, "provider", "ollama");
  CHECK(!json_has(config, "api_key_env"));
  CHECK(!json_has(config, "base_url"));
  free(config);
  free(expect_success(create("{\"provider\": \"ollama\"}")));
}

TEST("azure's configuration: its own variables, or those that Azure's users know") {
  char *config;
  expect_failure(config_from_env("azure"), LLM_ERROR_CONFIGURATION, "AZURE_API_KEY");
  setenv("AZURE_OPENAI_API_KEY", TEST_KEY, 1);
  setenv("AZURE_OPENAI_ENDPOINT", "https://theirs.openai.azure.com", 1);
  setenv("OPENAI_API_VERSION", "theirs", 1);
  config = expect_success(config_from_env("azure"));
  check_member(config, "api_key_env", "AZURE_OPENAI_API_KEY");
  check_member(config, "base_url", "https://theirs.openai.azure.com");
  check_member(config, "api_version", "theirs");
  free(expect_success(create(config)));
  free(config);
  setenv("AZURE_API_KEY", TEST_KEY, 1);
  setenv("AZURE_BASE_URL", "https://own.openai.azure.com", 1);
  setenv("AZURE_API_VERSION", "own", 1);
  config = expect_success(config_from_env("azure"));
  check_member(config, "api_key_env", "AZURE_API_KEY");
  check_member(config, "base_url", "https://own.openai.azure.com");
  check_member(config, "api_version", "own");
  free(config);
}

TEST("bedrock's configuration: a key by its variable, or credentials, which are not copied, and the region") {
  char *config;
  expect_failure(config_from_env("bedrock"), LLM_ERROR_CONFIGURATION, "AWS_ACCESS_KEY_ID");
  setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", TEST_KEY, 1);
  setenv("AWS_DEFAULT_REGION", "eu-west-3", 1);
  config = expect_success(config_from_env("bedrock"));
  check_member(config, "aws.region", "eu-west-3");
  CHECK(strstr(config, TEST_KEY) == NULL && strstr(config, "AKIDEXAMPLE") == NULL);
  free(expect_success(create(config)));
  free(config);
  setenv("AWS_REGION", "eu-west-1", 1);
  setenv("AWS_BEARER_TOKEN_BEDROCK", TEST_KEY, 1);
  config = expect_success(config_from_env("bedrock"));
  check_member(config, "api_key_env", "AWS_BEARER_TOKEN_BEDROCK");
  check_member(config, "aws.region", "eu-west-1");
  free(config);
}

TEST("without variables of its own the configuration has no such fields") {
  static const char *const absent[] = {"model", "max_tokens", "temperature", "base_url"};
  char *config;
  size_t i;
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  config = expect_success(config_from_env("openai"));
  for (i = 0; i < 4; i++) CHECK(!json_has(config, absent[i]));
  free(config);
}

TEST("a missing key is a configuration error that names its variable") {
  expect_failure(config_from_env("openai"), LLM_ERROR_CONFIGURATION, "OPENAI_API_KEY");
  expect_failure(config_from_env("anthropic"), LLM_ERROR_CONFIGURATION, "ANTHROPIC_API_KEY");
}

TEST("a missing LLM_PROVIDER is a configuration error that names it, and an unknown one says what there is") {
  expect_failure(config_from_env(NULL), LLM_ERROR_CONFIGURATION, "LLM_PROVIDER");
  expect_failure(create(NULL), LLM_ERROR_CONFIGURATION, "LLM_PROVIDER");
  setenv("LLM_PROVIDER", "nobody", 1);
  expect_failure(config_from_env(NULL), LLM_ERROR_CONFIGURATION, "LLM_PROVIDER");
  expect_failure(create(NULL), LLM_ERROR_CONFIGURATION, "nobody");
  expect_failure(config_from_env(NULL), LLM_ERROR_CONFIGURATION, "anthropic");
}

TEST("a provider that is not known is a configuration error that names it") {
  expect_failure(config_from_env("nobody"), LLM_ERROR_CONFIGURATION, "nobody");
  expect_failure(config_from_env(""), LLM_ERROR_CONFIGURATION, NULL);
}

TEST("LLM_PROVIDER is what a NULL provider and a NULL configuration mean") {
  char *config;
  setenv("LLM_PROVIDER", "anthropic", 1);
  setenv("ANTHROPIC_API_KEY", TEST_KEY, 1);
  config = expect_success(config_from_env(NULL));
  check_member(config, "provider", "anthropic");
  free(config);
  free(expect_success(create(NULL)));
}

TEST("a client of the environment sends the key, the model and the bounds that the variables say") {
  fault_server *server = serve();
  char *url = spec_format("%s/v1", server_url(server)), *request, *body;
  llm_client *client;
  setenv("LLM_PROVIDER", "openai", 1);
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  setenv("OPENAI_BASE_URL", url, 1);
  setenv("OPENAI_MODEL", "from-the-environment", 1);
  setenv("OPENAI_MAX_TOKENS", "77", 1);
  setenv("OPENAI_TEMPERATURE", "0.25", 1);
  reply_json(server, OPENAI_BODY("Hi"));
  client = client_with(NULL);
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  body = server_body(server, 0);
  CHECK_HAS(request, "Bearer " TEST_KEY);
  check_member(body, "model", "from-the-environment");
  CHECK_HAS(body, "77");
  check_member(body, "temperature", "0.25");
  llm_client_destroy(client);
  free(request);
  free(body);
  free(url);
}

TEST("api_key_env names the variable that holds the key; one that is not set is named in the error") {
  fault_server *server = serve();
  char *config = config_for(server, "openai", "\"api_key_env\": \"MY_KEY\""), *request;
  llm_client *client;
  reply_json(server, OPENAI_BODY("Hi"));
  expect_failure(create(config), LLM_ERROR_CONFIGURATION, "MY_KEY");
  setenv("MY_KEY", TEST_KEY, 1);
  client = client_with(config);
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK_HAS(request, "Bearer " TEST_KEY);
  llm_client_destroy(client);
  free(request);
  free(config);
}

TEST("without api_key and api_key_env the provider's own variable is read") {
  expect_failure(create("{\"provider\": \"openai\"}"), LLM_ERROR_CONFIGURATION, "OPENAI_API_KEY");
  expect_failure(create("{\"provider\": \"anthropic\"}"), LLM_ERROR_CONFIGURATION, "ANTHROPIC_API_KEY");
  setenv("ANTHROPIC_API_KEY", TEST_KEY, 1);
  free(expect_success(create("{\"provider\": \"anthropic\"}")));
  expect_failure(create("{\"provider\": \"openai\"}"), LLM_ERROR_CONFIGURATION, "OPENAI_API_KEY");
}

TEST("a server with a base_url of one's own needs no key") {
  fault_server *server = serve();
  char *config = spec_format("{\"provider\": \"openai\", \"base_url\": \"%s/v1\", \"model\": \"m\"}", server_url(server));
  char *request;
  llm_client *client = client_with(config);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK_LACKS(request, "uthorization");
  llm_client_destroy(client);
  free(request);
  free(config);
}
