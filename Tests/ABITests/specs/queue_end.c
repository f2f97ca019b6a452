/* llm.h: how calls on a queue are paused, cancelled and freed, and what destroying client and queue does to them. */
#include "queues.h"

#include <pthread.h>
#include <unistd.h>

/* Streams that send "one" and then nothing. */
static void serve_endless(fault_server *server) {
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one"));
  server_hang(server);
}

/* Until the library has read whatever the server has sent before: its one thread has served other calls since. */
static void let_it_arrive(llm_client *client) {
  int i;
  for (i = 0; i < 20; i++) {
    outcome outcome = complete(client, HELLO);
    outcome_free(&outcome);
  }
}

TEST("cancelling ends the call with one ERROR, CANCELED, with what had come in it") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call;
  serve_endless(server);
  call = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  read_until_text(reader, 0, "one");
  llm_call_cancel(call);
  llm_call_cancel(call);
  read_until_ended(reader, 1);
  check_error(reader, 0, LLM_ERROR_CANCELED);
  check_member(reader->of[0].last, "partial.content", "one");
  llm_call_cancel(call);
  check_quiet(reader, 50);
  server_await(server, "closed", 1);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("events that were not read are dropped by the cancel, and a response turns into the ERROR") {
  fault_server *server = serve(), *other = serve();
  llm_client *client = openai_client(server), *neighbour = openai_client(other);
  reader *reader = reader_new(1);
  llm_call *call;
  size_t used;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("one") OPENAI_TEXT("two") OPENAI_END);
  server_close(server);
  reply_json(other, OPENAI_BODY("Hi"));
  call = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  while (llm_queue_read(reader->queue, 20000, NULL, 0, &used) == LLM_PENDING) {}
  server_await(server, "played", 1);
  let_it_arrive(neighbour);
  llm_call_cancel(call);
  llm_call_cancel(call);
  read_until_ended(reader, 1);
  check_error(reader, 0, LLM_ERROR_CANCELED);
  check_member(reader->of[0].last, "partial.content", "onetwo");
  CHECK_INT(reader->of[0].events, 1);
  check_quiet(reader, 50);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
  llm_client_destroy(neighbour);
}

TEST("cancelled between two reads of a burst, the rest is dropped") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_of(queue_new(), 1, 48);
  llm_call *call;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 1000, OPENAI_TEXT("ten bytes."));
  server_hang(server);
  call = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  CHECK_INT(read_once(reader, 20000), LLM_OK);
  CHECK_INT(read_once(reader, 20000), LLM_OK);
  llm_call_cancel(call);
  read_until_ended(reader, 1);
  CHECK_INT(reader->of[0].events, 3);
  check_error(reader, 0, LLM_ERROR_CANCELED);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("after the end was read, cancelling does nothing") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call;
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  read_until_ended(reader, 1);
  llm_call_cancel(call);
  check_answer(reader, 0, "Hi");
  check_quiet(reader, 50);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("after llm_call_free no read yields its tag, whatever it had and was doing") {
  fault_server *server = serve(), *fast = serve();
  llm_client *client = openai_client(server), *neighbour = openai_client(fast);
  reader *reader = reader_new(3);
  llm_call *calls[2];
  size_t used;
  serve_endless(server);
  reply_json(fast, OPENAI_BODY("Hi"));
  calls[0] = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  while (llm_queue_read(reader->queue, 20000, NULL, 0, &used) == LLM_PENDING) {}
  calls[1] = start_on(reader, 1, neighbour, LLM_OP_COMPLETE, HELLO); /* it ends, unread */
  let_it_arrive(neighbour);
  llm_call_free(calls[0]);
  llm_call_free(calls[1]);
  CHECK_INT(read_once(reader, 0), LLM_PENDING);
  calls[0] = start_on(reader, 2, neighbour, LLM_OP_COMPLETE, HELLO);
  read_until_ended(reader, 1);
  check_answer(reader, 2, "Hi");
  check_quiet(reader, 50);
  CHECK_INT(reader->of[0].events + reader->of[1].events, 0);
  server_await(server, "closed", 1);
  llm_call_free(calls[0]);
  reader_free(reader);
  llm_client_destroy(client);
  llm_client_destroy(neighbour);
}

TEST("llm_call_pause holds up that call alone, and nothing is lost") {
  enum { bytes_sent = 20000000, event_bytes = 4000 };
  fault_server *server = serve(), *fast = serve();
  llm_client *client = client_for(server, "openai", "\"max_response_bytes\": 400000000");
  llm_client *neighbour = openai_client(fast);
  reader *reader = reader_new(2);
  llm_call *paused, *call;
  char text[event_bytes + 1], *event;
  int i;
  memset(text, 'x', event_bytes);
  text[event_bytes] = '\0';
  event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n", text);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, bytes_sent / event_bytes, event);
  server_send(server, OPENAI_END);
  server_close(server);
  reply_json(fast, OPENAI_BODY("Hi"));
  paused = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  CHECK_INT(read_once(reader, 20000), LLM_OK);
  llm_call_pause(paused, 1);
  while (!server_saw(server, "stalled", 1, 0)) read_once(reader, 20);
  for (i = 0; i < 20; i++) {
    call = start_on(reader, 1, neighbour, LLM_OP_COMPLETE, HELLO);
    read_until_ended(reader, 1);
    check_answer(reader, 1, "Hi");
    free(reader->of[1].last);
    memset(&reader->of[1], 0, sizeof reader->of[1]);
    reader->ended = 0;
    llm_call_free(call);
  }
  drain(reader);
  CHECK(reader->of[0].length < bytes_sent / 2);
  check_quiet(reader, 300);
  llm_call_pause(paused, 0);
  read_until_ended(reader, 1);
  CHECK_INT(reader->of[0].length, bytes_sent);
  CHECK_INT(reader->of[0].last_kind, LLM_EVENT_RESPONSE);
  llm_call_free(paused);
  reader_free(reader);
  llm_client_destroy(client);
  llm_client_destroy(neighbour);
  free(event);
}

TEST("a client that is destroyed ends its calls on the queue with CANCELED, after what had come") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(3);
  llm_call *calls[3];
  size_t used;
  int i;
  serve_endless(server);
  for (i = 0; i < 3; i++) calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
  while (llm_queue_read(reader->queue, 20000, NULL, 0, &used) == LLM_PENDING) {}
  llm_client_destroy(client);
  read_until_ended(reader, 3);
  for (i = 0; i < 3; i++) {
    check_error(reader, (uint64_t)i, LLM_ERROR_CANCELED);
    llm_call_free(calls[i]);
  }
  check_quiet(reader, 50);
  reader_free(reader);
}

TEST("destroying a queue cancels its calls; their handles stay valid, the client goes on") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *calls[10];
  int round, i;
  serve_endless(server);
  for (round = 0; round < 3; round++) {
    reader *reader = reader_new(10);
    int before = (int)server_count(server, "request");
    for (i = 0; i < 10; i++) calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
    if (round > 0) server_await(server, "request", before + 10); /* in the first they have hardly begun */
    if (round == 2) read_until_text(reader, 3, "one");
    llm_queue_destroy(reader->queue);
    for (i = 0; i < 10; i++) {
      turn turn = next_turn(calls[i], -1);
      CHECK_STATUS(turn.status, LLM_ERROR_INVALID_ARGUMENT, turn.error);
      llm_error_free(turn.error);
      llm_call_pause(calls[i], 1);
      llm_call_pause(calls[i], 0);
      llm_call_cancel(calls[i]);
      llm_call_free(calls[i]);
    }
    reader->queue = NULL;
    reader_free(reader);
  }
  server_await(server, "closed", (int)server_count(server, "request"));
  llm_client_destroy(client);
}

typedef struct {
  llm_call *calls[64];
  int free_them;
} storm;

static void *end_calls(void *argument) {
  storm *storm = argument;
  int i;
  for (i = 0; i < 64; i++) {
    if (i % 8 == 0) usleep(500);
    if (storm->free_them) llm_call_free(storm->calls[i]);
    else llm_call_cancel(storm->calls[i]);
  }
  return NULL;
}

static void check_storm(int free_them) {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int round, i;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 200, OPENAI_TEXT("some text"));
  server_send(server, OPENAI_END);
  server_close(server);
  for (round = 0; round < 5; round++) {
    reader *reader = reader_of(queue_new(), 64, 4096);
    size_t events;
    pthread_t thread;
    storm storm;
    storm.free_them = free_them;
    for (i = 0; i < 64; i++) storm.calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
    pthread_create(&thread, NULL, end_calls, &storm);
    for (i = 0; i < 200; i++)
      if (read_once(reader, 1) == LLM_TOO_SMALL) reader_grow(reader);
    pthread_join(thread, NULL);
    if (free_them) {
      events = reader->events;
      CHECK_INT(read_once(reader, 20), LLM_PENDING);
      CHECK_INT(reader->events, events);
    } else {
      read_until_ended(reader, 64);
      for (i = 0; i < 64; i++) {
        if (reader->of[i].last_kind == LLM_EVENT_ERROR) check_error(reader, (uint64_t)i, LLM_ERROR_CANCELED);
        llm_call_free(storm.calls[i]);
      }
      check_quiet(reader, 20);
    }
    reader_free(reader);
  }
  llm_client_destroy(client);
}

TEST("cancelling from another thread while the queue is read: each call ends once") { check_storm(0); }

TEST("freeing from another thread while the queue is read: then nothing more comes") { check_storm(1); }
