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
  char *stats = GARBAGE;
  CHECK_INT(llm_client_stats(none, &stats, &error), LLM_ERROR_INVALID_ARGUMENT);
  CHECK(stats == NULL);
  CHECK_HAS(llm_error_message(error), "client");
  llm_error_free(error);
  CHECK_INT(llm_client_stats(client, NULL, &error), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_HAS(llm_error_message(error), "stats_json");
  llm_error_free(error);
  CHECK_INT(llm_client_stats(client, NULL, NULL), LLM_ERROR_INVALID_ARGUMENT);
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
