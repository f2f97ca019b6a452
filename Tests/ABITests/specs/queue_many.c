/* llm.h, "many calls, one reader": that none of very many streams loses an event or takes another's. */
#include "paced_server.h"
#include "queues.h"

#include <pthread.h>
#include <sys/epoll.h>

typedef struct {
  llm_client *client;
  reader *reader;
  int first, streams, rounds;
  pthread_t thread;
} part;

static void start_part(part *part, llm_call **calls) {
  int i;
  for (i = 0; i < part->streams; i++) {
    char *request = paced_request(part->first + i);
    calls[i] = start_on(part->reader, (uint64_t)i, part->client, LLM_OP_STREAM, request);
    free(request);
  }
}

static void check_part(part *part, llm_call **calls) {
  int i;
  CHECK_INT(part->reader->ended, part->streams);
  for (i = 0; i < part->streams; i++) {
    char *want = paced_text(part->first + i, part->rounds);
    check_answer(part->reader, (uint64_t)i, want);
    free(want);
    llm_call_free(calls[i]);
  }
  check_quiet(part->reader, 20);
}

/* Reads as the descriptor says, from a loop that is edge-triggered. */
static void *run_part(void *argument) {
  part *part = argument;
  llm_call **calls = spec_allocate((size_t)part->streams * sizeof *calls);
  struct epoll_event event;
  int loop = epoll_create1(EPOLL_CLOEXEC);
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | EPOLLET;
  CHECK_INT(epoll_ctl(loop, EPOLL_CTL_ADD, llm_queue_fd(part->reader->queue), &event), 0);
  start_part(part, calls);
  while (part->reader->ended < (size_t)part->streams) {
    if (epoll_wait(loop, &event, 1, 30000) != 1)
      spec_fail(__FILE__, __LINE__, "not woken: %zu of %d have ended", part->reader->ended, part->streams);
    drain(part->reader);
  }
  check_part(part, calls);
  close(loop);
  free(calls);
  return NULL;
}

static void run_parts(int count, int streams, int rounds, int pause_us) {
  llm_client *client = paced_client(count * streams, rounds, pause_us);
  part parts[16];
  int i;
  for (i = 0; i < count; i++) {
    parts[i].client = client;
    parts[i].first = i * streams;
    parts[i].streams = streams;
    parts[i].rounds = rounds;
    parts[i].reader = reader_new((size_t)streams);
    pthread_create(&parts[i].thread, NULL, run_part, &parts[i]);
  }
  for (i = 0; i < count; i++) {
    pthread_join(parts[i].thread, NULL);
    reader_free(parts[i].reader);
  }
  llm_client_destroy(client);
}

TEST("1,000 streams at once on one queue: every event comes once, in order, to its tag") { run_parts(1, 1000, 20, 20000); }

TEST("the same as fast as they come") { run_parts(1, 1000, 100, 0); }

TEST("8 threads, each with a queue of 100 streams of one client") { run_parts(8, 100, 50, 2000); }

TEST("1,000 streams whose reader waits in llm_queue_read") {
  part part;
  llm_call **calls = spec_allocate(1000 * sizeof *calls);
  part.client = paced_client(1000, 20, 5000);
  part.first = 0;
  part.streams = 1000;
  part.rounds = 20;
  part.reader = reader_new(1000);
  start_part(&part, calls);
  read_until_ended(part.reader, 1000);
  check_part(&part, calls);
  reader_free(part.reader);
  llm_client_destroy(part.client);
  free(calls);
}
