/* llm.h, llm_client_destroy: never blocks, ends the client's calls, and leaves call handles valid. */
#include "handles.h"

#include <pthread.h>
#include <semaphore.h>

typedef struct {
  llm_client *client;
  llm_call *call;
  events *events;
} blocked;

static void *complete_until_destroyed(void *argument) {
  expect_failure(complete(((blocked *)argument)->client, HELLO), LLM_ERROR_CANCELED, NULL);
  return NULL;
}

static void *list_until_destroyed(void *argument) {
  expect_failure(list_models(((blocked *)argument)->client, NULL), LLM_ERROR_CANCELED, NULL);
  return NULL;
}

static void *check_health_until_destroyed(void *argument) {
  expect_failure(health_check(((blocked *)argument)->client, NULL), LLM_ERROR_CANCELED, NULL);
  return NULL;
}

static void *stream_until_destroyed(void *argument) {
  blocked *state = argument;
  outcome outcome = stream(state->client, HELLO, collect, state->events);
  CHECK_STATUS(outcome.status, LLM_ERROR_CANCELED, outcome.error);
  CHECK_INT(events_of_kind(state->events, LLM_EVENT_RESPONSE), 0);
  outcome_free(&outcome);
  return NULL;
}

static void *read_until_destroyed(void *argument) {
  blocked *state = argument;
  turn turn;
  while ((turn = next_news(state->call)).status == LLM_OK) CHECK_INT(turn.kind, LLM_EVENT_TEXT);
  CHECK_STATUS(turn.status, LLM_ERROR_CANCELED, turn.error);
  llm_error_free(turn.error);
  check_over(state->call);
  return NULL;
}

static void check_ended_by_destroy(void *(*wait)(void *)) {
  fault_server *server = serve();
  blocked state = {openai_client(server), NULL, events_new()};
  pthread_t thread;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far"));
  server_hang(server);
  if (wait == read_until_destroyed) state.call = start_call(state.client, LLM_OP_STREAM, HELLO);
  pthread_create(&thread, NULL, wait, &state);
  server_await(server, "request", 1);
  llm_client_destroy(state.client);
  pthread_join(thread, NULL);
  server_await(server, "closed", 1);
  llm_call_free(state.call);
  events_free(state.events);
}

TEST("a thread that waits in llm_complete returns with LLM_ERROR_CANCELED") {
  check_ended_by_destroy(complete_until_destroyed);
}

TEST("a thread that waits in llm_stream returns with LLM_ERROR_CANCELED") {
  check_ended_by_destroy(stream_until_destroyed);
}

TEST("a thread that waits in llm_call_next returns with LLM_ERROR_CANCELED, and the handle stays valid") {
  check_ended_by_destroy(read_until_destroyed);
}

TEST("threads that wait in llm_list_models and llm_health_check return with LLM_ERROR_CANCELED") {
  check_ended_by_destroy(list_until_destroyed);
  check_ended_by_destroy(check_health_until_destroyed);
}

TEST("all of many calls end, also those whose connection is not up") {
  enum { count = 30 };
  fault_server *server = serve(), *full = serve_on("full");
  llm_client *client = openai_client(server), *stuck = openai_client(full);
  llm_call *calls[2 * count];
  int i;
  reply(server);
  server_hang(server);
  for (i = 0; i < 2 * count; i++) calls[i] = start_call(i % 2 ? client : stuck, LLM_OP_COMPLETE, HELLO);
  llm_client_destroy(client);
  llm_client_destroy(stuck);
  for (i = 0; i < 2 * count; i++) {
    check_fails(calls[i], LLM_ERROR_CANCELED, NULL);
    llm_call_free(calls[i]);
  }
}

typedef struct {
  llm_client *client;
  int32_t answer;
  int times;
} destroyer;

static int32_t destroy_client(int32_t kind, const char *data, size_t length, void *user_data) {
  destroyer *state = user_data;
  (void)kind;
  (void)data;
  (void)length;
  if (!state->times++) llm_client_destroy(state->client);
  return state->answer;
}

TEST("from an event callback: the stream ends with LLM_ERROR_CANCELED, whatever the callback returns") {
  int32_t answer;
  for (answer = 0; answer < 2; answer++) {
    fault_server *server = serve();
    destroyer state = {openai_client(server), answer, 0};
    reply(server);
    server_send(server, UNTIL_CLOSE OPENAI_TEXT("one"));
    server_hang(server);
    expect_failure(stream(state.client, HELLO, destroy_client, &state), LLM_ERROR_CANCELED, NULL);
    CHECK_INT(state.times, 1);
    server_await(server, "closed", 1);
  }
}

static int32_t destroy_at_response(int32_t kind, const char *data, size_t length, void *user_data) {
  if (kind == LLM_EVENT_RESPONSE) llm_client_destroy(user_data);
  return (void)data, (void)length, 0;
}

TEST("from the callback at LLM_EVENT_RESPONSE: the stream has succeeded") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  response = expect_success(stream(client, HELLO, destroy_at_response, client));
  check_member(response, "content", "Hi");
  free(response);
}

typedef struct {
  llm_client *client;
  sem_t inside, destroyed;
} meeting;

static int32_t wait_for_destroy(int32_t kind, const char *data, size_t length, void *user_data) {
  meeting *state = user_data;
  if (kind != LLM_EVENT_TEXT) return 0;
  sem_post(&state->inside);
  sem_wait(&state->destroyed);
  CHECK(memcmp(data, "one", 4) == 0 && length == 3); /* it lives until the callback returns */
  return 0;
}

static void *stream_and_wait(void *argument) {
  expect_failure(stream(((meeting *)argument)->client, HELLO, wait_for_destroy, argument), LLM_ERROR_CANCELED, NULL);
  return NULL;
}

TEST("it does not wait for a callback that another thread is in") {
  fault_server *server = serve();
  meeting state;
  pthread_t thread;
  state.client = openai_client(server);
  sem_init(&state.inside, 0, 0);
  sem_init(&state.destroyed, 0, 0);
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one"));
  server_hang(server);
  pthread_create(&thread, NULL, stream_and_wait, &state);
  sem_wait(&state.inside);
  llm_client_destroy(state.client); /* the callback returns only after this */
  sem_post(&state.destroyed);
  pthread_join(thread, NULL);
}

TEST("a call that had ended is read as it ended, and every function on its handle still works") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  turn turn;
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_call(client, LLM_OP_COMPLETE, HELLO);
  turn = check_event(call, LLM_EVENT_RESPONSE);
  llm_client_destroy(client);
  check_member(turn.data, "content", "Hi");
  check_over(call);
  llm_call_pause(call, 1);
  llm_call_pause(call, 0);
  llm_call_cancel(call);
  check_over(call);
  llm_call_free(call);
}

TEST("another client's calls go on, on connections that both have used") {
  fault_server *server = serve();
  llm_client *one = openai_client(server), *two = openai_client(server);
  llm_call *call;
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  reply_json(server, OPENAI_BODY("Hi"));
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_wait(server, "destroyed");
  server_send(server, OPENAI_END);
  server_close(server);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(one, HELLO)));
  free(expect_success(complete(two, HELLO)));
  call = start_call(two, LLM_OP_STREAM, HELLO);
  check_text(call, "Hi");
  llm_client_destroy(one);
  server_signal(server, "destroyed");
  check_event(call, LLM_EVENT_RESPONSE);
  llm_call_free(call);
  for (i = 0; i < 3; i++) free(expect_success(complete(two, HELLO)));
  llm_client_destroy(two);
}

TEST("connections that are kept for the next call are closed some time after the last client, and not before") {
  fault_server *server = serve();
  llm_client *one = openai_client(server), *other = openai_client(server);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(one, HELLO)));
  llm_client_destroy(one);
  CHECK(!server_saw(server, "idle-closed", 1, 200));
  free(expect_success(complete(other, HELLO)));
  CHECK_INT(server_count(server, "connected"), 1);
  llm_client_destroy(other);
  server_await(server, "idle-closed", 1);
  /* And the library goes on. */
  one = openai_client(server);
  free(expect_success(complete(one, HELLO)));
  llm_client_destroy(one);
  server_await(server, "idle-closed", 2);
}
