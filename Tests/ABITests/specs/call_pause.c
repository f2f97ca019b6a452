/* llm.h, llm_call_pause. That idle_ms stands still meanwhile is in timeouts.c. */
#include "handles.h"

#include <unistd.h>

enum { events_sent = 6000, event_bytes = 4000 };

/* A stream of 24 MB, far more than sockets and the library hold. */
static void serve_much(fault_server *server) {
  char text[event_bytes + 1], *event;
  memset(text, 'x', event_bytes);
  text[event_bytes] = '\0';
  event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n", text);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, events_sent, event);
  server_send(server, OPENAI_END);
  server_close(server);
  free(event);
}

/* Reads text until the call gives none for a while, and tells how many bytes it was. */
static size_t read_what_is_there(llm_call *call) {
  size_t bytes = 0;
  turn turn;
  while ((turn = next_turn(call, 500)).status == LLM_OK) {
    CHECK_INT(turn.kind, LLM_EVENT_TEXT);
    bytes += turn.length;
  }
  CHECK_STATUS(turn.status, LLM_PENDING, turn.error);
  return bytes;
}

TEST("pausing stops the transfer after what is under way, 0 goes on, and nothing is lost") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  size_t bytes;
  turn turn;
  serve_much(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  bytes = check_event(call, LLM_EVENT_TEXT).length;
  llm_call_pause(call, 1);
  llm_call_pause(call, -1); /* once more does not have to be taken back once more */
  bytes += read_what_is_there(call);
  server_await(server, "stalled", 1);
  CHECK(bytes < (size_t)events_sent * event_bytes / 2);
  CHECK_INT(next_turn(call, 300).status, LLM_PENDING);
  llm_call_pause(call, 0);
  while ((turn = next_news(call)).status == LLM_OK && turn.kind == LLM_EVENT_TEXT) bytes += turn.length;
  CHECK_STATUS(turn.status, LLM_OK, turn.error);
  CHECK_INT(turn.kind, LLM_EVENT_RESPONSE);
  CHECK_INT(bytes, (size_t)events_sent * event_bytes);
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("a call that is paused from the start comes whole when it is let go") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  llm_call_pause(call, 1);
  server_await(server, "played", 1);
  llm_call_pause(call, 0);
  check_text(call, "Hi");
  check_event(call, LLM_EVENT_RESPONSE);
  llm_call_pause(call, 1); /* after the end: nothing */
  check_over(call);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("a paused call does not hold up the others of its client") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  int i;
  serve_much(server);
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_call(client, LLM_OP_STREAM, HELLO);
  check_event(call, LLM_EVENT_TEXT);
  llm_call_pause(call, 1);
  server_await(server, "stalled", 1);
  for (i = 0; i < 10; i++) free(expect_success(complete(client, HELLO)));
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("a paused call can be cancelled, freed, and ended by its client's destruction") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *calls[3];
  int i;
  serve_much(server);
  for (i = 0; i < 3; i++) {
    calls[i] = start_call(client, LLM_OP_STREAM, HELLO);
    check_event(calls[i], LLM_EVENT_TEXT);
    llm_call_pause(calls[i], 1);
  }
  server_await(server, "stalled", 3);
  llm_call_cancel(calls[0]);
  check_fails(calls[0], LLM_ERROR_CANCELED, NULL);
  llm_call_free(calls[0]);
  server_await(server, "closed", 1);
  llm_call_free(calls[1]);
  server_await(server, "closed", 2);
  llm_client_destroy(client);
  server_await(server, "closed", 3);
  llm_call_free(calls[2]);
}
