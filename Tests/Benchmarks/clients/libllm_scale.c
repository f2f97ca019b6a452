/* Many streams with libllm: started by one thread, read by one or more, each of which has a queue. Every event is looked at:
 * that it is its stream's, and the one that comes next. */
#include <pthread.h>
#include <time.h>

#include "libllm_client.h"
#include "scale.h"

enum { BUFFER = 1 << 18 };

static llm_queue *queues[16];

/* The texts of a paced stream, "17:0 17:1 ...": gives how many came. */
static long check_paced(long number, const char *text, long next) {
  for (char *end; *text; text = end + 1, next++)
    if (strtol(text, &end, 10) != number || *end != ':' || strtol(end + 1, &end, 10) != next || *end != ' ')
      fail("scale", "an event was lost, out of order or another stream's");
  return next;
}

static void take(const llm_event *event, const char *text, long *count) {
  stream *one = &streams[event->tag];
  if (event->kind == LLM_EVENT_RESPONSE) {
    llm_call_free(one->handle);
    return stream_ended(one);
  }
  if (event->kind == LLM_EVENT_ERROR) fail("libllm", text);
  long before = one->next;
  if (plan.rate > 0) one->next = check_paced((long)event->tag, text, before);
  else check_words(text, event->length, &one->next);
  __atomic_store_n(count, *count + one->next - before, __ATOMIC_RELAXED);
  if (before == 0) stream_begun(one);
}

static void *read_queue(void *argument) {
  long number = (long)argument, share = (plan.streams - number + plan.readers - 1) / plan.readers;
  char *buffer = malloc(BUFFER);
  for (long over = 0; over < share;) {
    size_t used;
    if (llm_queue_read(queues[number], -1, buffer, BUFFER, &used) != LLM_OK) continue;
    for (size_t at = 0; at < used;) {
      const llm_event *event = (const llm_event *)(buffer + at);
      if (event->kind == LLM_EVENT_RESPONSE) over++;
      take(event, (const char *)(event + 1), &delivered[number][0]);
      at += sizeof *event + (event->length / 8 + 1) * 8;
    }
  }
  free(buffer);
  return NULL;
}

static void start(llm_client *client, long number) {
  char request[128];
  llm_error *error;
  snprintf(request, sizeof request, "[{\"role\":\"user\",\"content\":\"stream %ld\"}]", number);
  streams[number].started = wall_us();
  if (llm_call_start(client, LLM_OP_STREAM, request, queues[number % plan.readers], (uint64_t)number,
                     (llm_call **)&streams[number].handle, &error) != LLM_OK) fail_with(error);
}

static llm_client *scale_client(const char *base) {
  char more[512] = "";
  if (plan.ca) snprintf(more, sizeof more, ", \"ca_file\": \"%s\"%s", plan.ca, plan.http2 ? ", \"http2\": true" : "");
  return client_for(base, more);
}

int main(int argc, char **argv) {
  char path[512], *response;
  llm_error *error;
  pthread_t readers[16];
  read_plan(argc, argv);
  for (long i = 0; i < plan.readers; i++)
    if (llm_queue_create(&queues[i], &error) != LLM_OK) fail_with(error);
  snprintf(path, sizeof path, "%s/c", plan.base);
  if (llm_complete(scale_client(path), MESSAGES, &response, &error) != LLM_OK) fail_with(error);
  plan_path(path, sizeof path);
  llm_client *client = scale_client(path);

  begin_run();
  for (long i = 0; i < plan.readers; i++) pthread_create(&readers[i], NULL, read_queue, (void *)i);
  for (long started = 0; started < plan.streams;) {
    for (; started < plan.streams && started < due_starts(); started++) start(client, started);
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  for (long i = 0; i < plan.readers; i++) pthread_join(readers[i], NULL);
  report_run();
  return 0;
}
