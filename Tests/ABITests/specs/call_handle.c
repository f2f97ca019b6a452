/* llm.h, "a call that runs by itself": starting, reading, freeing. Cancelling is in call_cancel.c. */
#include "handles.h"

#include <pthread.h>
#include <unistd.h>

TEST("llm_call_next: 0 polls, a number of milliseconds waits that long, -1 waits for as long as it takes") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  int i;
  reply(server);
  server_wait(server, "asked");
  server_sleep(server, 300);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  for (i = 0; i < 20; i++) CHECK_INT(next_turn(call, 0).status, LLM_PENDING);
  for (i = 0; i < 5; i++) CHECK_INT(next_turn(call, 10).status, LLM_PENDING);
  server_signal(server, "asked");
  CHECK_INT(next_turn(call, -1).status, LLM_OK); /* no signal handler runs here, so there is no LLM_PENDING either */
  CHECK_INT(next_turn(call, 0).status, LLM_PENDING);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("a stream gives its events, then LLM_EVENT_RESPONSE, then LLM_END for ever") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  turn turn;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_wait(server, "first-read");
  server_send(server, OPENAI_TEXT(" there") OPENAI_END);
  server_close(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "Hi");
  server_signal(server, "first-read");
  check_text(call, " there");
  turn = check_event(call, LLM_EVENT_RESPONSE);
  check_member(turn.data, "content", "Hi there");
  check_member(turn.data, "usage.total_tokens", "29");
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("a failure is said once, then LLM_END for ever") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  reply_with(server, "401 Unauthorized", "", "{}");
  call = start_call(client, LLM_OP_COMPLETE, HELLO);
  check_fails(call, LLM_ERROR_AUTHENTICATION, NULL);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("events that came before a failure are given before it") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far"));
  server_close(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "so far");
  check_fails(call, LLM_ERROR_TRUNCATED, "so far");
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("data is followed by a NUL, may hold one, and lives until the next llm_call_next, whatever comes meanwhile") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  turn turn;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("a\\u0000b"));
  server_wait(server, "first-read");
  server_repeat(server, 200, OPENAI_TEXT("something else, and more of it"));
  server_send(server, OPENAI_END);
  server_close(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  turn = check_event(call, LLM_EVENT_TEXT);
  CHECK_INT(turn.length, 3);
  server_signal(server, "first-read");
  server_await(server, "played", 1);
  usleep(50 * 1000);
  CHECK(memcmp(turn.data, "a\0b", 4) == 0);
  while (turn.status == LLM_OK && turn.kind != LLM_EVENT_RESPONSE) turn = next_news(call);
  CHECK_INT(turn.status, LLM_OK);
  CHECK_INT(turn.data[turn.length], 0);
  CHECK_INT(strlen(turn.data), turn.length);
  CHECK(json_valid(turn.data));
  llm_call_free(call);
  llm_client_destroy(client);
}

static void check_operation(int32_t operation, const char *request, const char *body, const char *path, const char *want) {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  spec_about(path);
  reply_json(server, body);
  call = start_call(client, operation, request);
  check_member(check_event(call, LLM_EVENT_RESPONSE).data, path, want);
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

#define MODELS "{\"object\":\"list\",\"data\":[{\"id\":\"m-1\",\"object\":\"model\"}]}"

TEST("every operation runs through a handle and ends with LLM_EVENT_RESPONSE; options may be NULL where there are only options") {
  check_operation(LLM_OP_COMPLETE, HELLO, OPENAI_BODY("Hi"), "message.content", "Hi");
  check_operation(LLM_OP_ANALYZE, "{\"content\": \"text\", \"instruction\": \"count\", \"max_tokens\": 9}", OPENAI_BODY("four"),
                  "content", "four");
  check_operation(LLM_OP_ANALYZE, "{\"content\": \"text\"}", OPENAI_BODY("four"), "finish_reason", "stop");
  check_operation(LLM_OP_EMBED, "{\"input\": \"text\"}", "{\"data\":[{\"index\":0,\"embedding\":[0.5,-0.25]}]}",
                  "embeddings.0.1", "-0.25");
  check_operation(LLM_OP_LIST_MODELS, NULL, MODELS, "models.0.id", "m-1");
  check_operation(LLM_OP_LIST_MODELS, "{\"call_id\": \"mine\"}", MODELS, "call_id", "mine");
  check_operation(LLM_OP_HEALTH_CHECK, NULL, MODELS, "healthy", "true");
  check_operation(LLM_OP_HEALTH_CHECK, "{\"call_id\": \"mine\"}", MODELS, "call_id", "mine");
}

TEST("an unknown operation is an invalid argument") {
  static const int32_t unknown[] = {0, 7, -1, 0x7fffffff, -0x7fffffff - 1};
  llm_client *client = openai_client(serve());
  size_t i;
  for (i = 0; i < sizeof unknown / sizeof *unknown; i++)
    expect_failure(start_and_free(client, unknown[i], HELLO), LLM_ERROR_INVALID_ARGUMENT, "operation");
  llm_client_destroy(client);
}

TEST("what is wrong with a request is said by llm_call_start, and nothing is sent") {
  static const int32_t operations[] = {LLM_OP_COMPLETE, LLM_OP_STREAM,      LLM_OP_ANALYZE,
                                       LLM_OP_EMBED,    LLM_OP_LIST_MODELS, LLM_OP_HEALTH_CHECK};
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  size_t i;
  for (i = 0; i < sizeof operations / sizeof *operations; i++) {
    expect_failure(start_and_free(client, operations[i], "{"), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(start_and_free(client, operations[i], "{\"nonsense\": 1}"), LLM_ERROR_INVALID_ARGUMENT, NULL);
  }
  expect_failure(start_and_free(client, LLM_OP_ANALYZE, "{\"instruction\": \"count\"}"), LLM_ERROR_INVALID_ARGUMENT, "content");
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("freeing a call that runs closes its connection, whatever it is doing") {
  fault_server *server = serve(), *full = serve_on("full");
  llm_client *client = openai_client(server), *stuck = openai_client(full);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO); /* with an event in hand */
  check_event(call, LLM_EVENT_TEXT);
  llm_call_free(call);
  server_await(server, "closed", 1);
  call = start_call(client, LLM_OP_STREAM, HELLO); /* with an event that was not read */
  server_await(server, "request", 2);
  llm_call_free(call);
  server_await(server, "closed", 2);
  llm_call_free(start_call(stuck, LLM_OP_STREAM, HELLO)); /* while connecting */
  llm_client_destroy(client);
  llm_client_destroy(stuck);
}

TEST("NULL may be paused, cancelled and freed") {
  llm_call_pause(NULL, 1);
  llm_call_pause(NULL, 0);
  llm_call_cancel(NULL);
  llm_call_free(NULL);
}

/* Reads until something other than "one at a time" comes. */
static void *read_alone(void *call) {
  turn turn;
  while ((turn = next_turn(call, -1)).status == LLM_ERROR_INVALID_ARGUMENT || turn.status == LLM_PENDING)
    llm_error_free(turn.error);
  CHECK_STATUS(turn.status, LLM_OK, turn.error);
  CHECK_TEXT(turn.data, "Hi");
  return NULL;
}

TEST("one thread reads at a time: a second one gets an invalid argument and does not disturb the first") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  pthread_t reader;
  turn turn;
  reply(server);
  server_wait(server, "refused");
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  pthread_create(&reader, NULL, read_alone, call);
  while ((turn = next_turn(call, 0)).status == LLM_PENDING) usleep(5 * 1000);
  CHECK_STATUS(turn.status, LLM_ERROR_INVALID_ARGUMENT, turn.error);
  llm_error_free(turn.error);
  server_signal(server, "refused");
  pthread_join(reader, NULL);
  CHECK_INT(next_turn(call, 0).status, LLM_PENDING);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("many calls run side by side and are read by one thread, in any order") {
  enum { count = 40 };
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *calls[count];
  int i;
  reply(server);
  server_wait(server, "all-are-there");
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  for (i = 0; i < count; i++) calls[i] = start_call(client, LLM_OP_STREAM, HELLO);
  server_await(server, "request", count);
  server_signal(server, "all-are-there");
  for (i = count; i-- > 0;) check_text(calls[i], "Hi");
  for (i = 0; i < count; i++) {
    check_member(check_event(calls[i], LLM_EVENT_RESPONSE).data, "content", "Hi");
    check_over(calls[i]);
    llm_call_free(calls[i]);
  }
  llm_client_destroy(client);
}
