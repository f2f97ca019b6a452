/*
 * Makes calls that another program asks for: a line of JSON on standard input is one job, a line on standard output its
 * result, until the input ends.
 *
 *   job     {"config": {...}, "operation": "complete" | "stream" | "embed" | "list_models", "request": {...}}
 *   result  {"status": number, "response": {...}, "text": "all TEXT events, joined", "tool_calls": [each TOOL_CALL
 *            event], "last": the kind of the last event} where the status is 0, without events of all but stream;
 *           {"status": number, "error": {...}, "reported": the error's own status, "text", "tool_calls", "last"} where not
 *
 * list_models goes through llm_call_start and llm_call_next, the others through the blocking functions. A job
 * that cannot be read, or an output that the library did not write, ends the program with status 2.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <llm.h>

#include "json.h"

#define UNWRITTEN ((void *)(uintptr_t)0x5a5a5a5a) /* what nothing allocated: every output is always written */

static void give_up(const char *why) {
  fprintf(stderr, "driver: %s\n", why);
  exit(2);
}

typedef struct {
  char *data;
  size_t length, capacity;
} text;

static void add(text *to, const char *data, size_t length) {
  if (to->length + length + 1 > to->capacity) {
    to->capacity = 2 * (to->length + length + 1);
    to->data = realloc(to->data, to->capacity);
    if (!to->data) give_up("no memory");
  }
  memcpy(to->data + to->length, data, length);
  to->length += length;
  to->data[to->length] = '\0';
}

/* What one call handed out. */
typedef struct {
  text joined, tool_calls;
  int32_t last;
} heard;

static int32_t hear(int32_t kind, const char *data, size_t length, void *user_data) {
  heard *events = user_data;
  if (events->last == LLM_EVENT_RESPONSE) give_up("an event came after the response");
  if (data[length] != '\0') give_up("an event's data is not followed by a NUL");
  events->last = kind;
  if (kind == LLM_EVENT_TEXT) add(&events->joined, data, length);
  if (kind == LLM_EVENT_TOOL_CALL) {
    if (events->tool_calls.length) add(&events->tool_calls, ",", 1);
    add(&events->tool_calls, data, length);
  }
  return 0;
}

static char *copy(const char *data) {
  char *own = malloc(strlen(data) + 1);
  if (!own) give_up("no memory");
  return strcpy(own, data);
}

/* Reads the call to its end. The response is yours to free, with free. */
static llm_status list_models(llm_client *client, const char *request, char **response, llm_error **error) {
  llm_call *call = UNWRITTEN;
  int32_t kind;
  const char *data;
  size_t length;
  llm_status status = llm_call_start(client, LLM_OP_LIST_MODELS, request, NULL, 0, &call, error);
  *response = NULL;
  if (status != LLM_OK) return status;
  for (;;) {
    status = llm_call_next(call, -1, &kind, &data, &length, error);
    if (status == LLM_OK && kind == LLM_EVENT_RESPONSE && !*response) *response = copy(data);
    else if (status == LLM_OK) give_up("an event that is not the one response");
    else if (status != LLM_PENDING) break;
  }
  llm_call_free(call);
  return status == LLM_END ? LLM_OK : status;
}

static void answer(llm_status status, const char *response, const llm_error *error, const heard *events) {
  char *quoted = json_quote(events->joined.data ? events->joined.data : "", events->joined.length);
  if (response == UNWRITTEN || error == UNWRITTEN) give_up("an output was not written");
  if ((status == LLM_OK) != (response != NULL) || (status == LLM_OK) != (error == NULL))
    give_up("neither a response nor an error, or both");
  printf("{\"status\": %d, ", (int)status);
  if (response) printf("\"response\": %s, ", response);
  else printf("\"error\": %s, \"reported\": %d, ", llm_error_json(error), (int)llm_error_status(error));
  printf("\"text\": %s, \"tool_calls\": [%s], \"last\": %d}\n", quoted,
         events->tool_calls.data ? events->tool_calls.data : "", (int)events->last);
  fflush(stdout);
  free(quoted);
}

static void work(const char *job) {
  char *config = json_text(job, "config", NULL), *operation = json_text(job, "operation", NULL);
  char *request = json_text(job, "request", NULL), *response = UNWRITTEN;
  llm_client *client = UNWRITTEN;
  llm_error *error = UNWRITTEN;
  heard events;
  llm_status status;
  memset(&events, 0, sizeof events);
  if (!config || !operation || !request) give_up("a job has config, operation and request");
  status = llm_client_create(config, &client, &error);
  if (status != LLM_OK) {
    response = NULL;
  } else if (strcmp(operation, "complete") == 0) {
    status = llm_complete(client, request, &response, &error);
  } else if (strcmp(operation, "stream") == 0) {
    status = llm_stream(client, request, hear, &events, &response, &error);
  } else if (strcmp(operation, "embed") == 0) {
    status = llm_embed(client, request, &response, &error);
  } else if (strcmp(operation, "list_models") == 0) {
    status = list_models(client, request, &response, &error);
  } else {
    give_up("no such operation");
  }
  answer(status, response, error, &events);
  if (strcmp(operation, "list_models") == 0) free(response);
  else llm_free(response);
  llm_error_free(error);
  llm_client_destroy(client);
  free(events.joined.data);
  free(events.tool_calls.data);
  free(config);
  free(operation);
  free(request);
}

int main(void) {
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  while ((length = getline(&line, &capacity, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    work(line);
  }
  free(line);
  return 0;
}
