/* Many exchanges at once with libllm: calls on a queue, which one thread waits for and reads. */
#include "in_flight.h"
#include "libllm_client.h"

static llm_client *client;
static llm_queue *queue;
static llm_call **calls;
static long ended, begun, pieces, *of_stream;
static char *buffer;
static size_t capacity = 1 << 18;

static void open_client(const char *base, const char *path) {
  char url[256];
  llm_error *error;
  snprintf(url, sizeof url, "%s/%s", base, path);
  llm_client_destroy(client);
  client = client_for(url, "");
  if (!queue && llm_queue_create(&queue, &error) != LLM_OK) fail_with(error);
  if (!buffer) buffer = malloc(capacity);
}

static void start(int32_t operation, long tag) {
  llm_error *error;
  if (llm_call_start(client, operation, MESSAGES, queue, (uint64_t)tag, &calls[tag], &error) != LLM_OK) fail_with(error);
}

/* Calls `take` with each event that there is, after a wait for one. */
static void read_events(void (*take)(const llm_event *event)) {
  size_t used;
  if (llm_queue_read(queue, -1, buffer, capacity, &used) != LLM_OK) return;
  for (size_t at = 0; at < used;) {
    const llm_event *event = (const llm_event *)(buffer + at);
    if (event->kind == LLM_EVENT_ERROR) fail("libllm", (const char *)(event + 1));
    take(event);
    at += sizeof *event + (event->length / 8 + 1) * 8;
  }
}

static long to_start;

static void take_answer(const llm_event *event) {
  llm_call_free(calls[event->tag]);
  ended++;
  if (to_start > 0) {
    to_start--;
    start(LLM_OP_COMPLETE, (long)event->tag);
  }
}

static void run_calls(const char *base, long at_once, long count) {
  open_client(base, "c");
  calls = realloc(calls, (size_t)at_once * sizeof *calls);
  ended = 0, to_start = count > at_once ? count - at_once : 0;
  for (long tag = 0; tag < at_once && tag < count; tag++) start(LLM_OP_COMPLETE, tag);
  while (ended < count) read_events(take_answer);
}

static void take_event(const llm_event *event) {
  if (event->kind == LLM_EVENT_RESPONSE) {
    llm_call_free(calls[event->tag]);
    ended++;
  } else {
    if (of_stream[event->tag]++ == 0) begun++;
    pieces++;
  }
}

static long run_streams(const char *base, long count, void (*all_have_begun)(void)) {
  open_client(base, "p3x0.5");
  calls = realloc(calls, (size_t)count * sizeof *calls);
  of_stream = calloc((size_t)count, sizeof *of_stream);
  ended = begun = pieces = 0;
  for (long tag = 0; tag < count; tag++) start(LLM_OP_STREAM, tag);
  while (begun < count) read_events(take_event);
  all_have_begun();
  while (ended < count) read_events(take_event);
  free(of_stream);
  return pieces;
}

int main(int argc, char **argv) { return argc < 3 ? 2 : measure_all(argc, argv); }
