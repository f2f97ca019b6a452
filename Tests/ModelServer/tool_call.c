/* A tool call goes round: `tool_call URL PROVIDER`. Prints the call's arguments as they stand in the response, and what the
 * model says to the result. (Without a JSON library: what it looks for stands once in this answer.) */
#include <llm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUESTION "{\"role\": \"user\", \"content\": \"What is the weather in Paris?\"}"
#define TOOLS                                                                                                      \
  "[{\"type\": \"function\", \"function\": {\"name\": \"get_weather\", \"description\": \"Tells the weather in a city\", " \
  "\"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}, \"required\": [\"city\"]}}}]"

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static char *ask(llm_client *client, const char *messages) {
  char request[8192], *response;
  llm_error *error;
  snprintf(request, sizeof request, "{\"messages\": [%s], \"tools\": " TOOLS "}", messages);
  if (llm_complete(client, request, &response, &error) != LLM_OK) fail(llm_error_message(error));
  return response;
}

/* The text between `before` and the first `after` behind it, which is the caller's to free. */
static char *between(const char *text, const char *before, const char *after) {
  const char *begin = strstr(text, before), *end;
  char *found;
  if (!begin || !(end = strstr(begin + strlen(before), after))) fail(text);
  begin += strlen(before);
  found = calloc(1, (size_t)(end - begin) + 1);
  if (!found) fail("no memory");
  memcpy(found, begin, (size_t)(end - begin));
  return found;
}

int main(int argc, char **argv) {
  char configuration[512], messages[4096], *first, *second, *message, *id, *arguments, *content;
  llm_client *client;
  llm_error *error;
  if (argc != 3) fail("usage: tool_call URL PROVIDER");
  snprintf(configuration, sizeof configuration,
           "{\"provider\": \"%s\", \"base_url\": \"%s\", \"model\": \"SmolLM2-135M\", \"max_tokens\": 60, "
           "\"temperature\": 0, \"api_key\": \"none\"}",
           argv[2], argv[1]);
  if (llm_client_create(configuration, &client, &error) != LLM_OK) fail(llm_error_message(error));
  first = ask(client, QUESTION);
  message = between(first, "\"message\":", ",\"finish_reason\"");
  id = between(message, "\"tool_calls\":[{\"id\":\"", "\"");
  arguments = between(message, "\"arguments\":", "}}]");
  snprintf(messages, sizeof messages,
           QUESTION ", %s, {\"role\": \"tool\", \"tool_call_id\": \"%s\", \"content\": \"17 degrees, rain\"}", message, id);
  second = ask(client, messages);
  content = between(second, "\"content\":", ",\"message\"");
  printf("{\"arguments\": %s, \"content\": %s}\n", arguments, content);
  free(message), free(id), free(arguments), free(content);
  llm_free(first), llm_free(second);
  llm_client_destroy(client);
  return 0;
}
