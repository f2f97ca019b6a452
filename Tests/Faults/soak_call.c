#include "soak_call.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNWRITTEN ((void *)(uintptr_t)0x5a5a5a5a) /* every output is always written */

void broken(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("BROKEN: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _Exit(1);
}

/* ------------------------------------------------------------------------------------------------------------ handles */

struct handle {
  pthread_mutex_t lock;
  llm_call *call;
};

struct handle *handle_new(void) {
  struct handle *handle = calloc(1, sizeof *handle);
  if (!handle || pthread_mutex_init(&handle->lock, NULL) != 0) broken("no memory");
  return handle;
}

static void handle_set(struct handle *handle, llm_call *call) {
  pthread_mutex_lock(&handle->lock);
  handle->call = call;
  pthread_mutex_unlock(&handle->lock);
}

void handle_cancel(struct handle *handle) {
  pthread_mutex_lock(&handle->lock);
  llm_call_cancel(handle->call);
  pthread_mutex_unlock(&handle->lock);
}

/* ------------------------------------------------------------------------------------------------------------- checks */

static int attempts_in(const char *json) {
  const char *found = strstr(json, "\"attempts\":");
  return found ? atoi(found + strlen("\"attempts\":")) : 0;
}

static void check_answer(const struct job *job, const char *response) {
  char wanted[64];
  snprintf(wanted, sizeof wanted, "\"content\":\"echo %ld\"", job->number);
  if (!strstr(response, wanted)) broken("call %ld was answered with %s", job->number, response);
}

/* The end of a call: frees what it gave. */
static struct result ended(const struct job *job, llm_status status, const char *response, llm_error *error) {
  struct result result;
  if (response == UNWRITTEN || error == UNWRITTEN) broken("call %ld left an output unwritten", job->number);
  if (status > LLM_OK || (status == LLM_OK) != (response != NULL) || (status == LLM_OK) != (error == NULL))
    broken("call %ld ended with %s and %s response", job->number, llm_status_name(status), response ? "a" : "no");
  if (response) check_answer(job, response);
  if (error && llm_error_status(error) != status) broken("call %ld has two statuses", job->number);
  result.status = status;
  result.attempts = attempts_in(response ? response : llm_error_json(error));
  llm_error_free(error);
  return result;
}

static char *request_of(const struct job *job, char *text, size_t size) {
  snprintf(text, size, "[{\"role\":\"user\",\"content\":\"call %ld\"}]", job->number);
  return text;
}

/* ----------------------------------------------------------------------------------------------------- blocking calls */

struct listener {
  const struct job *job;
  int ends;    /* RESPONSE events */
  int stopped; /* it asked for no more */
};

static int32_t hear(int32_t kind, const char *data, size_t length, void *user_data) {
  struct listener *listener = user_data;
  if (listener->ends || listener->stopped) broken("call %ld: an event after the last one", listener->job->number);
  if (data[length] != '\0') broken("call %ld: an event without a NUL behind it", listener->job->number);
  if (kind == LLM_EVENT_RESPONSE) listener->ends++;
  else if (listener->job->stops) listener->stopped = 1;
  return listener->stopped;
}

static struct result block(llm_client *client, const struct job *job) {
  char request[96], *response = UNWRITTEN;
  llm_error *error = UNWRITTEN;
  struct listener listener = {job, 0, 0};
  struct result result;
  llm_status status;
  request_of(job, request, sizeof request);
  if (job->way == COMPLETE) {
    status = llm_complete(client, request, &response, &error);
  } else {
    status = llm_stream(client, request, hear, &listener, &response, &error);
    if (listener.ends != (status == LLM_OK)) broken("call %ld: %d ends for the callback", job->number, listener.ends);
    /* It may have failed of itself in the moment before. */
    if (listener.stopped && status == LLM_OK) broken("call %ld was stopped and succeeded", job->number);
  }
  result = ended(job, status, response, error);
  llm_free(response);
  return result;
}

/* ------------------------------------------------------------------------------------------------------------ handles */

static struct result read_to_the_end(llm_call *call, const struct job *job) {
  char *response = NULL;
  llm_error *error = NULL;
  struct result result;
  llm_status status, after;
  const char *data;
  size_t length;
  for (;;) {
    int32_t kind;
    status = llm_call_next(call, 30000, &kind, &data, &length, &error);
    if (status == LLM_PENDING) broken("call %ld did not end within 30 s", job->number);
    if (status != LLM_OK) break;
    if (response) broken("call %ld: an event after the last one", job->number);
    if (kind == LLM_EVENT_RESPONSE && !(response = strdup(data))) broken("no memory");
  }
  if ((status == LLM_END) != (response != NULL)) broken("call %ld ended with %d", job->number, (int)status);
  result = ended(job, status == LLM_END ? LLM_OK : status, response, error);
  after = llm_call_next(call, 0, NULL, &data, &length, NULL);
  if (after != LLM_END) broken("call %ld ended twice: %s", job->number, llm_status_name(after));
  free(response);
  return result;
}

static llm_call *started(llm_client *client, const struct job *job) {
  char request[96];
  llm_call *call = UNWRITTEN;
  llm_error *error = UNWRITTEN;
  int32_t operation = job->way == CALL_STREAM ? LLM_OP_STREAM : LLM_OP_COMPLETE;
  llm_status status = llm_call_start(client, operation, request_of(job, request, sizeof request), NULL, 0, &call, &error);
  if (status != LLM_OK) broken("call %ld did not start: %s", job->number, llm_error_message(error));
  return call;
}

struct result make_call(llm_client *client, const struct job *job, struct handle *handle) {
  struct result result;
  llm_call *call;
  if (job->way == COMPLETE || job->way == STREAM) return block(client, job);
  call = started(client, job);
  handle_set(handle, call);
  result = read_to_the_end(call, job);
  handle_set(handle, NULL);
  llm_call_free(call);
  return result;
}

struct result destroy_under_call(llm_client *client, const struct job *job) {
  llm_call *call = started(client, job);
  struct result result;
  llm_client_destroy(client);
  result = read_to_the_end(call, job);
  llm_call_free(call);
  return result;
}
