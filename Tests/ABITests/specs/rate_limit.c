/* llm.h, "rate_limit" in a configuration: who waits, for how long, and who is refused. */
#include "handles.h"

#include <pthread.h>
#include <time.h>

#define LIMITS(members) "\"rate_limit\": {\"per_minute\": 0, \"per_hour\": 0, \"max_concurrent\": 0, " members "}"

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static fault_server *serve_answers(void) {
  fault_server *server = serve();
  reply_json(server, OPENAI_BODY("Hi"));
  return server;
}

/* An answer that comes when the test says "answer". */
static fault_server *serve_held_answers(void) {
  fault_server *server = serve();
  reply(server);
  server_wait(server, "answer");
  server_send(server, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
  return server;
}

/* The call's end. */
static llm_status end_of(llm_call *call) {
  int32_t kind;
  const char *data;
  size_t length;
  llm_status status = llm_call_next(call, -1, &kind, &data, &length, NULL);
  llm_call_free(call);
  return status;
}

TEST("a burst goes at once, and who could not go within max_wait_ms is refused at once with the limit and the wait") {
  fault_server *server = serve_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 3, \"max_wait_ms\": 5000"));
  outcome outcome;
  double began = now_ms();
  int i;
  for (i = 0; i < 3; i++) free(expect_success(complete(client, HELLO)));
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_LOCAL_LIMIT, outcome.error);
  CHECK(now_ms() - began < 10000);
  CHECK_HAS(llm_error_message(outcome.error), "rate_limit.per_minute");
  CHECK(llm_error_retry_after_ms(outcome.error) > 5000 && llm_error_retry_after_ms(outcome.error) <= 20000);
  CHECK_INT(llm_error_is_retryable(outcome.error), 1);
  check_member(llm_error_json(outcome.error), "attempts", "0");
  CHECK_INT(server_count(server, "request"), 3);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("max_wait_ms 0 does not wait") {
  fault_server *server = serve_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 1, \"max_wait_ms\": 0"));
  free(expect_success(complete(client, HELLO)));
  expect_failure(complete(client, HELLO), LLM_ERROR_LOCAL_LIMIT, "rate_limit.per_minute");
  llm_client_destroy(client);
}

TEST("a call waits until the bucket has refilled") {
  fault_server *server = serve_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 300, \"burst\": 1"));
  double began;
  free(expect_success(complete(client, HELLO)));
  began = now_ms();
  free(expect_success(complete(client, HELLO)));
  free(expect_success(complete(client, HELLO)));
  CHECK(now_ms() - began >= 350);
  llm_client_destroy(client);
}

TEST("clients with the same provider, key and limits share them; scope client does not") {
  fault_server *server = serve_answers();
  const char *limits = LIMITS("\"per_minute\": 1, \"max_wait_ms\": 0");
  llm_client *one = client_for(server, "openai", limits), *other = client_for(server, "openai", limits);
  llm_client *own = client_for(server, "openai", LIMITS("\"per_minute\": 1, \"max_wait_ms\": 0, \"scope\": \"client\""));
  free(expect_success(complete(one, HELLO)));
  expect_failure(complete(other, HELLO), LLM_ERROR_LOCAL_LIMIT, "rate_limit.per_minute");
  free(expect_success(complete(own, HELLO)));
  /* Another key is another account. */
  free(expect_success(complete(other, "{\"messages\": " HELLO ", \"api_key\": \"sk-another-key\"}")));
  llm_client_destroy(own);
  llm_client_destroy(other);
  llm_client_destroy(one);
}

TEST("no more calls than max_concurrent are under way, and the next goes when one has ended") {
  fault_server *server = serve_held_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"max_concurrent\": 2"));
  llm_call *calls[3];
  int i;
  for (i = 0; i < 3; i++) calls[i] = start_call(client, LLM_OP_COMPLETE, HELLO);
  server_await(server, "request", 2);
  CHECK(!server_saw(server, "request", 3, 200));
  server_signal(server, "answer");
  server_await(server, "request", 3);
  for (i = 0; i < 3; i++) CHECK_INT(end_of(calls[i]), LLM_ERROR_PROTOCOL);
  llm_client_destroy(client);
}

TEST("whoever is cancelled in the queue ends at once and has used up nothing") {
  fault_server *server = serve_held_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 2, \"max_concurrent\": 1, \"max_wait_ms\": 60000"));
  llm_call *first = start_call(client, LLM_OP_COMPLETE, HELLO), *queued, *last;
  double began;
  server_await(server, "request", 1);
  queued = start_call(client, LLM_OP_COMPLETE, HELLO);
  llm_call_cancel(queued);
  began = now_ms();
  CHECK_INT(end_of(queued), LLM_ERROR_CANCELED);
  CHECK(now_ms() - began < 5000);
  /* The second of two a minute is still there. */
  last = start_call(client, LLM_OP_COMPLETE, HELLO);
  server_signal(server, "answer");
  CHECK_INT(end_of(first), LLM_ERROR_PROTOCOL);
  server_await(server, "request", 2);
  CHECK_INT(end_of(last), LLM_ERROR_PROTOCOL);
  llm_client_destroy(client);
}

TEST("destroying the client ends the calls in the queue") {
  fault_server *server = serve_held_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"max_concurrent\": 1"));
  llm_call *first = start_call(client, LLM_OP_COMPLETE, HELLO), *queued = start_call(client, LLM_OP_COMPLETE, HELLO);
  server_await(server, "request", 1);
  llm_client_destroy(client);
  CHECK_INT(end_of(queued), LLM_ERROR_CANCELED);
  CHECK_INT(end_of(first), LLM_ERROR_CANCELED);
}

TEST("timeout.total_ms covers the wait in the queue") {
  fault_server *server = serve_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 1") ", \"timeout\": {\"total_ms\": 200}");
  free(expect_success(complete(client, HELLO)));
  expect_failure(complete(client, HELLO), LLM_ERROR_TIMEOUT, "timeout.total_ms");
  llm_client_destroy(client);
}

TEST("calls are served in the order in which they came") {
  fault_server *server = serve_held_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"max_concurrent\": 1"));
  llm_call *calls[5];
  int i;
  for (i = 0; i < 5; i++) {
    char *request = spec_format("[{\"role\":\"user\",\"content\":\"number %d\"}]", i);
    calls[i] = start_call(client, LLM_OP_COMPLETE, request);
    free(request);
  }
  server_signal(server, "answer");
  for (i = 0; i < 5; i++) {
    char *want = spec_format("number %d", i), *body;
    CHECK_INT(end_of(calls[i]), LLM_ERROR_PROTOCOL);
    body = server_body(server, i);
    CHECK_HAS(body, want);
    free(body);
    free(want);
  }
  llm_client_destroy(client);
}

TEST("a retry goes through the limiter again") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 2, \"max_wait_ms\": 0")
                                  ", \"retry\": {\"strategy\": \"fixed\", \"initial_delay_ms\": 1, \"max_retries\": 5}");
  outcome outcome;
  reply_with(server, "503 Service Unavailable", "", "");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_LOCAL_LIMIT, outcome.error);
  check_member(llm_error_json(outcome.error), "attempts", "2");
  CHECK_INT(server_count(server, "request"), 2);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("what the server says is left holds before it has to refuse") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", NULL);
  double began;
  reply_with(server, "200 OK",
             "content-type: application/json\r\nx-ratelimit-limit-requests: 10\r\nx-ratelimit-remaining-requests: 0\r\n"
             "x-ratelimit-reset-requests: 400ms\r\n",
             OPENAI_BODY("Hi"));
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  began = now_ms();
  free(expect_success(complete(client, HELLO)));
  CHECK(now_ms() - began >= 350);
  llm_client_destroy(client);
}

TEST("a 429 holds the other calls too, unless adaptive is false") {
  int adaptive;
  for (adaptive = 0; adaptive < 2; adaptive++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, "openai", adaptive ? LIMITS("\"adaptive\": true, \"max_wait_ms\": 0")
                                                               : LIMITS("\"adaptive\": false, \"max_wait_ms\": 0"));
    outcome outcome;
    reply_with(server, "429 Too Many Requests", "retry-after: 30\r\n", "{}");
    reply_json(server, OPENAI_BODY("Hi"));
    expect_failure(complete(client, HELLO), LLM_ERROR_RATE_LIMITED, NULL);
    outcome = complete(client, HELLO);
    CHECK_STATUS(outcome.status, adaptive ? LLM_ERROR_LOCAL_LIMIT : LLM_OK, outcome.error);
    outcome_free(&outcome);
    llm_client_destroy(client);
  }
}

TEST("a call that asks for more tokens than the minute has is refused, and the real usage counts afterwards") {
  fault_server *server = serve_answers();
  llm_client *client = client_for(server, "openai", LIMITS("\"tokens_per_minute\": 100, \"max_wait_ms\": 0"));
  outcome outcome = complete(client, "{\"messages\": " HELLO ", \"max_tokens\": 200}");
  CHECK_STATUS(outcome.status, LLM_ERROR_LOCAL_LIMIT, outcome.error);
  CHECK_HAS(llm_error_message(outcome.error), "rate_limit.tokens_per_minute");
  CHECK_INT(llm_error_is_retryable(outcome.error), 0);
  outcome_free(&outcome);
  /* Each reserves 62 and uses 29: two go, and then there is not enough for a third. */
  free(expect_success(complete(client, "{\"messages\": " HELLO ", \"max_tokens\": 60}")));
  free(expect_success(complete(client, "{\"messages\": " HELLO ", \"max_tokens\": 60}")));
  expect_failure(complete(client, "{\"messages\": " HELLO ", \"max_tokens\": 60}"), LLM_ERROR_LOCAL_LIMIT,
                 "rate_limit.tokens_per_minute");
  llm_client_destroy(client);
}

TEST("a health check is not held up by the limits") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", LIMITS("\"per_minute\": 1, \"max_wait_ms\": 0"));
  char *report;
  reply_json(server, OPENAI_BODY("Hi"));
  reply_json(server, "{\"data\": []}");
  free(expect_success(complete(client, HELLO)));
  report = expect_success(health_check(client, NULL));
  check_member(report, "healthy", "true");
  free(report);
  llm_client_destroy(client);
}
