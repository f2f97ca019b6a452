/* A client of libllm for a base URL, with no limit of its own, and a word where something fails. */
#ifndef LIBLLM_CLIENT_H
#define LIBLLM_CLIENT_H

#include <llm.h>

#include "measure.h"

static inline void fail_with(llm_error *error) { fail("libllm", llm_error_message(error)); }

/* `more`: further members of the configuration, each with a comma before it. */
static inline llm_client *client_for(const char *base, const char *more) {
  char config[1024];
  llm_client *client;
  llm_error *error;
  snprintf(config, sizeof config,
           "{\"provider\": \"openai\", \"api_key\": \"key\", \"model\": \"m\", \"base_url\": \"%s\", "
           "\"rate_limit\": {\"per_minute\": 0, \"per_hour\": 0, \"max_concurrent\": 0}%s}",
           base, more);
  if (llm_client_create(config, &client, &error) != LLM_OK) fail_with(error);
  return client;
}

#endif
