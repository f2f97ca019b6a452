/* llm.h, "configuration": the JSON object that llm_client_create takes. */
#include "calls.h"

/* An object with a provider and `members`. */
#define CONFIG(members) "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\"" members "}"

typedef struct {
  const char *config;
  const char *names; /* a piece that the message must have */
} refusal;

static void check_refused(const refusal *refusals, size_t count, llm_status status) {
  size_t i;
  for (i = 0; i < count; i++) {
    spec_about(refusals[i].config);
    expect_failure(create(refusals[i].config), status, refusals[i].names);
  }
}

#define CHECK_REFUSED(refusals, status) check_refused(refusals, sizeof refusals / sizeof *refusals, status)

static void check_accepted(const char *const *configs, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) {
    spec_about(configs[i]);
    free(expect_success(create(configs[i])));
  }
}

TEST("text that is not a JSON object is an invalid argument") {
  static const refusal refusals[] = {
      {"", NULL},
      {" ", NULL},
      {"{", NULL},
      {"}", NULL},
      {"{\"provider\": \"openai\"", NULL},
      {"{\"provider\": \"openai\",}", NULL},
      {"{'provider': 'openai'}", NULL},
      {"{provider: openai}", NULL},
      {CONFIG("") " x", NULL},
      {CONFIG("") CONFIG(""), NULL},
      {"[]", NULL},
      {"\"openai\"", NULL},
      {"null", NULL},
      {"42", NULL},
      {"// {}\n" CONFIG(""), NULL},
  };
  CHECK_REFUSED(refusals, LLM_ERROR_INVALID_ARGUMENT);
}

TEST("bytes that are not UTF-8 are an invalid argument") {
  static const refusal refusals[] = {
      {CONFIG(", \"model\": \"\xff\""), NULL},
      {CONFIG(", \"model\": \"\xc3\""), NULL},
      {CONFIG(", \"model\": \"\xc0\x80\""), NULL},
      {CONFIG(", \"model\": \"\xed\xa0\x80\""), NULL},
      {CONFIG(", \"model\": \"\xf5\x80\x80\x80\""), NULL},
      {CONFIG(", \"\xe2\x82\": 1"), NULL},
      {"\xff\xfe", NULL},
  };
  CHECK_REFUSED(refusals, LLM_ERROR_INVALID_ARGUMENT);
}

TEST("the provider is required") {
  outcome outcome = create("{\"api_key\": \"" TEST_KEY "\"}");
  CHECK(outcome.status == LLM_ERROR_CONFIGURATION || outcome.status == LLM_ERROR_INVALID_ARGUMENT);
  CHECK_HAS(llm_error_message(outcome.error), "provider");
  outcome_free(&outcome);
}

TEST("an unknown provider is named, and so are those there are") {
  expect_failure(create("{\"provider\": \"nobody\"}"), LLM_ERROR_CONFIGURATION, "nobody");
  expect_failure(create("{\"provider\": \"nobody\"}"), LLM_ERROR_CONFIGURATION, "openai");
  expect_failure(create("{\"provider\": \"nobody\"}"), LLM_ERROR_CONFIGURATION, "anthropic");
  expect_failure(create("{\"provider\": \"\"}"), LLM_ERROR_CONFIGURATION, "provider");
}

TEST("a field that is not listed is refused by name") {
  static const char *const configs[][2] = {
      {CONFIG(", \"modle\": \"m\""), "modle"},
      {CONFIG(", \"Provider\": \"m\""), "Provider"},
      {CONFIG(", \"\": 1"), ""},
      {CONFIG(", \"timeout\": {\"read_ms\": 1}"), "read_ms"},
      {CONFIG(", \"rate_limit\": {\"per_second\": 1}"), "per_second"},
      {CONFIG(", \"retry\": {\"times\": 1}"), "times"},
  };
  size_t i;
  for (i = 0; i < sizeof configs / sizeof *configs; i++) {
    outcome outcome = create(configs[i][0]);
    spec_about(configs[i][0]);
    CHECK(outcome.status == LLM_ERROR_CONFIGURATION || outcome.status == LLM_ERROR_INVALID_ARGUMENT);
    CHECK_HAS(llm_error_message(outcome.error), configs[i][1]);
    outcome_free(&outcome);
  }
}

TEST("a value of the wrong type is an invalid argument that names the field") {
  static const refusal refusals[] = {
      {"{\"provider\": 1}", "provider"},
      {"{\"provider\": null}", "provider"},
      {"{\"provider\": \"openai\", \"api_key\": 12345}", "api_key"},
      {"{\"provider\": \"openai\", \"api_key_env\": true}", "api_key_env"},
      {CONFIG(", \"base_url\": 1"), "base_url"},
      {CONFIG(", \"model\": {}"), "model"},
      {CONFIG(", \"max_tokens\": \"64\""), "max_tokens"},
      {CONFIG(", \"max_tokens\": true"), "max_tokens"},
      {CONFIG(", \"max_tokens\": 1.5"), "max_tokens"},
      {CONFIG(", \"temperature\": \"hot\""), "temperature"},
      {CONFIG(", \"timeout\": 10"), "timeout"},
      {CONFIG(", \"timeout\": {\"connect_ms\": \"10\"}"), "connect_ms"},
      {CONFIG(", \"timeout\": {\"first_byte_ms\": []}"), "first_byte_ms"},
      {CONFIG(", \"timeout\": {\"idle_ms\": 0.5}"), "idle_ms"},
      {CONFIG(", \"timeout\": {\"total_ms\": true}"), "total_ms"},
      {CONFIG(", \"rate_limit\": []"), "rate_limit"},
      {CONFIG(", \"rate_limit\": {\"per_minute\": \"60\"}"), "per_minute"},
      {CONFIG(", \"rate_limit\": {\"per_hour\": {}}"), "per_hour"},
      {CONFIG(", \"rate_limit\": {\"tokens_per_minute\": \"\"}"), "tokens_per_minute"},
      {CONFIG(", \"rate_limit\": {\"max_concurrent\": 1.25}"), "max_concurrent"},
      {CONFIG(", \"rate_limit\": {\"max_wait_ms\": false}"), "max_wait_ms"},
      {CONFIG(", \"rate_limit\": {\"burst\": []}"), "burst"},
      {CONFIG(", \"rate_limit\": {\"scope\": true}"), "scope"},
      {CONFIG(", \"rate_limit\": {\"adaptive\": 1}"), "adaptive"},
      {CONFIG(", \"retry\": \"3\""), "retry"},
      {CONFIG(", \"retry\": {\"max_retries\": \"3\"}"), "max_retries"},
      {CONFIG(", \"retry\": {\"initial_delay_ms\": []}"), "initial_delay_ms"},
      {CONFIG(", \"retry\": {\"max_delay_ms\": \"1\"}"), "max_delay_ms"},
      {CONFIG(", \"headers\": []"), "headers"},
      {CONFIG(", \"headers\": {\"x-trace\": 1}"), "x-trace"},
      {CONFIG(", \"proxy\": 8080"), "proxy"},
      {CONFIG(", \"ca_file\": 1"), "ca_file"},
      {CONFIG(", \"http2\": \"yes\""), "http2"},
      {CONFIG(", \"allow_insecure_http\": 1"), "allow_insecure_http"},
      {CONFIG(", \"max_response_bytes\": \"1\""), "max_response_bytes"},
      {CONFIG(", \"max_event_bytes\": {}"), "max_event_bytes"},
  };
  CHECK_REFUSED(refusals, LLM_ERROR_INVALID_ARGUMENT);
}

TEST("a number out of range is a configuration error that names the field") {
  static const refusal refusals[] = {
      {CONFIG(", \"max_tokens\": 0"), "max_tokens"},
      {CONFIG(", \"max_tokens\": -1"), "max_tokens"},
      {CONFIG(", \"max_tokens\": 100000001"), "max_tokens"},
      {CONFIG(", \"max_tokens\": 18446744073709551616"), "max_tokens"},
      {CONFIG(", \"temperature\": -0.1"), "temperature"},
      {CONFIG(", \"temperature\": 2.1"), "temperature"},
      {CONFIG(", \"temperature\": 1e300"), "temperature"},
      {CONFIG(", \"timeout\": {\"connect_ms\": -1}"), "connect_ms"},
      {CONFIG(", \"timeout\": {\"first_byte_ms\": 2147483648}"), "first_byte_ms"},
      {CONFIG(", \"timeout\": {\"idle_ms\": -1}"), "idle_ms"},
      {CONFIG(", \"timeout\": {\"total_ms\": 9223372036854775808}"), "total_ms"},
      {CONFIG(", \"rate_limit\": {\"per_minute\": -1}"), "per_minute"},
      {CONFIG(", \"rate_limit\": {\"per_hour\": -1}"), "per_hour"},
      {CONFIG(", \"rate_limit\": {\"tokens_per_minute\": -1}"), "tokens_per_minute"},
      {CONFIG(", \"rate_limit\": {\"max_concurrent\": -1}"), "max_concurrent"},
      {CONFIG(", \"rate_limit\": {\"max_wait_ms\": -1}"), "max_wait_ms"},
      {CONFIG(", \"rate_limit\": {\"burst\": -1}"), "burst"},
      {CONFIG(", \"retry\": {\"max_retries\": -1}"), "max_retries"},
      {CONFIG(", \"retry\": {\"initial_delay_ms\": -1}"), "initial_delay_ms"},
      {CONFIG(", \"retry\": {\"max_delay_ms\": -1}"), "max_delay_ms"},
      {CONFIG(", \"max_response_bytes\": -1"), "max_response_bytes"},
      {CONFIG(", \"max_event_bytes\": -1"), "max_event_bytes"},
  };
  CHECK_REFUSED(refusals, LLM_ERROR_CONFIGURATION);
}

TEST("the message of a number out of range says what is taken") {
  expect_failure(create(CONFIG(", \"max_tokens\": 0")), LLM_ERROR_CONFIGURATION, "100000000");
  expect_failure(create(CONFIG(", \"temperature\": 3")), LLM_ERROR_CONFIGURATION, "2");
  expect_failure(create(CONFIG(", \"timeout\": {\"idle_ms\": -1}")), LLM_ERROR_CONFIGURATION, "2147483647");
}

TEST("a scope that there is not is a configuration error that names those there are") {
  static const refusal refusals[] = {
      {CONFIG(", \"rate_limit\": {\"scope\": \"process\"}"), "rate_limit.scope"},
      {CONFIG(", \"rate_limit\": {\"scope\": \"\"}"), "shared"},
      {CONFIG(", \"rate_limit\": {\"scope\": \"Client\"}"), "client"},
  };
  CHECK_REFUSED(refusals, LLM_ERROR_CONFIGURATION);
}

TEST("the ends of every range are accepted") {
  static const char *const configs[] = {
      CONFIG(""),
      "{\"provider\": \"anthropic\", \"api_key\": \"" TEST_KEY "\"}",
      " \t\r\n" CONFIG("") "\n ",
      CONFIG(", \"max_tokens\": 1"),
      CONFIG(", \"max_tokens\": 100000000"),
      CONFIG(", \"temperature\": 0"),
      CONFIG(", \"temperature\": 2"),
      CONFIG(", \"temperature\": 0.7"),
      CONFIG(", \"timeout\": {}"),
      CONFIG(", \"timeout\": {\"connect_ms\": 0, \"first_byte_ms\": 0, \"idle_ms\": 0, \"total_ms\": 0}"),
      CONFIG(", \"timeout\": {\"connect_ms\": 2147483647, \"total_ms\": 2147483647}"),
      CONFIG(", \"rate_limit\": {\"per_minute\": 0, \"per_hour\": 0, \"tokens_per_minute\": 0, \"max_concurrent\": 0}"),
      CONFIG(", \"rate_limit\": {\"burst\": 0, \"scope\": \"shared\", \"adaptive\": true}"),
      CONFIG(", \"rate_limit\": {\"burst\": 1000000000, \"scope\": \"client\", \"adaptive\": false}"),
      CONFIG(", \"retry\": {\"max_retries\": 0, \"initial_delay_ms\": 100, \"max_delay_ms\": 30000}"),
      CONFIG(", \"headers\": {}"),
      CONFIG(", \"headers\": {\"x-trace\": \"1\"}"),
      CONFIG(", \"proxy\": \"\""),
      CONFIG(", \"proxy\": \"http://127.0.0.1:3128\""),
      CONFIG(", \"proxy\": \"socks5h://127.0.0.1:1080\""),
      CONFIG(", \"http2\": false, \"allow_insecure_http\": false"),
      CONFIG(", \"http2\": true, \"allow_insecure_http\": true"),
      CONFIG(", \"max_response_bytes\": 1024, \"max_event_bytes\": 1024"),
      CONFIG(", \"base_url\": \"https://api.example.com/v1/\""),
  };
  check_accepted(configs, sizeof configs / sizeof *configs);
}

TEST("a header that would end its line is refused by name") {
  static const char *const configs[] = {
      CONFIG(", \"headers\": {\"x-trace\": \"a\\r\\nx-evil: 1\"}"),
      CONFIG(", \"headers\": {\"x-trace\": \"a\\nb\"}"),
      CONFIG(", \"headers\": {\"x-trace\": \"a\\u0000b\"}"),
      CONFIG(", \"headers\": {\"x-trace: 1\\r\\nx-evil\": \"b\"}"),
      CONFIG(", \"headers\": {\"x-trace:\": \"b\"}"),
      CONFIG(", \"headers\": {\"x-trace and\": \"b\"}"),
      CONFIG(", \"headers\": {\"\": \"b\"}"),
  };
  size_t i;
  for (i = 0; i < sizeof configs / sizeof *configs; i++) {
    outcome outcome = create(configs[i]);
    spec_about(configs[i]);
    CHECK(outcome.status == LLM_ERROR_CONFIGURATION || outcome.status == LLM_ERROR_INVALID_ARGUMENT);
    CHECK_HAS(llm_error_message(outcome.error), i < 6 ? "x-trace" : "header");
    outcome_free(&outcome);
  }
}

TEST("a base_url that is not an http or https URL is a configuration error") {
  static const refusal refusals[] = {
      {CONFIG(", \"base_url\": \"\""), "base_url"},
      {CONFIG(", \"base_url\": \"api.example.com\""), "base_url"},
      {CONFIG(", \"base_url\": \"ftp://api.example.com\""), "base_url"},
      {CONFIG(", \"base_url\": \"file:///etc/passwd\""), "base_url"},
      {CONFIG(", \"base_url\": \"https://\""), "base_url"},
      {CONFIG(", \"base_url\": \"https:///v1\""), "base_url"},
      {CONFIG(", \"base_url\": \"https://api.example.com:port/\""), "base_url"},
      {CONFIG(", \"base_url\": \"https://api.exa mple.com/\""), "base_url"},
      {CONFIG(", \"base_url\": \"https://api.example.com/\\r\\nx: y\""), "base_url"},
  };
  CHECK_REFUSED(refusals, LLM_ERROR_CONFIGURATION);
}

TEST("a key that would end its header's line is refused without being shown") {
  outcome outcome = create("{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\\r\\nx: y\"}");
  CHECK(outcome.status == LLM_ERROR_CONFIGURATION || outcome.status == LLM_ERROR_INVALID_ARGUMENT);
  CHECK_HAS(llm_error_message(outcome.error), "api_key");
  outcome_free(&outcome);
}
