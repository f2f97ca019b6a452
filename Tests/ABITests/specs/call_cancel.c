/* llm.h, llm_call_cancel: "Ends the call with LLM_ERROR_CANCELED; events that were not read yet are dropped." */
#include "handles.h"

#include <pthread.h>
#include <unistd.h>

/* Cancels when the reader has most likely begun to wait; what must happen does not depend on it. */
static void *cancel_soon(void *call) {
  usleep(100 * 1000);
  llm_call_cancel(call);
  return NULL;
}

static void check_cancelled_while_waiting(llm_call *call, const char *content) {
  pthread_t canceller;
  pthread_create(&canceller, NULL, cancel_soon, call);
  check_fails(call, LLM_ERROR_CANCELED, content);
  pthread_join(canceller, NULL);
  llm_call_free(call);
}

TEST("from another thread, while llm_call_next waits: LLM_ERROR_CANCELED once, with what had come, and the connection is closed") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("as far as this"));
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "as far as this");
  check_cancelled_while_waiting(call, "as far as this");
  server_await(server, "closed", 1);
  llm_client_destroy(client);
}

TEST("while the server has not answered") {
  static const int32_t operations[] = {LLM_OP_COMPLETE, LLM_OP_STREAM, LLM_OP_LIST_MODELS, LLM_OP_HEALTH_CHECK};
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int i;
  reply(server);
  server_hang(server);
  for (i = 0; i < 4; i++) {
    llm_call *call = start_call(client, operations[i], i < 2 ? HELLO : NULL);
    server_await(server, "request", i + 1);
    check_cancelled_while_waiting(call, NULL);
    server_await(server, "closed", i + 1);
  }
  llm_client_destroy(client);
}

TEST("while the connection does not come up, TLS included") {
  fault_server *full = serve_on("full"), *silent = serve();
  char *url = spec_format("\"base_url\": \"https://127.0.0.1:%d/v1\"", server_port(silent));
  llm_client *stuck = openai_client(full), *tls = client_for(silent, "openai", url);
  llm_call *call;
  check_cancelled_while_waiting(start_call(stuck, LLM_OP_STREAM, HELLO), NULL);
  call = start_call(tls, LLM_OP_STREAM, HELLO);
  server_await(silent, "connected", 1);
  check_cancelled_while_waiting(call, NULL);
  llm_client_destroy(stuck);
  llm_client_destroy(tls);
  free(url);
}

TEST("before anything has happened") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 50; i++) {
    llm_call *call = start_call(client, i % 2 ? LLM_OP_STREAM : LLM_OP_COMPLETE, HELLO);
    llm_call_cancel(call);
    check_fails(call, LLM_ERROR_CANCELED, NULL);
    llm_call_free(call);
  }
  free(expect_success(complete(client, HELLO)));
  llm_client_destroy(client);
}

TEST("after the end it does nothing") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  turn turn;
  reply_json(server, OPENAI_BODY("Hi"));
  reply_with(server, "401 Unauthorized", "", "{}");
  call = start_call(client, LLM_OP_COMPLETE, HELLO);
  turn = check_event(call, LLM_EVENT_RESPONSE);
  llm_call_cancel(call);
  check_member(turn.data, "content", "Hi"); /* it still lives */
  check_over(call);
  llm_call_cancel(call);
  check_over(call);
  llm_call_free(call);
  call = start_call(client, LLM_OP_COMPLETE, HELLO);
  check_fails(call, LLM_ERROR_AUTHENTICATION, NULL);
  llm_call_cancel(call);
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

static void *cancel_often(void *call) {
  int i;
  for (i = 0; i < 1000; i++) llm_call_cancel(call);
  return NULL;
}

TEST("any number of times, from any number of threads: the call ends once") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  pthread_t threads[4];
  llm_call *call;
  int i;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far"));
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_text(call, "so far");
  for (i = 0; i < 4; i++) pthread_create(&threads[i], NULL, cancel_often, call);
  check_fails(call, LLM_ERROR_CANCELED, "so far");
  for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

/* Until whatever the server has sent before this has been read by the library: its one thread has served other calls since. */
static void let_it_arrive(llm_client *client) {
  int i;
  for (i = 0; i < 3; i++) free(expect_success(complete(client, HELLO)));
}

TEST("also when the answer has come whole and was not read: LLM_ERROR_CANCELED with the answer in partial") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  reply_json(server, OPENAI_BODY("the whole answer"));
  call = start_call(client, LLM_OP_COMPLETE, HELLO);
  server_await(server, "played", 1);
  let_it_arrive(client);
  llm_call_cancel(call);
  check_fails(call, LLM_ERROR_CANCELED, "the whole answer");
  llm_call_free(call);
  llm_client_destroy(client);
}

/* Events that cannot be joined, in one piece, after an event that is read alone. */
static llm_call *start_with_unread_events(fault_server *server, llm_client *client) {
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one")
                      OPENAI_TOOL("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
                      OPENAI_TEXT("two"));
  server_mark(server, "all-sent");
  server_hang(server);
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_call(client, LLM_OP_STREAM, HELLO);
  server_await(server, "all-sent", 1);
  let_it_arrive(client);
  return call;
}

TEST("events that have come and were not read are dropped: none of them") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call = start_with_unread_events(server, client);
  llm_call_cancel(call);
  check_fails(call, LLM_ERROR_CANCELED, "onetwo");
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("events that have come and were not read are dropped: the first was read") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call = start_with_unread_events(server, client);
  turn turn = check_event(call, LLM_EVENT_TEXT);
  llm_call_cancel(call);
  CHECK(strncmp(turn.data, "one", 3) == 0); /* it still lives */
  check_fails(call, LLM_ERROR_CANCELED, "onetwo");
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("a client goes on working after many cancelled calls") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int i;
  reply(server);
  server_send(server, CHUNKED);
  server_chunk(server, OPENAI_TEXT("Hi") OPENAI_END);
  server_send(server, LAST_CHUNK);
  for (i = 0; i < 50; i++) {
    llm_call *call = start_call(client, LLM_OP_STREAM, HELLO);
    if (i % 3) check_event(call, LLM_EVENT_TEXT);
    if (i % 3 == 2) check_event(call, LLM_EVENT_RESPONSE);
    llm_call_cancel(call);
    if (i % 3 == 2)
      check_over(call);
    else
      check_fails(call, LLM_ERROR_CANCELED, NULL);
    llm_call_free(call);
    free(expect_success(stream(client, HELLO, ignore_event, NULL)));
  }
  llm_client_destroy(client);
}
