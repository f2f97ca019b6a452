/* llm.h, "retry" in a configuration: what is sent again, when, and how often. */
#include "calls.h"

#include <pthread.h>
#include <time.h>

#define FAST "\"retry\": {\"strategy\": \"fixed\", \"initial_delay_ms\": 10"
#define ERROR_EVENT(type) "data: {\"error\":{\"message\":\"Words.\",\"type\":\"" type "\"}}\n\n"

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* A stream whose whole body is `events`. */
static void reply_stream(fault_server *server, const char *events) {
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, events);
  server_close(server);
}

static void check_attempts(const outcome *outcome, const char *want) {
  check_member(outcome->error ? llm_error_json(outcome->error) : outcome->response, "attempts", want);
}

TEST("an attempt that fails in passing is made again, and the response says how many there were") {
  static const char *const statuses[] = {"408 Request Timeout",     "409 Conflict",          "429 Too Many Requests",
                                         "500 Internal Error",      "502 Bad Gateway",       "503 Service Unavailable",
                                         "504 Gateway Timeout",     "529 Overloaded"};
  size_t i;
  for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
    outcome outcome;
    spec_about(statuses[i]);
    reply_with(server, statuses[i], "", "{}");
    reply_with(server, statuses[i], "", "{}");
    reply_json(server, OPENAI_BODY("Hi"));
    outcome = complete(client, HELLO);
    CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
    check_attempts(&outcome, "3");
    outcome_free(&outcome);
    llm_client_destroy(client);
  }
}

TEST("after max_retries the last failure is the call's, with the number of attempts") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 2}");
  outcome outcome;
  reply_with(server, "503 Service Unavailable", "", "down");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_SERVER, outcome.error);
  check_attempts(&outcome, "3");
  CHECK_INT(server_count(server, "request"), 3);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("what would fail again is not made again") {
  static const char *const statuses[] = {"400 Bad Request", "401 Unauthorized",      "403 Forbidden",
                                         "404 Not Found",   "413 Content Too Large", "422 Unprocessable Content"};
  size_t i;
  for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
    outcome outcome;
    spec_about(statuses[i]);
    reply_with(server, statuses[i], "", "{}");
    outcome = stream(client, HELLO, ignore_event, NULL);
    CHECK(outcome.status < 0);
    check_attempts(&outcome, "1");
    outcome_free(&outcome);
    llm_client_destroy(client);
  }
}

TEST("a connection that is refused, reset or cut in a body is made again") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 4}");
  outcome outcome;
  reply(server);
  server_reset(server);
  reply(server);
  server_close(server);
  reply(server);
  server_send(server, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"choices\"");
  server_close(server);
  reply_json(server, OPENAI_BODY("Hi"));
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
  /* libcurl itself sends a request again whose kept connection turned out dead; such a repeat is no attempt of ours. */
  CHECK(json_has(outcome.response, "attempts"));
  CHECK(server_count(server, "request") >= 4);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("a stream whose first event is an error of the passing kind is made again") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
  events *events = events_new();
  outcome outcome;
  reply_stream(server, ERROR_EVENT("server_error"));
  reply_stream(server, ERROR_EVENT("rate_limit_exceeded"));
  reply_stream(server, OPENAI_TEXT("Hi") OPENAI_END);
  outcome = stream(client, HELLO, collect, events);
  CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
  check_attempts(&outcome, "3");
  CHECK_TEXT(events->text, "Hi");
  CHECK_INT(events_of_kind(events, LLM_EVENT_RESPONSE), 1);
  outcome_free(&outcome);
  events_free(events);
  llm_client_destroy(client);
}

TEST("a first event with another error ends the call") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
  outcome outcome;
  reply_stream(server, ERROR_EVENT("invalid_request_error"));
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(outcome.status, LLM_ERROR_BAD_REQUEST, outcome.error);
  check_attempts(&outcome, "1");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("nothing is made again once an event was delivered") {
  static const char *const ends[] = {ERROR_EVENT("server_error"), ""};
  static const llm_status statuses[] = {LLM_ERROR_SERVER, LLM_ERROR_TRUNCATED};
  int i;
  for (i = 0; i < 2; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
    events *events = events_new();
    outcome outcome;
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_send(server, OPENAI_TEXT("Half an ans"));
    server_send(server, ends[i]);
    server_close(server);
    outcome = stream(client, HELLO, collect, events);
    CHECK_STATUS(outcome.status, statuses[i], outcome.error);
    check_attempts(&outcome, "1");
    check_member(llm_error_json(outcome.error), "partial.content", "Half an ans");
    CHECK_TEXT(events->text, "Half an ans");
    CHECK_INT(server_count(server, "request"), 1);
    outcome_free(&outcome);
    events_free(events);
    llm_client_destroy(client);
  }
}

TEST("the server's wait is kept, whichever way it is said") {
  static const char *const headers[] = {"retry-after-ms: 300\r\n", "retry-after: 0.3\r\n",
                                        "retry-after-ms: 300\r\nretry-after: 30\r\n"};
  int i;
  for (i = 0; i < 3; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, "openai", "\"retry\": {\"max_retries\": 1, \"initial_delay_ms\": 0}");
    outcome outcome;
    double began;
    spec_about(headers[i]);
    reply_with(server, "429 Too Many Requests", headers[i], "{}");
    reply_json(server, OPENAI_BODY("Hi"));
    began = now_ms();
    outcome = complete(client, HELLO);
    CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
    CHECK(now_ms() - began >= 300);
    check_attempts(&outcome, "2");
    outcome_free(&outcome);
    llm_client_destroy(client);
  }
}

TEST("a wait longer than max_server_wait_ms ends the call with the wait in the error") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_server_wait_ms\": 1000}");
  outcome outcome;
  reply_with(server, "429 Too Many Requests", "retry-after: 2\r\n", "{}");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_RATE_LIMITED, outcome.error);
  CHECK_INT(llm_error_retry_after_ms(outcome.error), 2000);
  check_attempts(&outcome, "1");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("x-should-retry counts before the status") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
  outcome outcome;
  reply_with(server, "400 Bad Request", "x-should-retry: true\r\n", "{}");
  reply_with(server, "503 Service Unavailable", "x-should-retry: false\r\n", "{}");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_SERVER, outcome.error);
  check_attempts(&outcome, "2");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("strategy none makes one attempt") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"retry\": {\"strategy\": \"none\", \"max_retries\": 3}");
  outcome outcome;
  reply_with(server, "503 Service Unavailable", "", "");
  outcome = complete(client, HELLO);
  check_attempts(&outcome, "1");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("all attempts of a call carry one idempotency key, and other calls other ones") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
  char *keys[3];
  int i;
  reply_with(server, "503 Service Unavailable", "", "");
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  free(expect_success(complete(client, HELLO)));
  for (i = 0; i < 3; i++) {
    char *request = server_request(server, i);
    char *at = strstr(request, "idempotency-key: ");
    CHECK(at != NULL);
    keys[i] = spec_format("%.*s", (int)strcspn(at, "\r\n"), at);
    free(request);
  }
  CHECK_TEXT(keys[1], keys[0]);
  CHECK(strcmp(keys[2], keys[1]) != 0);
  for (i = 0; i < 3; i++) free(keys[i]);
  llm_client_destroy(client);
}

TEST("the list of models is asked for again, a health check is not") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", FAST ", \"max_retries\": 3}");
  char *report;
  reply_with(server, "503 Service Unavailable", "", "");
  reply_json(server, "{\"data\": [{\"id\": \"m\"}]}");
  reply_with(server, "503 Service Unavailable", "", "");
  free(expect_success(list_models(client, NULL)));
  report = expect_success(health_check(client, NULL));
  check_member(report, "healthy", "false");
  check_member(report, "error.attempts", "1");
  free(report);
  CHECK_INT(server_count(server, "request"), 3);
  llm_client_destroy(client);
}

TEST("timeout.total_ms covers the waits between attempts, and its error says why the last one failed") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"retry\": {\"strategy\": \"fixed\", \"initial_delay_ms\": 30000}, "
                                                    "\"timeout\": {\"total_ms\": 300}");
  outcome outcome;
  double began = now_ms();
  reply_with(server, "503 Service Unavailable", "", "gone fishing");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_TIMEOUT, outcome.error);
  CHECK_HAS(llm_error_message(outcome.error), "gone fishing");
  CHECK(now_ms() - began < 10000);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

static void *cancel_soon(void *call) {
  struct timespec pause = {0, 100 * 1000 * 1000};
  nanosleep(&pause, NULL);
  llm_call_cancel(call);
  return NULL;
}

TEST("a call that backs off is cancelled from another thread at once") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"retry\": {\"strategy\": \"fixed\", \"initial_delay_ms\": 30000}");
  llm_error *error;
  llm_call *call;
  pthread_t thread;
  int32_t kind;
  const char *data;
  size_t length;
  double began = now_ms();
  reply_with(server, "503 Service Unavailable", "", "");
  CHECK_STATUS(llm_call_start(client, LLM_OP_COMPLETE, HELLO, NULL, 0, &call, &error), LLM_OK, error);
  pthread_create(&thread, NULL, cancel_soon, call);
  CHECK_INT(llm_call_next(call, -1, &kind, &data, &length, &error), LLM_ERROR_CANCELED);
  CHECK(now_ms() - began < 10000);
  pthread_join(thread, NULL);
  llm_error_free(error);
  llm_call_free(call);
  llm_client_destroy(client);
}
