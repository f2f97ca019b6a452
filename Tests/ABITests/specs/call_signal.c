/* llm.h: LLM_PENDING is also what llm_call_next gives when a signal handler ran, so that Ctrl-C works in hosts. */
#include "handles.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void on_signal(int number) {
  (void)number;
  handled++;
}

static void handle_with(int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  sigaction(SIGUSR1, &action, NULL);
}

typedef struct {
  pthread_t target;
  int over;
  pthread_t thread;
} sender;

/* Sends SIGUSR1 to a thread every few milliseconds, since one signal could come before the thread waits. */
static void *send_signals(void *argument) {
  sender *sender = argument;
  while (!__atomic_load_n(&sender->over, __ATOMIC_ACQUIRE)) {
    pthread_kill(sender->target, SIGUSR1);
    usleep(10 * 1000);
  }
  return NULL;
}

static void begin_signals(sender *sender) {
  sender->target = pthread_self();
  sender->over = 0;
  pthread_create(&sender->thread, NULL, send_signals, sender);
}

static void end_signals(sender *sender) {
  __atomic_store_n(&sender->over, 1, __ATOMIC_RELEASE);
  pthread_join(sender->thread, NULL);
}

/* The wait ends though nothing has come, and the call goes on. */
static void check_interrupted(int flags, int32_t timeout_ms) {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  sender sender;
  llm_call *call;
  int i;
  handle_with(flags);
  reply(server);
  server_wait(server, "go-on");
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  begin_signals(&sender);
  for (i = 0; i < 5; i++) CHECK_INT(next_turn(call, timeout_ms).status, LLM_PENDING);
  end_signals(&sender);
  CHECK(handled > 0);
  server_signal(server, "go-on");
  check_text(call, "Hi");
  check_event(call, LLM_EVENT_RESPONSE);
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("llm_call_next(-1) gives LLM_PENDING when a handler without SA_RESTART ran on the waiting thread") {
  check_interrupted(0, -1);
}

TEST("llm_call_next(-1) gives LLM_PENDING when a handler with SA_RESTART ran on the waiting thread") {
  check_interrupted(SA_RESTART, -1);
}

TEST("llm_call_next with the longest time there is gives LLM_PENDING when a handler ran") {
  check_interrupted(0, 0x7fffffff);
  check_interrupted(SA_RESTART, 0x7fffffff);
}

TEST("the blocking calls go on when a handler ran, with SA_RESTART and without") {
  static const int flags[] = {0, SA_RESTART};
  int i;
  for (i = 0; i < 2; i++) {
    fault_server *server = serve();
    llm_client *client = openai_client(server);
    sender sender;
    char *response;
    handle_with(flags[i]);
    reply(server);
    server_sleep(server, 300);
    server_send(server, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n" OPENAI_BODY("Hi"));
    server_close(server);
    reply(server);
    server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
    server_sleep(server, 300);
    server_send(server, OPENAI_END);
    server_close(server);
    begin_signals(&sender);
    response = expect_success(complete(client, HELLO));
    check_member(response, "content", "Hi");
    free(response);
    response = expect_success(stream(client, HELLO, ignore_event, NULL));
    check_member(response, "content", "Hi");
    free(response);
    end_signals(&sender);
    CHECK(handled > 0);
    llm_client_destroy(client);
  }
}

TEST("a signal that the waiting thread blocks does not end the wait") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  sigset_t usr1;
  llm_call *call;
  int i;
  handle_with(0);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  reply(server);
  server_sleep(server, 300);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  pthread_sigmask(SIG_BLOCK, &usr1, NULL); /* it stays pending: no other thread takes it either */
  call = start_call(client, LLM_OP_STREAM, HELLO);
  for (i = 0; i < 20; i++) kill(getpid(), SIGUSR1);
  CHECK_INT(next_turn(call, -1).status, LLM_OK);
  CHECK_INT(handled, 0);
  pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
  CHECK(handled > 0);
  llm_call_free(call);
  llm_client_destroy(client);
}
