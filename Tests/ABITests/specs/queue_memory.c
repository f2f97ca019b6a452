/* llm.h, "A slow reader": what a queue has unread is bounded, for one call and for all of them. */
#include "queues.h"

#include <unistd.h>

/* What of the process is in memory, in KiB. */
static long resident_kib(void) {
  char line[128];
  long kib = -1;
  FILE *file = fopen("/proc/self/status", "r");
  CHECK(file != NULL);
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "VmRSS:", 6) == 0) kib = strtol(line + 6, NULL, 10);
  fclose(file);
  CHECK(kib > 0);
  return kib;
}

/* Streams of `megabytes` of text each. */
static void serve_much(fault_server *server, int megabytes) {
  char text[15951], *event;
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n", text);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, megabytes * 1000000 / 16000, event);
  server_send(server, OPENAI_END);
  server_close(server);
  free(event);
}

static void warm_up(void) {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply_json(server, OPENAI_BODY("warm"));
  free(expect_success(complete(client, HELLO)));
  llm_client_destroy(client);
}

/* Nobody reads until every server stands still. */
static void check_bounded(int streams, int megabytes, long most_kib) {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", "\"max_response_bytes\": 400000000");
  reader *reader = reader_new((size_t)streams);
  llm_call **calls = spec_allocate((size_t)streams * sizeof *calls);
  long before, grown, sent, last = -1;
  int i;
  serve_much(server, megabytes);
  warm_up();
  before = resident_kib();
  for (i = 0; i < streams; i++) calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
  server_await(server, "stalled", streams);
  while ((sent = server_count(server, "sent")) != last) {
    last = sent;
    usleep(500 * 1000);
  }
  grown = resident_kib() - before;
  printf("%d streams, nobody reads: %.1f MB of %d were sent, memory grew by %.1f MB\n", streams, (double)sent / 1e6,
         streams * megabytes, (double)grown / 1024);
  CHECK(sent < (long)streams * megabytes * 1000000 / 2);
  CHECK(grown < most_kib);
  for (i = 0; i < streams; i++) llm_call_free(calls[i]);
  CHECK_INT(read_once(reader, 0), LLM_PENDING);
  server_await(server, "closed", streams);
  free(calls);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a consumer that stops reading holds up his queue's transfer, and memory stays small") { check_bounded(1, 100, 8192); }

TEST("the same with 64 streams") { check_bounded(64, 20, 64 * 1024); }

TEST("a consumer that stops and goes on gets everything") {
  enum { streams = 24, megabytes = 8 };
  fault_server *server = serve(), *other = serve();
  llm_client *client = client_for(server, "openai", "\"max_response_bytes\": 400000000");
  llm_client *neighbour = openai_client(other);
  reader *reader = reader_new(streams);
  llm_call *calls[streams];
  int i;
  serve_much(server, megabytes);
  reply_json(other, OPENAI_BODY("Hi"));
  for (i = 0; i < streams; i++) calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
  server_await(server, "stalled", streams);
  for (i = 0; i < 20; i++) free(expect_success(complete(neighbour, HELLO))); /* the queue holds up nobody else */
  read_until_ended(reader, streams);
  for (i = 0; i < streams; i++) {
    CHECK_INT(reader->of[i].last_kind, LLM_EVENT_RESPONSE);
    CHECK_INT(reader->of[i].events, 1 + megabytes * 1000000 / 16000);
    llm_call_free(calls[i]);
  }
  reader_free(reader);
  llm_client_destroy(client);
  llm_client_destroy(neighbour);
}
