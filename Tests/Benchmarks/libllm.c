/* The same exchanges with llm_complete and llm_stream. */
#include <llm.h>

#include "measure.h"

static llm_client *client;
static size_t received;

static void fail(llm_error *error) {
  fprintf(stderr, "libllm: %s\n", llm_error_message(error));
  exit(1);
}

static void call(void) {
  char *response;
  llm_error *error;
  if (llm_complete(client, MESSAGES, &response, &error) != LLM_OK) fail(error);
  llm_free(response);
}

static int32_t count(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)kind, (void)data, (void)user_data;
  received += length;
  return 0;
}

static void stream(void) {
  llm_error *error;
  if (llm_stream(client, MESSAGES, count, NULL, NULL, &error) != LLM_OK) fail(error);
}

int main(int argc, char **argv) {
  char config[512];
  llm_error *error;
  if (argc != 4) return 2;
  snprintf(config, sizeof config,
           "{\"provider\": \"openai\", \"api_key\": \"key\", \"model\": \"m\", \"base_url\": \"%s\", "
           "\"rate_limit\": {\"per_minute\": 0, \"per_hour\": 0, \"max_concurrent\": 0}}",
           argv[1]);
  if (llm_client_create(config, &client, &error) != LLM_OK) fail(error);
  return measure(argv[3], strcmp(argv[2], "stream") == 0 ? stream : call);
}
