/* llm.h, "Threads": any function may be called from any thread. */
#include "handles.h"

#include <pthread.h>
#include <unistd.h>

/* Runs `run` on `count` threads at once, each with its own number. */
static void on_threads(int count, void *(*run)(void *)) {
  pthread_t threads[16];
  int i;
  for (i = 0; i < count; i++) CHECK_INT(pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i), 0);
  for (i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static fault_server *server;
static llm_client *client;

static void serve_streams(void) {
  server = serve();
  reply(server);
  server_send(server, CHUNKED);
  server_chunk(server, OPENAI_TEXT("Hi"));
  server_chunk(server, OPENAI_TEXT(" there") OPENAI_END);
  server_send(server, LAST_CHUNK);
}

static void check_stream(llm_client *of) {
  events *all = events_new();
  char *response = expect_success(stream(of, HELLO, collect, all));
  CHECK_TEXT(all->text, "Hi there");
  check_member(response, "content", "Hi there");
  free(response);
  events_free(all);
}

static void check_handle(llm_client *of) {
  llm_call *call = start_call(of, LLM_OP_STREAM, HELLO);
  check_text(call, "Hi there");
  check_event(call, LLM_EVENT_RESPONSE);
  check_over(call);
  llm_call_free(call);
}

/* Each thread gets its own results and its own errors. */
static void check_own_results(llm_client *of, int number, int turn) {
  char *id = spec_format("%d-%d", number, turn), *response;
  char *request = spec_format("{\"messages\": " HELLO ", \"call_id\": \"%s\"}", id);
  char *wrong = spec_format("{\"messages\": " HELLO ", \"wrong-%s\": 1}", id);
  response = expect_success(stream(of, request, ignore_event, NULL));
  check_member(response, "call_id", id);
  expect_failure(stream(of, wrong, ignore_event, NULL), LLM_ERROR_INVALID_ARGUMENT, id);
  free(response);
  free(id);
  free(request);
  free(wrong);
}

static void *make_fifty_calls(void *argument) {
  int number = (int)(intptr_t)argument, i;
  for (i = 0; i < 50; i++) {
    if (i % 10 == 9)
      check_own_results(client, number, i);
    else
      (i % 2 ? check_handle : check_stream)(client);
  }
  return NULL;
}

TEST("sixteen threads make fifty calls each on one client") {
  serve_streams();
  client = openai_client(server);
  on_threads(16, make_fifty_calls);
  CHECK_INT(server_count(server, "request"), 16 * 50);
  llm_client_destroy(client);
}

static void *make_and_destroy(void *argument) {
  int i;
  (void)argument;
  for (i = 0; i < 25; i++) {
    llm_client *own = openai_client(server);
    llm_call *call;
    check_stream(own);
    call = start_call(own, LLM_OP_STREAM, HELLO);
    if (i % 2) check_event(call, LLM_EVENT_TEXT);
    llm_client_destroy(own); /* with a call under way, or just ended */
    while (next_news(call).status == LLM_OK) continue;
    llm_call_free(call);
  }
  return NULL;
}

TEST("clients are made, used and destroyed on eight threads at once") {
  serve_streams();
  on_threads(8, make_and_destroy);
}

static void *call_from_callback(void *argument) {
  int i;
  (void)argument;
  for (i = 0; i < 10; i++) check_stream(client);
  return NULL;
}

static int32_t call_again(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)data;
  (void)length;
  if (kind == LLM_EVENT_TEXT && !(*(int *)user_data)++) {
    check_stream(client);
    on_threads(4, call_from_callback);
  }
  return 0;
}

TEST("calls are made from inside an event callback, also by threads that it starts and waits for") {
  int calls = 0;
  serve_streams();
  client = openai_client(server);
  free(expect_success(stream(client, HELLO, call_again, &calls)));
  CHECK(calls > 0);
  llm_client_destroy(client);
}

enum { storm = 200, readers = 4 };
static llm_call *calls[storm];
static int succeeded, cancelled, pausing;

static void *read_a_share(void *argument) {
  int i;
  for (i = (int)(intptr_t)argument; i < storm; i += readers) {
    turn turn = next_news(calls[i]);
    while (turn.status == LLM_OK && turn.kind != LLM_EVENT_RESPONSE) turn = next_news(calls[i]);
    if (turn.status == LLM_OK) {
      check_member(turn.data, "content", "Hi there");
      __atomic_fetch_add(&succeeded, 1, __ATOMIC_RELAXED);
    } else {
      CHECK_STATUS(turn.status, LLM_ERROR_CANCELED, turn.error);
      llm_error_free(turn.error);
      __atomic_fetch_add(&cancelled, 1, __ATOMIC_RELAXED);
    }
    check_over(calls[i]);
  }
  return NULL;
}

/* Cancels every call but each fifth, some twice, at moments that differ from run to run. */
static void *cancel_most(void *argument) {
  unsigned int seed = (unsigned int)getpid() + (unsigned int)(intptr_t)argument;
  int i;
  for (i = 0; i < storm; i++) {
    int index = (i * 73) % storm; /* 73 and 200 have no common factor: each once */
    if (rand_r(&seed) % 3 == 0) usleep((useconds_t)(rand_r(&seed) % 3000));
    if (pausing) {
      llm_call_pause(calls[index], rand_r(&seed) % 2);
      llm_call_pause(calls[index], 0);
    }
    if (index % 5) llm_call_cancel(calls[index]);
  }
  return NULL;
}

static void run_storm(int cancellers) {
  pthread_t threads[readers + 2];
  int i;
  server = serve();
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_sleep(server, 20);
  server_send(server, OPENAI_TEXT(" there") OPENAI_END);
  server_close(server);
  client = openai_client(server);
  for (i = 0; i < storm; i++) calls[i] = start_call(client, LLM_OP_STREAM, HELLO);
  for (i = 0; i < cancellers; i++) pthread_create(&threads[readers + i], NULL, cancel_most, (void *)(intptr_t)i);
  for (i = 0; i < readers; i++) pthread_create(&threads[i], NULL, read_a_share, (void *)(intptr_t)i);
  for (i = 0; i < readers + cancellers; i++) pthread_join(threads[i], NULL);
  CHECK_INT(succeeded + cancelled, storm);
  CHECK(succeeded >= storm / 5); /* those that nobody cancelled */
  for (i = 0; i < storm; i++) llm_call_free(calls[i]);
  llm_client_destroy(client);
}

TEST("two hundred calls, most of them cancelled by another thread at random moments, end once each") {
  run_storm(1);
}

TEST("the same with two threads that cancel, pause and let go") {
  pausing = 1;
  run_storm(2);
}
