/* llm.h, llm_queue_log: log lines as events. What lines say is in log.c. */
#include "queues.h"

#include <poll.h>
#include <pthread.h>

/* Starts a call that ends well, and reads until it has. */
static void make_call(reader *reader, llm_client *client) {
  llm_call *call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  size_t ended = reader->ended;
  read_until_ended(reader, ended + 1);
  check_answer(reader, 0, "Hi");
  free(reader->of[0].last);
  memset(&reader->of[0], 0, sizeof reader->of[0]);
  llm_call_free(call);
  drain(reader);
}

static llm_client *client_that_says_hi(void) {
  fault_server *server = serve();
  reply_json(server, OPENAI_BODY("Hi"));
  return openai_client(server);
}

TEST("lines of its level and above come as LLM_EVENT_LOG with tag 0; none at first, and none after LLM_LOG_OFF") {
  llm_client *client = client_that_says_hi();
  reader *reader = reader_new(1);
  size_t lines;
  make_call(reader, client);
  CHECK_INT(reader->lines, 0);
  CHECK_INT(llm_queue_log(reader->queue, LLM_LOG_INFO), LLM_OK);
  make_call(reader, client);
  CHECK_HAS(reader->log, "\"msg\":\"call finished\"");
  CHECK_LACKS(reader->log, "\"msg\":\"call started\"");
  CHECK_INT(llm_queue_log(reader->queue, LLM_LOG_DEBUG), LLM_OK);
  make_call(reader, client);
  CHECK_HAS(reader->log, "\"msg\":\"call started\"");
  CHECK_INT(llm_queue_log(reader->queue, LLM_LOG_OFF), LLM_OK);
  drain(reader);
  lines = reader->lines;
  make_call(reader, client);
  CHECK_INT(reader->lines, lines);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a line makes the descriptor readable, and each queue that asks gets it") {
  llm_client *client = client_that_says_hi();
  reader *both[2];
  int i;
  for (i = 0; i < 2; i++) {
    both[i] = reader_new(1);
    CHECK_INT(llm_queue_log(both[i]->queue, LLM_LOG_INFO), LLM_OK);
  }
  free(expect_success(complete(client, HELLO)));
  for (i = 0; i < 2; i++) {
    struct pollfd watched;
    watched.fd = llm_queue_fd(both[i]->queue);
    watched.events = POLLIN;
    CHECK_INT(poll(&watched, 1, 20000), 1);
    drain(both[i]);
    CHECK_HAS(both[i]->log, "call finished");
    reader_free(both[i]);
  }
  free(expect_success(complete(client, HELLO))); /* nobody listens any more */
  llm_client_destroy(client);
}

TEST("beyond the bound lines are dropped, and the next one says how many; no call is held up") {
  enum { calls = 6000 };
  llm_client *client = client_that_says_hi();
  reader *reader = reader_new(1);
  const char *dropped;
  int i;
  CHECK_INT(llm_queue_log(reader->queue, LLM_LOG_DEBUG), LLM_OK);
  for (i = 0; i < calls; i++) free(expect_success(complete(client, HELLO)));
  drain(reader);
  CHECK(reader->lines > 100 && reader->lines <= 10000);
  CHECK_LACKS(reader->log, "\"dropped\"");
  free(expect_success(complete(client, HELLO)));
  drain(reader);
  dropped = strstr(reader->log, "\"dropped\":");
  CHECK(dropped != NULL);
  printf("of %d calls %zu lines were kept, %ld dropped\n", calls, reader->lines, strtol(dropped + 10, NULL, 10));
  CHECK(strtol(dropped + 10, NULL, 10) > 0);
  CHECK(strstr(dropped + 1, "\"dropped\":") == NULL);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("NULL and levels that are none are invalid arguments") {
  reader *reader = reader_new(1);
  static const int32_t none[] = {0, 5, 15, 101, -1};
  llm_queue *absent = NULL;
  int i;
  CHECK_INT(llm_queue_log(absent, LLM_LOG_INFO), LLM_ERROR_INVALID_ARGUMENT);
  for (i = 0; i < 5; i++) CHECK_INT(llm_queue_log(reader->queue, none[i]), LLM_ERROR_INVALID_ARGUMENT);
  check_quiet(reader, 20);
  reader_free(reader);
}
