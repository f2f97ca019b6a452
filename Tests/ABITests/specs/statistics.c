/* llm.h, llm_client_stats: the shape, its errors, and whose numbers they are. */
#include "children.h"
#include "handles.h"

static char *stats_of(llm_client *client) {
  llm_error *error = GARBAGE;
  char *stats = GARBAGE;
  llm_status status = llm_client_stats(client, &stats, &error);
  check_outcome(status, stats, error);
  CHECK_STATUS(status, LLM_OK, error);
  return stats;
}

TEST("a new client's statistics have every member and no key") {
  static const char *const zeros[] = {
      "calls.started", "calls.succeeded", "calls.failed", "calls.in_flight", "attempts", "retries.total", "errors.total",
      "usage.input_tokens", "usage.output_tokens", "usage.cached_input_tokens", "usage.reasoning_tokens", "queue.waiting",
      "queue.wait_ms.count", "latency_ms.count", "time_to_first_event_ms.count"};
  llm_client *client = openai_client(serve());
  char *stats = stats_of(client);
  size_t i;
  check_member(stats, "provider", "openai");
  for (i = 0; i < sizeof zeros / sizeof *zeros; i++) check_member(stats, zeros[i], "0");
  CHECK(!json_has(stats, "latency_ms.p50"));
  free(stats);
  llm_client_destroy(client);
}

TEST("NULL is an invalid argument that is named") {
  llm_client *client = openai_client(serve()), *none = NULL;
  llm_error *error = GARBAGE;
  char *stats = GARBAGE, **nowhere = NULL;
  CHECK_INT(llm_client_stats(none, &stats, &error), LLM_ERROR_INVALID_ARGUMENT);
  CHECK(stats == NULL);
  CHECK_HAS(llm_error_message(error), "client");
  llm_error_free(error);
  CHECK_INT(llm_client_stats(client, nowhere, &error), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_HAS(llm_error_message(error), "stats_json");
  llm_error_free(error);
  CHECK_INT(llm_client_stats(client, nowhere, NULL), LLM_ERROR_INVALID_ARGUMENT);
  llm_client_destroy(client);
}

static void ask_for_parents(void *client) {
  llm_error *error = GARBAGE;
  char *stats = GARBAGE;
  CHECK_INT(llm_client_stats(client, &stats, &error), LLM_ERROR_FORKED);
  CHECK(stats == NULL);
  llm_error_free(error);
  client = openai_client(serve());
  free(stats_of(client));
  llm_client_destroy(client);
}

TEST("in a forked child the parent's client gives LLM_ERROR_FORKED, and a new one has statistics of its own") {
  llm_client *client = openai_client(serve());
  check_child(ask_for_parents, client);
  free(stats_of(client));
  llm_client_destroy(client);
}

static void reply_once_down_then_well(fault_server *server) {
  reply_with(server, "503 Service Unavailable", "", "");
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  reply_with(server, "401 Unauthorized", "", "{\"error\":{\"message\":\"no\"}}");
}

TEST("calls, attempts, retries, errors, tokens and times are counted, and are in the numbers when a call has ended") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"retry\": {\"strategy\": \"fixed\", \"initial_delay_ms\": 1}");
  char *stats;
  reply_once_down_then_well(server);
  free(expect_success(stream(client, HELLO, ignore_event, NULL)));
  expect_failure(complete(client, HELLO), LLM_ERROR_AUTHENTICATION, NULL);
  stats = stats_of(client);
  check_member(stats, "calls.started", "2");
  check_member(stats, "calls.succeeded", "1");
  check_member(stats, "calls.failed", "1");
  check_member(stats, "calls.in_flight", "0");
  check_member(stats, "attempts", "3");
  check_member(stats, "retries.total", "1");
  check_member(stats, "retries.server", "1");
  check_member(stats, "errors.total", "1");
  check_member(stats, "errors.authentication", "1");
  check_member(stats, "usage.input_tokens", "19");
  check_member(stats, "usage.output_tokens", "10");
  check_member(stats, "latency_ms.count", "1");
  check_member(stats, "time_to_first_event_ms.count", "1");
  CHECK(json_number(stats, "latency_ms.p99", -1) > 0);
  CHECK_LACKS(stats, TEST_KEY);
  free(stats);
  llm_client_destroy(client);
}

TEST("who waits for the limiter is in the queue's numbers, and out of them when cancelled") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"rate_limit\": {\"per_minute\": 0, \"per_hour\": 0, \"max_concurrent\": 1}");
  llm_call *first, *second;
  char *stats;
  reply(server);
  server_hang(server);
  first = start_call(client, LLM_OP_COMPLETE, HELLO);
  server_await(server, "request", 1);
  second = start_call(client, LLM_OP_COMPLETE, HELLO);
  do {
    stats = stats_of(client);
    if (json_number(stats, "queue.waiting", -1) == 1) break;
    free(stats);
  } while (next_turn(second, 5).status == LLM_PENDING);
  check_member(stats, "queue.waiting", "1");
  check_member(stats, "calls.in_flight", "2");
  free(stats);
  llm_call_cancel(second);
  check_fails(second, LLM_ERROR_CANCELED, NULL);
  stats = stats_of(client);
  check_member(stats, "queue.waiting", "0");
  check_member(stats, "queue.wait_ms.count", "1");
  check_member(stats, "errors.canceled", "1");
  free(stats);
  llm_call_free(second);
  llm_call_free(first);
  llm_client_destroy(client);
}
