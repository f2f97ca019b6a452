/* llm.h, "fork() and exit()": what a forked child may do with its parent's handles, and that new clients work there. Forks
 * while other threads are at work are in fork_busy.c. */
#include "children.h"
#include "handles.h"

/* A server that answers every llm_complete with "Hi". */
static fault_server *serve_hi(void) {
  fault_server *server = serve();
  reply_json(server, OPENAI_BODY("Hi"));
  return server;
}

/* A new client completes and streams, against servers of this process. */
static void use_new_client(void *unused) {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  (void)unused;
  reply_json(server, OPENAI_BODY("Hi"));
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_TEXT(" there") OPENAI_END);
  server_close(server);
  free(expect_success(complete(client, HELLO)));
  free(expect_success(stream(client, HELLO, collect, all)));
  CHECK_TEXT(all->text, "Hi there");
  events_free(all);
  llm_client_destroy(client);
}

TEST("before the first use: child and parent both work") {
  check_child(use_new_client, NULL);
  use_new_client(NULL);
  check_child(use_new_client, NULL);
}

TEST("after the first use: a new client works in the child, and the parent's goes on in the parent") {
  fault_server *server = serve_hi();
  llm_client *client = openai_client(server);
  free(expect_success(complete(client, HELLO)));
  check_child(use_new_client, NULL);
  free(expect_success(complete(client, HELLO)));
  llm_client_destroy(client);
}

typedef struct {
  llm_client *client;
  llm_call *call;
} handles;

static void use_parents_handles(void *argument) {
  handles *of_parent = argument;
  turn turn;
  int32_t operation;
  expect_failure(complete(of_parent->client, HELLO), LLM_ERROR_FORKED, "client");
  expect_failure(stream(of_parent->client, HELLO, ignore_event, NULL), LLM_ERROR_FORKED, "client");
  expect_failure(analyze(of_parent->client, "text", NULL, NULL), LLM_ERROR_FORKED, "client");
  expect_failure(list_models(of_parent->client, NULL), LLM_ERROR_FORKED, "client");
  expect_failure(health_check(of_parent->client, NULL), LLM_ERROR_FORKED, "client");
  for (operation = LLM_OP_COMPLETE; operation <= LLM_OP_STREAM; operation++)
    expect_failure(start_and_free(of_parent->client, operation, HELLO), LLM_ERROR_FORKED, "client");
  for (operation = -1; operation < 2; operation++) {
    turn = next_turn(of_parent->call, operation);
    CHECK_STATUS(turn.status, LLM_ERROR_FORKED, turn.error);
    CHECK_HAS(llm_error_message(turn.error), "call");
    llm_error_free(turn.error);
  }
}

static void free_parents_handles(void *argument) {
  handles *of_parent = argument;
  llm_call_pause(of_parent->call, 1);
  llm_call_pause(of_parent->call, 0);
  llm_call_cancel(of_parent->call);
  llm_call_cancel(of_parent->call);
  llm_call_free(of_parent->call);
  llm_client_destroy(of_parent->client);
}

static void use_and_free_and_start_anew(void *argument) {
  use_parents_handles(argument);
  use_new_client(NULL);
  use_parents_handles(argument);
  free_parents_handles(argument);
  use_new_client(NULL);
}

static void free_and_exit(void *argument) {
  free_parents_handles(argument);
  exit(0);
}

static void exit_at_once(void *unused) {
  (void)unused;
  exit(0);
}

/* A stream in the parent that must go on and end well, whatever children do in the middle of it. */
static void check_stream_survives(void (*in_child)(void *)) {
  fault_server *server = serve();
  handles mine = {openai_client(server), NULL};
  turn turn;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one"));
  server_wait(server, "forked");
  CHECK_INT(server_count(server, "closed"), 0);
  server_send(server, OPENAI_TEXT("two") OPENAI_END);
  server_close(server);
  mine.call = start_call(mine.client, LLM_OP_STREAM, HELLO);
  check_text(mine.call, "one");
  check_child(in_child, &mine);
  CHECK_INT(server_saw(server, "closed", 1, 100), 0);
  CHECK_INT(server_count(server, "request"), 1);
  server_signal(server, "forked");
  check_text(mine.call, "two");
  turn = check_event(mine.call, LLM_EVENT_RESPONSE);
  check_member(turn.data, "content", "onetwo");
  check_over(mine.call);
  CHECK_INT(server_count(server, "connected"), 1);
  llm_call_free(mine.call);
  llm_client_destroy(mine.client);
}

TEST("the parent's client and call give LLM_ERROR_FORKED in every function, and the parent's stream goes on") {
  check_stream_survives(use_parents_handles);
}

TEST("freeing, pausing and cancelling the parent's handles sends nothing: the parent's stream goes on") {
  check_stream_survives(free_parents_handles);
}

TEST("new clients work in the child before and after its parent's handles were freed") {
  check_stream_survives(use_and_free_and_start_anew);
}

TEST("a child that exits, with its parent's handles freed or not, leaves the parent's stream alone") {
  check_stream_survives(free_and_exit);
  check_stream_survives(exit_at_once);
}

static void start_and_free_only_own(void *argument) {
  fault_server *server = serve_hi();
  handles mine = {openai_client(server), NULL};
  mine.call = start_call(mine.client, LLM_OP_COMPLETE, HELLO);
  check_child(use_and_free_and_start_anew, &mine);
  check_child(use_parents_handles, argument); /* the grandparent's */
  check_event(mine.call, LLM_EVENT_RESPONSE);
  llm_call_free(mine.call);
  llm_client_destroy(mine.client);
}

TEST("a child may fork again: the same holds between it and its own child") {
  check_stream_survives(start_and_free_only_own);
}

TEST("fifty children one after the other, each with calls of its own") {
  fault_server *server = serve_hi();
  llm_client *client = openai_client(server);
  int i;
  for (i = 0; i < 50; i++) {
    free(expect_success(complete(client, HELLO)));
    check_child(use_new_client, NULL);
  }
  llm_client_destroy(client);
}

typedef struct {
  outcome failed, succeeded;
} results;

static void read_and_free_results(void *argument) {
  results *of_parent = argument;
  CHECK_INT(llm_error_status(of_parent->failed.error), LLM_ERROR_AUTHENTICATION);
  CHECK_INT(llm_error_http_status(of_parent->failed.error), 401);
  CHECK_HAS(llm_error_json(of_parent->failed.error), "\"authentication\"");
  check_member(of_parent->succeeded.response, "content", "Hi");
  outcome_free(&of_parent->failed);
  outcome_free(&of_parent->succeeded);
}

TEST("errors and results that the parent was given can be read and freed in the child") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  results mine;
  reply_with(server, "401 Unauthorized", "", "{}");
  reply_json(server, OPENAI_BODY("Hi"));
  mine.failed = complete(client, HELLO);
  mine.succeeded = complete(client, HELLO);
  check_child(read_and_free_results, &mine);
  read_and_free_results(&mine);
  llm_client_destroy(client);
}
