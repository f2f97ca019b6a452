#include "calls.h"

static char *with_default(char *config, const char *more, const char *name, const char *value) {
  char *quoted = spec_format("\"%s\"", name), *longer = config;
  if (!more || !strstr(more, quoted)) {
    longer = spec_format("%s, %s: %s", config, quoted, value);
    free(config);
  }
  free(quoted);
  return longer;
}

char *config_for(const fault_server *server, const char *provider, const char *more) {
  int openai = strcmp(provider, "openai") == 0;
  char *url = spec_format("\"%s%s\"", server_url(server), openai ? "/v1" : "");
  char *config = spec_format("{\"provider\": \"%s\"", provider), *whole;
  config = with_default(config, more, "base_url", url);
  if (!more || !strstr(more, "\"api_key_env\"")) config = with_default(config, more, "api_key", "\"" TEST_KEY "\"");
  config = with_default(config, more, "model", "\"test-model\"");
  config = with_default(config, more, "retry", "{\"max_retries\": 0}");
  config = with_default(config, more, "rate_limit", "{\"per_minute\": 0, \"per_hour\": 0, \"max_concurrent\": 0}");
  whole = more && *more ? spec_format("%s, %s}", config, more) : spec_format("%s}", config);
  free(url);
  free(config);
  return whole;
}

llm_client *client_with(const char *config_json) {
  llm_client *client = GARBAGE;
  llm_error *error = GARBAGE;
  llm_status status = llm_client_create(config_json, &client, &error);
  CHECK_STATUS(status, LLM_OK, error);
  CHECK(client != NULL && client != GARBAGE);
  CHECK(error == NULL);
  return client;
}

llm_client *client_for(const fault_server *server, const char *provider, const char *more) {
  char *config = config_for(server, provider, more);
  llm_client *client = client_with(config);
  free(config);
  return client;
}

llm_client *openai_client(const fault_server *server) { return client_for(server, "openai", NULL); }

void check_outcome(llm_status status, const char *response, const llm_error *error) {
  CHECK(error != GARBAGE);
  CHECK(response != GARBAGE);
  CHECK_LACKS(response, TEST_KEY);
  if (status == LLM_OK) {
    CHECK(error == NULL);
    CHECK(response != NULL);
    if (*response) CHECK(json_valid(response));
    return;
  }
  CHECK(status < 0);
  CHECK(error != NULL);
  CHECK(response == NULL);
  CHECK_INT(llm_error_status(error), status);
  CHECK(llm_error_message(error)[0] != '\0');
  CHECK(json_valid(llm_error_json(error)));
  CHECK_LACKS(llm_error_message(error), TEST_KEY);
  CHECK_LACKS(llm_error_json(error), TEST_KEY);
}

static outcome checked(outcome outcome) {
  check_outcome(outcome.status, outcome.response, outcome.error);
  return outcome;
}

outcome complete(llm_client *client, const char *request) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_complete(client, request, &result.response, &result.error);
  return checked(result);
}

outcome stream(llm_client *client, const char *request, llm_event_fn on_event, void *user_data) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_stream(client, request, on_event, user_data, &result.response, &result.error);
  return checked(result);
}

outcome analyze(llm_client *client, const char *content, const char *instruction, const char *options) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_analyze(client, content, instruction, options, &result.response, &result.error);
  return checked(result);
}

outcome embed(llm_client *client, const char *request) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_embed(client, request, &result.response, &result.error);
  return checked(result);
}

outcome list_models(llm_client *client, const char *options) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_list_models(client, options, &result.response, &result.error);
  return checked(result);
}

outcome health_check(llm_client *client, const char *options) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_health_check(client, options, &result.response, &result.error);
  return checked(result);
}

outcome config_from_env(const char *provider) {
  outcome result = {0, GARBAGE, GARBAGE};
  result.status = llm_config_from_env(provider, &result.response, &result.error);
  return checked(result);
}

outcome create(const char *config_json) {
  outcome result = {0, NULL, GARBAGE};
  llm_client *client = GARBAGE;
  result.status = llm_client_create(config_json, &client, &result.error);
  CHECK(client != GARBAGE);
  CHECK((client != NULL) == (result.status == LLM_OK));
  llm_client_destroy(client);
  check_outcome(result.status, result.status == LLM_OK ? "" : NULL, result.error);
  return result;
}

outcome start_and_free(llm_client *client, int32_t operation, const char *request) {
  outcome result = {0, NULL, GARBAGE};
  llm_call *call = GARBAGE;
  result.status = llm_call_start(client, operation, request, NULL, 0, &call, &result.error);
  CHECK(call != GARBAGE);
  CHECK((call != NULL) == (result.status == LLM_OK));
  llm_call_free(call);
  check_outcome(result.status, result.status == LLM_OK ? "" : NULL, result.error);
  return result;
}

void outcome_free(outcome *outcome) {
  llm_free(outcome->response);
  llm_error_free(outcome->error);
  outcome->response = NULL;
  outcome->error = NULL;
}

void expect_failure(outcome outcome, llm_status status, const char *message) {
  CHECK_STATUS(outcome.status, status, outcome.error);
  if (message) CHECK_HAS(llm_error_message(outcome.error), message);
  outcome_free(&outcome);
}

char *expect_success(outcome outcome) {
  char *copy;
  CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
  copy = spec_format("%s", outcome.response);
  outcome_free(&outcome);
  return copy;
}

void check_member(const char *json, const char *path, const char *want) {
  char *got = json_text(json, path, NULL);
  if (!got || strcmp(got, want) != 0)
    spec_fail(__FILE__, __LINE__, "%s is \"%.400s\", not \"%.400s\", in %.600s", path, got ? got : "(absent)", want,
              json ? json : "NULL");
  free(got);
}

int is_utf8(const char *data, size_t length) {
  const unsigned char *at = (const unsigned char *)data, *end = at + length;
  while (at < end) {
    size_t more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : 9;
    unsigned char first = *at++;
    if (more == 9 || (size_t)(end - at) < more) return 0;
    if (more && ((first == 0xe0 && *at < 0xa0) || (first == 0xed && *at > 0x9f) || (first == 0xf0 && *at < 0x90) ||
                 (first == 0xf4 && *at > 0x8f)))
      return 0;
    for (; more; more--, at++)
      if ((*at & 0xc0) != 0x80) return 0;
  }
  return 1;
}

int32_t collect(int32_t kind, const char *data, size_t length, void *user_data) {
  events *all = user_data;
  size_t index = all->count++;
  CHECK(index < sizeof all->item / sizeof *all->item);
  CHECK(data != NULL && data[length] == '\0');
  all->item[index].kind = kind;
  all->item[index].data = spec_allocate(length + 1);
  memcpy(all->item[index].data, data, length + 1);
  all->item[index].length = length;
  if (kind == LLM_EVENT_TEXT) {
    CHECK(length > 0);
    CHECK(is_utf8(data, length));
    all->text = realloc(all->text, all->text_length + length + 1);
    CHECK(all->text != NULL);
    memcpy(all->text + all->text_length, data, length + 1);
    all->text_length += length;
  }
  return all->count >= all->answer_from ? all->answer : 0;
}

events *events_new(void) {
  events *all = spec_allocate(sizeof *all);
  memset(all, 0, sizeof *all);
  all->text = spec_format("%s", "");
  return all;
}

void events_free(events *all) {
  size_t i;
  for (i = 0; i < all->count; i++) free(all->item[i].data);
  free(all->text);
  free(all);
}

size_t events_of_kind(const events *all, int32_t kind) {
  size_t i, count = 0;
  for (i = 0; i < all->count; i++) count += all->item[i].kind == kind;
  return count;
}

const char *event_data(const events *all, int32_t kind, size_t index) {
  size_t i;
  for (i = 0; i < all->count; i++)
    if (all->item[i].kind == kind && index-- == 0) return all->item[i].data;
  spec_fail(__FILE__, __LINE__, "there are too few events of kind %d", (int)kind);
}

int32_t ignore_event(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)kind;
  (void)data;
  (void)length;
  (void)user_data;
  return 0;
}
