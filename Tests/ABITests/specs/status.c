/* llm.h, "status and errors": what holds without a server. */
#include "calls.h"

#include <limits.h>

TEST("a status has the enumerator's name without LLM_ and ERROR_, in lower case") {
  static const struct {
    llm_status status;
    const char *name;
  } names[] = {
      {LLM_OK, "ok"},
      {LLM_PENDING, "pending"},
      {LLM_END, "end"},
      {LLM_TOO_SMALL, "too_small"},
      {LLM_ERROR_INVALID_ARGUMENT, "invalid_argument"},
      {LLM_ERROR_CONFIGURATION, "configuration"},
      {LLM_ERROR_AUTHENTICATION, "authentication"},
      {LLM_ERROR_NOT_FOUND, "not_found"},
      {LLM_ERROR_BAD_REQUEST, "bad_request"},
      {LLM_ERROR_CONTEXT_LENGTH, "context_length"},
      {LLM_ERROR_CONTENT_FILTERED, "content_filtered"},
      {LLM_ERROR_RATE_LIMITED, "rate_limited"},
      {LLM_ERROR_LOCAL_LIMIT, "local_limit"},
      {LLM_ERROR_SERVER, "server"},
      {LLM_ERROR_CONNECTION, "connection"},
      {LLM_ERROR_TIMEOUT, "timeout"},
      {LLM_ERROR_TRUNCATED, "truncated"},
      {LLM_ERROR_PROTOCOL, "protocol"},
      {LLM_ERROR_CANCELED, "canceled"},
      {LLM_ERROR_FORKED, "forked"},
      {LLM_ERROR_INTERNAL, "internal"},
      {LLM_ERROR_UNSUPPORTED, "unsupported"},
      {LLM_ERROR_TOO_LARGE, "too_large"},
      {LLM_ERROR_QUOTA, "quota"},
      {LLM_ERROR_MEMORY, "memory"},
  };
  size_t i;
  for (i = 0; i < sizeof names / sizeof *names; i++) CHECK_TEXT(llm_status_name(names[i].status), names[i].name);
}

TEST("a number that this version does not know is called unknown") {
  CHECK_TEXT(llm_status_name(4), "unknown");
  CHECK_TEXT(llm_status_name(-22), "unknown");
  CHECK_TEXT(llm_status_name(INT32_MAX), "unknown");
  CHECK_TEXT(llm_status_name(INT32_MIN), "unknown");
}

TEST("the accessors take NULL and give LLM_OK, empty text, 0 or -1") {
  CHECK_INT(llm_error_status(NULL), LLM_OK);
  CHECK_TEXT(llm_error_message(NULL), "");
  CHECK_INT(llm_error_http_status(NULL), 0);
  CHECK_INT(llm_error_retry_after_ms(NULL), -1);
  CHECK_INT(llm_error_is_retryable(NULL), 0);
  CHECK_TEXT(llm_error_json(NULL), "{}");
}

TEST("every destroy and free takes NULL") {
  llm_error_free(NULL);
  llm_client_destroy(NULL);
  llm_free(NULL);
  llm_call_pause(NULL, 1);
  llm_call_cancel(NULL);
  llm_call_free(NULL);
}

TEST("an error's strings stay where they are as long as the error") {
  llm_client *client;
  llm_error *error;
  const char *message, *json;
  int i;
  CHECK_INT(llm_client_create("{\"provider\": \"nobody\"}", &client, &error), LLM_ERROR_CONFIGURATION);
  message = llm_error_message(error);
  json = llm_error_json(error);
  for (i = 0; i < 100; i++) {
    llm_error *other;
    llm_client_create("{\"provider\": 1}", &client, &other);
    llm_error_free(other);
    CHECK(llm_error_message(error) == message);
    CHECK(llm_error_json(error) == json);
  }
  CHECK_HAS(message, "nobody");
  check_member(json, "status", "configuration");
  llm_error_free(error);
}

TEST("an error that came before any response has no HTTP status and no wait, and is not to be retried") {
  outcome outcome = create("{\"provider\": \"nobody\"}");
  CHECK_INT(llm_error_http_status(outcome.error), 0);
  CHECK_INT(llm_error_retry_after_ms(outcome.error), -1);
  CHECK_INT(llm_error_is_retryable(outcome.error), 0);
  outcome_free(&outcome);
}

TEST("the error's JSON has the status, its code and the message; what is not known is absent") {
  static const char *const absent[] = {"http_status", "provider_code", "provider_message", "request_id",
                                       "retry_after_ms", "partial"};
  outcome outcome = create("{\"provider\": \"nobody\"}");
  const char *json = llm_error_json(outcome.error);
  size_t i;
  check_member(json, "status", "configuration");
  check_member(json, "code", "-2");
  check_member(json, "message", llm_error_message(outcome.error));
  for (i = 0; i < sizeof absent / sizeof *absent; i++) {
    spec_about(absent[i]);
    CHECK(!json_has(json, absent[i]));
  }
  outcome_free(&outcome);
}
