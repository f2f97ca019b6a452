/* llm.h, "fork() and exit()": "At exit the library's thread is stopped before OpenSSL cleans up; calls still running end with
 * LLM_ERROR_CANCELED." A test that ends with exit(0) has passed if nothing ends it otherwise. */
#include "children.h"
#include "handles.h"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

/* How a call that another thread was in has ended; posted when it has. */
static sem_t ended;
static llm_status ended_with;
static pthread_t caller;

/* Registered before the library is first used, and so run after its own exit handler. */
static void check_cancelled(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 20;
  if (sem_timedwait(&ended, &until) != 0) spec_fail(__FILE__, __LINE__, "the call did not end at exit");
  pthread_join(caller, NULL);
  CHECK_STATUS(ended_with, LLM_ERROR_CANCELED, NULL);
}

typedef struct {
  llm_client *client;
  llm_call *call;
  sem_t under_way;
} running;

static int32_t say_under_way(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)kind;
  (void)data;
  (void)length;
  sem_post(&((running *)user_data)->under_way);
  return 0;
}

static void end_with(llm_status status, llm_error *error) {
  CHECK_INT(llm_error_status(error), status);
  llm_error_free(error);
  ended_with = status;
  sem_post(&ended);
}

static void *stream_to_the_end(void *argument) {
  running *state = argument;
  llm_error *error;
  llm_status status = llm_stream(state->client, HELLO, say_under_way, state, NULL, &error);
  end_with(status, error);
  return NULL;
}

static void *read_to_the_end(void *argument) {
  running *state = argument;
  turn turn;
  sem_post(&state->under_way);
  while ((turn = next_news(state->call)).status == LLM_OK) continue;
  end_with(turn.status, turn.error);
  return NULL;
}

/* A call that another thread is in when this one exits. */
static void exit_during_call(fault_server *server, const char *more, void *(*run)(void *)) {
  static running state;
  atexit(check_cancelled);
  sem_init(&state.under_way, 0, 0);
  sem_init(&ended, 0, 0);
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  state.client = client_for(server, "openai", more);
  if (run == read_to_the_end) state.call = start_call(state.client, LLM_OP_STREAM, HELLO);
  CHECK_INT(pthread_create(&caller, NULL, run, &state), 0);
  sem_wait(&state.under_way);
  exit(0);
}

TEST("exit() while another thread is in llm_stream: that ends with LLM_ERROR_CANCELED, and the process exits") {
  exit_during_call(serve(), NULL, stream_to_the_end);
}

TEST("exit() while another thread is in llm_call_next: that ends with LLM_ERROR_CANCELED, and the process exits") {
  exit_during_call(serve(), NULL, read_to_the_end);
}

TEST("exit() while another thread is in llm_stream over TLS: the same") {
  char *ca = spec_format("\"ca_file\": \"%s/ca.pem\"", spec_environment("ABI_CERTIFICATES"));
  exit_during_call(serve_tls("good"), ca, stream_to_the_end);
}

TEST("returning from main with call handles that were not freed, in every state") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply_json(server, OPENAI_BODY("Hi"));
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  check_event(start_call(client, LLM_OP_COMPLETE, HELLO), LLM_EVENT_RESPONSE); /* at its end */
  check_event(start_call(client, LLM_OP_STREAM, HELLO), LLM_EVENT_TEXT);       /* in the middle */
  start_call(client, LLM_OP_STREAM, HELLO);                                    /* at its beginning */
}

static int32_t exit_here(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)kind;
  (void)data;
  (void)length;
  (void)user_data;
  exit(0);
}

TEST("exit() in an event callback") {
  fault_server *server = serve();
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  stream(openai_client(server), HELLO, exit_here, NULL);
  CHECK(0);
}

static void create_and_exit(void *server) {
  openai_client(server);
  exit(0);
}

static void start_and_exit(void *server) {
  start_call(openai_client(server), LLM_OP_STREAM, HELLO);
  exit(0);
}

TEST("exit() right after llm_client_create, and right after llm_call_start") {
  fault_server *server = serve();
  int i;
  check_child(create_and_exit, server);
  for (i = 0; i < 20; i++) check_child(start_and_exit, server);
}

static llm_client *kept_client;
static llm_call *kept_call;

enum { burst = 12 };
static llm_call *burst_calls[burst];

static void check_burst_fails(void) {
  int i;
  for (i = 0; i < burst; i++) {
    check_fails(burst_calls[i], LLM_ERROR_CANCELED, NULL);
    llm_call_free(burst_calls[i]);
  }
}

/* Several, so that the library's thread is at work on the first when the last is handed in. */
static void start_burst_and_exit(void *server) {
  llm_client *client;
  int i;
  atexit(check_burst_fails);
  client = openai_client(server);
  for (i = 0; i < burst; i++) burst_calls[i] = start_call(client, LLM_OP_STREAM, HELLO);
  exit(0);
}

TEST("calls started right before exit() end with LLM_ERROR_CANCELED") {
  fault_server *server = serve();
  int i;
  reply(server);
  server_hang(server);
  for (i = 0; i < 200; i++) check_child(start_burst_and_exit, server);
}

/* Every call ends, and those that cannot run any more with LLM_ERROR_CANCELED. */
static void call_at_exit(void) {
  int i;
  for (i = 0; i < 3; i++) {
    outcome outcome = i ? complete(kept_client, HELLO) : stream(kept_client, HELLO, ignore_event, NULL);
    if (outcome.status != LLM_OK) CHECK_STATUS(outcome.status, LLM_ERROR_CANCELED, outcome.error);
    if (kept_call) CHECK_INT(outcome.status, LLM_ERROR_CANCELED);
    outcome_free(&outcome);
  }
  if (kept_call) {
    llm_call_cancel(kept_call);
    check_fails(kept_call, LLM_ERROR_CANCELED, NULL);
    llm_call_free(kept_call);
  }
  llm_client_destroy(client_with("{\"provider\": \"openai\", \"api_key\": \"none\"}"));
  llm_client_destroy(kept_client);
}

/* The first request is a stream, and those that follow are not. */
static fault_server *serve_stream_first(void) {
  fault_server *server = serve();
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  reply_json(server, OPENAI_BODY("Hi"));
  kept_client = openai_client(server);
  return server;
}

TEST("a call made in an exit handler that runs after the library's own ends with LLM_ERROR_CANCELED") {
  fault_server *server = serve();
  reply(server);
  server_hang(server);
  atexit(call_at_exit);
  kept_client = openai_client(server);
  kept_call = start_call(kept_client, LLM_OP_STREAM, HELLO);
  server_await(server, "request", 1);
  exit(0);
}

TEST("a call made in an exit handler that runs before the library's own ends") {
  fault_server *other = serve(), *server = serve_stream_first();
  llm_client *client = openai_client(other);
  reply_json(other, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  CHECK_INT(server_count(server, "request"), 0);
  atexit(call_at_exit);
  exit(0);
}

TEST("the first call of the process made in an exit handler ends") {
  serve_stream_first();
  atexit(call_at_exit);
  exit(0);
}
