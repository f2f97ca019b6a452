/* llm.h, llm_queue_read with a time to wait: what ends the wait. */
#include "queues.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void on_signal(int number) {
  (void)number;
  handled++;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

TEST("without an event it waits for as long as it was told, and not less") {
  reader *reader = reader_new(1);
  double before = seconds();
  CHECK_INT(read_once(reader, 100), LLM_PENDING);
  CHECK(seconds() - before >= 0.099);
  reader_free(reader);
}

TEST("an event ends the wait") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_sleep(server, 100);
  server_send(server, OPENAI_TEXT("one"));
  server_sleep(server, 100);
  server_send(server, OPENAI_TEXT("two"));
  server_sleep(server, 100);
  server_send(server, OPENAI_END);
  server_close(server);
  call = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  CHECK_INT(read_once(reader, -1), LLM_OK);
  CHECK_TEXT(reader->of[0].text, "one");
  CHECK_INT(read_once(reader, -1), LLM_OK);
  CHECK_TEXT(reader->of[0].text, "onetwo");
  CHECK_INT(read_once(reader, 0x7fffffff), LLM_OK);
  check_answer(reader, 0, "onetwo");
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

static void *wake_soon(void *queue) {
  usleep(100 * 1000);
  llm_queue_wake(queue);
  return NULL;
}

TEST("llm_queue_wake from another thread ends the wait with LLM_PENDING, once") {
  reader *reader = reader_new(1);
  pthread_t thread;
  int i;
  for (i = 0; i < 3; i++) {
    pthread_create(&thread, NULL, wake_soon, reader->queue);
    CHECK_INT(read_once(reader, -1), LLM_PENDING);
    pthread_join(thread, NULL);
  }
  check_quiet(reader, 50);
  reader_free(reader);
}

TEST("a wake that comes before the read is not lost, and several are one") {
  reader *reader = reader_new(1);
  double before;
  llm_queue_wake(reader->queue);
  llm_queue_wake(reader->queue);
  CHECK_INT(read_once(reader, -1), LLM_PENDING);
  before = seconds();
  CHECK_INT(read_once(reader, 100), LLM_PENDING);
  CHECK(seconds() - before >= 0.099);
  reader_free(reader);
}

TEST("a wake takes no event away") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call;
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  while (reader->ended == 0) {
    llm_queue_wake(reader->queue);
    read_once(reader, -1);
  }
  check_answer(reader, 0, "Hi");
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

typedef struct {
  pthread_t target, thread;
  int over;
} sender;

/* Every few milliseconds, since one signal could come before the thread waits. */
static void *send_signals(void *argument) {
  sender *sender = argument;
  while (!__atomic_load_n(&sender->over, __ATOMIC_ACQUIRE)) {
    pthread_kill(sender->target, SIGUSR1);
    usleep(10 * 1000);
  }
  return NULL;
}

static void check_interrupted(int flags, int32_t timeout_ms) {
  reader *reader = reader_new(1);
  struct sigaction action;
  sender sender;
  int i;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  sigaction(SIGUSR1, &action, NULL);
  sender.target = pthread_self();
  sender.over = 0;
  pthread_create(&sender.thread, NULL, send_signals, &sender);
  for (i = 0; i < 5; i++) CHECK_INT(read_once(reader, timeout_ms), LLM_PENDING);
  CHECK(handled > 0);
  __atomic_store_n(&sender.over, 1, __ATOMIC_RELEASE);
  pthread_join(sender.thread, NULL);
  reader_free(reader);
}

TEST("a signal handler without SA_RESTART ends the wait with LLM_PENDING") { check_interrupted(0, -1); }

TEST("a signal handler with SA_RESTART ends the wait with LLM_PENDING") { check_interrupted(SA_RESTART, -1); }

TEST("a signal handler ends the longest wait there is") {
  check_interrupted(0, 0x7fffffff);
  check_interrupted(SA_RESTART, 0x7fffffff);
}
