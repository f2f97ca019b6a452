/* llm.h, "fork() and exit()": forks while calls are under way, from threads at work and from inside a callback. */
#include "children.h"
#include "handles.h"

#include <pthread.h>

static fault_server *serve_both(void) {
  fault_server *server = serve();
  reply(server);
  server_send(server, CHUNKED);
  server_chunk(server, OPENAI_TEXT("Hi") OPENAI_END);
  server_send(server, LAST_CHUNK);
  return server;
}

typedef struct {
  fault_server *server;
  llm_client *client;
  int over;
  long calls;
} work;

static int is_over(work *work) { return __atomic_load_n(&work->over, __ATOMIC_ACQUIRE); }

/* Streams, handles that are cancelled, and clients that come and go. */
static void *keep_calling(void *argument) {
  work *work = argument;
  int i;
  for (i = 0; !is_over(work); i++) {
    llm_client *own = i % 8 ? NULL : openai_client(work->server);
    llm_call *call;
    free(expect_success(stream(own ? own : work->client, HELLO, ignore_event, NULL)));
    call = start_call(work->client, LLM_OP_STREAM, HELLO);
    if (i % 3) check_event(call, LLM_EVENT_TEXT);
    llm_call_free(call);
    llm_client_destroy(own);
    __atomic_fetch_add(&work->calls, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

/* Makes calls of its own; the server is the parent's, of which only the address is needed. */
static void call_in_child(void *argument) {
  work *of_parent = argument;
  llm_client *client = openai_client(of_parent->server);
  llm_call *call;
  expect_failure(complete(of_parent->client, HELLO), LLM_ERROR_FORKED, NULL);
  free(expect_success(stream(client, HELLO, ignore_event, NULL)));
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "Hi");
  llm_call_free(call);
  llm_client_destroy(of_parent->client);
  llm_client_destroy(client);
}

static void call_and_exit(void *argument) {
  call_in_child(argument);
  exit(0);
}

static void check_forks_while_busy(int forks, void (*in_child)(void *)) {
  enum { threads = 4 };
  work work = {serve_both(), NULL, 0, 0};
  pthread_t thread[threads];
  long before;
  int i;
  work.client = openai_client(work.server);
  for (i = 0; i < threads; i++) pthread_create(&thread[i], NULL, keep_calling, &work);
  for (i = 0; i < forks; i++) {
    before = __atomic_load_n(&work.calls, __ATOMIC_RELAXED);
    check_child(in_child, &work);
    while (__atomic_load_n(&work.calls, __ATOMIC_RELAXED) == before) usleep(1000); /* the parent goes on, too */
  }
  __atomic_store_n(&work.over, 1, __ATOMIC_RELEASE);
  for (i = 0; i < threads; i++) pthread_join(thread[i], NULL);
  llm_client_destroy(work.client);
}

TEST("while four threads are making calls: each child makes calls of its own and ends") {
  check_forks_while_busy(60, call_in_child);
}

TEST("while four threads are making calls: each child makes calls of its own and exits by exit()") {
  check_forks_while_busy(60, call_and_exit);
}

TEST("several children at once, each with calls of its own") {
  enum { children = 8 };
  work work = {serve_both(), NULL, 0, 0};
  pid_t child[children];
  int i;
  work.client = openai_client(work.server);
  free(expect_success(stream(work.client, HELLO, ignore_event, NULL)));
  for (i = 0; i < children; i++) child[i] = start_child(call_in_child, &work);
  for (i = 0; i < children; i++) join_child(child[i]);
  free(expect_success(stream(work.client, HELLO, ignore_event, NULL)));
  llm_client_destroy(work.client);
}

typedef struct {
  fault_server *server;
  work *work;
  int32_t answer;
  int forked, is_child, later_events;
} forker;

/* The child calls, and returns into its parent's llm_stream; the parent waits for its end and then goes on. */
static int32_t fork_at_first_text(int32_t kind, const char *data, size_t length, void *user_data) {
  forker *state = user_data;
  pid_t child;
  (void)kind;
  CHECK(memchr(data, '\0', length + 1) == data + length);
  if (state->forked++) return state->later_events++, 0;
  child = fork();
  CHECK(child >= 0);
  if (child) {
    join_child(child);
    server_signal(state->server, "forked");
    return 0;
  }
  guard_child();
  state->is_child = 1;
  call_in_child(state->work);
  return state->answer;
}

static void check_fork_in_callback(int32_t answer) {
  work work = {serve_both(), NULL, 0, 0};
  forker state = {serve(), &work, answer, 0, 0, 0};
  llm_client *client = openai_client(state.server);
  outcome outcome;
  work.client = client;
  reply(state.server);
  server_send(state.server, UNTIL_CLOSE OPENAI_TEXT("one"));
  server_wait(state.server, "forked");
  server_send(state.server, OPENAI_TEXT("two") OPENAI_END);
  server_close(state.server);
  outcome = stream(client, HELLO, fork_at_first_text, &state);
  if (state.is_child) {
    if (answer && outcome.status == LLM_ERROR_CANCELED) outcome.status = LLM_ERROR_FORKED; /* both are true */
    CHECK_STATUS(outcome.status, LLM_ERROR_FORKED, outcome.error);
    CHECK_INT(state.later_events, 0);
    _exit(0);
  }
  CHECK_STATUS(outcome.status, LLM_OK, outcome.error);
  check_member(outcome.response, "content", "onetwo");
  CHECK(state.later_events > 0);
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("in an event callback: a new client works in the child, and there llm_stream ends with LLM_ERROR_FORKED") {
  check_fork_in_callback(0);
}

TEST("in an event callback that cancels in the child: llm_stream ends there, and goes on in the parent") {
  check_fork_in_callback(1);
}
