/* The same exchanges with llm_complete and llm_stream. */
#include "libllm_client.h"
#include "one_at_a_time.h"

static llm_client *client;
static long next;
static double first;

static void use_base(const char *base) {
  llm_client_destroy(client);
  client = client_for(base, "");
}

static void make_call(void) {
  char *response;
  llm_error *error;
  if (llm_complete(client, MESSAGES, &response, &error) != LLM_OK) fail_with(error);
  llm_free(response);
}

static int32_t take(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)user_data;
  if (kind != LLM_EVENT_TEXT) return 0;
  if (next == 0) first = wall_us();
  check_words(data, length, &next);
  return 0;
}

static double make_stream(long events) {
  llm_error *error;
  next = 0;
  if (llm_stream(client, MESSAGES, take, NULL, NULL, &error) != LLM_OK) fail_with(error);
  if (next != events) fail("libllm", "a stream was too short");
  return first;
}

int main(int argc, char **argv) { return argc < 3 ? 2 : measure_all(argc, argv); }
