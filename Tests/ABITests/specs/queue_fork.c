/* llm.h, "fork() and exit()": what a forked child may do with its parent's queue, and that this leaves the parent's alone. */
#include "children.h"
#include "queues.h"

#include <fcntl.h>
#include <poll.h>

typedef struct {
  reader *reader;
  llm_client *client;
  llm_call *call;
  int descriptor;
} handles;

static void use_new_queue(void *unused) {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call;
  struct pollfd watched;
  (void)unused;
  reply_json(server, OPENAI_BODY("Hi"));
  watched.fd = llm_queue_fd(reader->queue);
  watched.events = POLLIN;
  CHECK(watched.fd >= 0);
  call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  CHECK_INT(poll(&watched, 1, 20000), 1);
  read_until_ended(reader, 1);
  check_answer(reader, 0, "Hi");
  CHECK_INT(drain(reader), 0);
  CHECK_INT(poll(&watched, 1, 0), 0);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

static void use_parents_queue(void *argument) {
  handles *of_parent = argument;
  llm_queue *queue = of_parent->reader->queue;
  int is_open = fcntl(of_parent->descriptor, F_GETFD); /* looked at before the number is used again */
  llm_client *client = openai_client(serve());
  llm_call *call = GARBAGE;
  llm_error *error = GARBAGE;
  int32_t timeout_ms;
  for (timeout_ms = -1; timeout_ms < 2; timeout_ms++) CHECK_INT(read_once(of_parent->reader, timeout_ms), LLM_ERROR_FORKED);
  CHECK_INT(llm_queue_fd(queue), -1);
  CHECK_INT(is_open, -1);
  llm_queue_wake(queue);
  CHECK_INT(llm_queue_log(queue, LLM_LOG_INFO), LLM_ERROR_FORKED);
  CHECK_INT(llm_call_start(client, LLM_OP_STREAM, HELLO, queue, 0, &call, &error), LLM_ERROR_FORKED);
  check_outcome(LLM_ERROR_FORKED, NULL, error);
  CHECK_HAS(llm_error_message(error), "queue");
  CHECK(call == NULL);
  llm_error_free(error);
  llm_client_destroy(client);
}

static void use_and_free(void *argument) {
  handles *of_parent = argument;
  use_parents_queue(argument);
  use_new_queue(NULL);
  CHECK_INT(read_once(of_parent->reader, 0), LLM_ERROR_FORKED);
  llm_call_cancel(of_parent->call);
  llm_call_free(of_parent->call);
  llm_queue_destroy(of_parent->reader->queue);
  llm_client_destroy(of_parent->client);
  use_new_queue(NULL);
}

static void free_and_exit(void *argument) {
  handles *of_parent = argument;
  llm_queue_destroy(of_parent->reader->queue);
  llm_call_free(of_parent->call);
  exit(0);
}

/* A stream that must go on in the parent, readable when the process is copied if `unread`. */
static void check_survives(void (*in_child)(void *), int unread) {
  fault_server *server = serve();
  reader *reader = reader_new(1);
  handles mine = {reader, openai_client(server), NULL, llm_queue_fd(reader->queue)};
  struct pollfd watched;
  watched.fd = mine.descriptor;
  watched.events = POLLIN;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one"));
  server_wait(server, "forked");
  server_send(server, OPENAI_TEXT("two") OPENAI_END);
  server_close(server);
  mine.call = start_on(reader, 0, mine.client, LLM_OP_STREAM, HELLO);
  CHECK_INT(poll(&watched, 1, 20000), 1);
  if (!unread) {
    read_until_text(reader, 0, "one");
    CHECK_INT(drain(reader), 0);
  }
  check_child(in_child, &mine);
  CHECK_INT(poll(&watched, 1, 100), unread);
  server_signal(server, "forked");
  while (reader->ended == 0) {
    CHECK_INT(poll(&watched, 1, 20000), 1);
    drain(reader);
  }
  check_answer(reader, 0, "onetwo");
  CHECK_INT(poll(&watched, 1, 0), 0);
  llm_call_free(mine.call);
  reader_free(reader);
  llm_client_destroy(mine.client);
}

TEST("in the child the parent's queue gives LLM_ERROR_FORKED and -1; the parent's stream goes on") {
  check_survives(use_parents_queue, 0);
  check_survives(use_parents_queue, 1);
}

TEST("in the child a new queue works, and the parent's may be freed") {
  check_survives(use_and_free, 0);
  check_survives(use_and_free, 1);
}

TEST("a child that frees the parent's queue and exits leaves the parent's alone") {
  check_survives(free_and_exit, 0);
  check_survives(free_and_exit, 1);
}

TEST("before the first use: child and parent both have queues that work") {
  check_child(use_new_queue, NULL);
  use_new_queue(NULL);
  check_child(use_new_queue, NULL);
}

TEST("forks while queues are made, read and destroyed: every child has a queue that works") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int i, j;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 300, OPENAI_TEXT("some text"));
  server_send(server, OPENAI_END);
  server_close(server);
  for (i = 0; i < 10; i++) {
    reader *reader = reader_of(queue_new(), 8, 4096);
    llm_call *calls[8];
    pid_t child;
    CHECK(llm_queue_fd(reader->queue) >= 0);
    for (j = 0; j < 8; j++) calls[j] = start_on(reader, (uint64_t)j, client, LLM_OP_STREAM, HELLO);
    CHECK_INT(read_once(reader, 20000), LLM_OK);
    child = start_child(use_new_queue, NULL);
    read_until_ended(reader, 8);
    for (j = 0; j < 8; j++) llm_call_free(calls[j]);
    reader_free(reader);
    join_child(child);
  }
  llm_client_destroy(client);
}
