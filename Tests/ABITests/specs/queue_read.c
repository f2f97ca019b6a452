/* llm.h, llm_queue_read: what a queue delivers, into buffers of which size, and how calls on it are started and end. */
#include "queues.h"

#include <pthread.h>
#include <unistd.h>

#define MODELS "{\"data\":[{\"id\":\"m\",\"object\":\"model\"}]}"

static void stream_reply(fault_server *server, const char *first, const char *second) {
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, first);
  server_send(server, second);
  server_send(server, OPENAI_END);
  server_close(server);
}

TEST("a stream's events come in order with its tag, and its response last") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(8);
  llm_call *call;
  stream_reply(server, OPENAI_TEXT("2 + 2 ") OPENAI_TEXT("= "), OPENAI_TEXT("4"));
  call = start_on(reader, 7, client, LLM_OP_STREAM, HELLO);
  read_until_ended(reader, 1);
  check_answer(reader, 7, "2 + 2 = 4");
  CHECK(reader->of[7].events >= 2);
  check_quiet(reader, 50);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("every operation ends in one RESPONSE") {
  static const int32_t operations[] = {LLM_OP_COMPLETE, LLM_OP_STREAM,      LLM_OP_ANALYZE,
                                       LLM_OP_EMBED,    LLM_OP_LIST_MODELS, LLM_OP_HEALTH_CHECK};
  static const char *requests[] = {HELLO, HELLO, "{\"content\": \"text\"}", "{\"input\": \"text\"}", NULL, NULL};
  enum { count = sizeof operations / sizeof *operations };
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(count);
  llm_call *calls[count];
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  stream_reply(server, OPENAI_TEXT("H"), OPENAI_TEXT("i"));
  reply_json(server, OPENAI_BODY("Hi"));
  reply_json(server, "{\"data\":[{\"index\":0,\"embedding\":[0.5,-0.25]}]}");
  reply_json(server, MODELS);
  for (i = 0; i < count; i++) {
    calls[i] = start_on(reader, (uint64_t)i, client, operations[i], requests[i]);
    read_until_ended(reader, (size_t)i + 1);
    if (i < 3) check_answer(reader, (uint64_t)i, "Hi");
    CHECK(operations[i] == LLM_OP_STREAM || reader->of[i].events == 1);
    CHECK_INT(reader->of[i].last_kind, LLM_EVENT_RESPONSE);
  }
  check_member(reader->of[3].last, "embeddings.0.1", "-0.25");
  check_member(reader->of[4].last, "models.0.id", "m");
  check_member(reader->of[5].last, "healthy", "true");
  check_quiet(reader, 50);
  for (i = 0; i < count; i++) llm_call_free(calls[i]);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a call that fails ends in one ERROR, with its number and what had come") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(2);
  llm_call *calls[2];
  reply_with(server, "401 Unauthorized", "content-type: application/json\r\n", "{\"error\":{\"message\":\"who are you\"}}");
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("so far"));
  server_close(server);
  calls[0] = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  read_until_ended(reader, 1);
  calls[1] = start_on(reader, 1, client, LLM_OP_STREAM, HELLO);
  read_until_ended(reader, 2);
  check_error(reader, 0, LLM_ERROR_AUTHENTICATION);
  check_member(reader->of[0].last, "http_status", "401");
  check_error(reader, 1, LLM_ERROR_TRUNCATED);
  check_member(reader->of[1].last, "partial.content", "so far");
  CHECK_TEXT(reader->of[1].text, "so far");
  check_quiet(reader, 50);
  llm_call_free(calls[0]);
  llm_call_free(calls[1]);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a request that is refused starts nothing") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call = GARBAGE;
  llm_error *error = GARBAGE;
  llm_status status = llm_call_start(client, LLM_OP_STREAM, "{\"messages\": 1}", reader->queue, 0, &call, &error);
  check_outcome(status, NULL, error);
  CHECK_INT(status, LLM_ERROR_INVALID_ARGUMENT);
  CHECK(call == NULL);
  llm_error_free(error);
  check_quiet(reader, 50);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("llm_call_next on a call of a queue is LLM_ERROR_INVALID_ARGUMENT, and takes nothing from the queue") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  llm_call *call;
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  for (i = -1; i < 2; i++) {
    turn turn = next_turn(call, i);
    CHECK_STATUS(turn.status, LLM_ERROR_INVALID_ARGUMENT, turn.error);
    CHECK_HAS(llm_error_message(turn.error), "queue");
    llm_error_free(turn.error);
  }
  read_until_ended(reader, 1);
  check_answer(reader, 0, "Hi");
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("NULL: each function says so or does nothing") {
  reader *reader = reader_new(1);
  llm_error *error = GARBAGE;
  llm_queue *absent = NULL, **nowhere = NULL; /* in variables, so that the compiler does not see what is tried here */
  size_t used = 99, *no_size = NULL;
  CHECK_INT(llm_queue_create(nowhere, &error), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_error_status(error), LLM_ERROR_INVALID_ARGUMENT);
  llm_error_free(error);
  CHECK_INT(llm_queue_create(nowhere, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_queue_read(absent, 0, reader->buffer, reader->capacity, &used), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(used, 0);
  used = 99;
  CHECK_INT(llm_queue_read(reader->queue, 0, NULL, 16, &used), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(used, 0);
  CHECK_INT(llm_queue_read(reader->queue, 0, reader->buffer, reader->capacity, no_size), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_queue_read(reader->queue, 0, NULL, 0, &used), LLM_PENDING);
  CHECK_INT(llm_queue_fd(NULL), -1);
  llm_queue_wake(NULL);
  llm_queue_destroy(NULL);
  reader_free(reader);
}

TEST("a record that is larger than the buffer: LLM_TOO_SMALL says what it needs, as often as asked, and nothing is lost") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *large = reader_new(1), *small = reader_of(large->queue, 1, 32);
  llm_call *call;
  size_t needed, unused;
  stream_reply(server, OPENAI_TEXT("12345678901234567890"), OPENAI_TEXT("x"));
  call = start_on(large, 0, client, LLM_OP_STREAM, HELLO);
  while (read_once(small, 1000) == LLM_PENDING) {}
  needed = small->used;
  CHECK_INT(needed, 16 + 24);
  CHECK_INT(read_once(small, -1), LLM_TOO_SMALL); /* at once */
  CHECK_INT(read_once(small, 0), LLM_TOO_SMALL);
  CHECK_INT(small->used, needed);
  CHECK_INT(llm_queue_read(large->queue, -1, NULL, 0, &unused), LLM_TOO_SMALL);
  CHECK_INT(unused, needed);
  large->capacity = needed;
  CHECK_INT(read_once(large, 0), LLM_OK);
  CHECK_INT(large->used, needed);
  CHECK_TEXT(large->of[0].text, "12345678901234567890");
  large->capacity = 65536;
  read_until_ended(large, 1);
  check_answer(large, 0, "12345678901234567890x");
  small->queue = NULL;
  reader_free(small);
  llm_call_free(call);
  reader_free(large);
  llm_client_destroy(client);
}

TEST("buffers of every size from one record to all of them give the same events in the same order") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *events = spec_format("%s", ""), *text = spec_format("%s", ""), *longer;
  size_t capacity;
  int i;
  for (i = 0; i < 40; i++) {
    longer = spec_format("%sdata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%.*s%d \"}}]}\n\n", events, i % 11, "..........", i);
    free(events);
    events = longer;
    longer = spec_format("%s%.*s%d ", text, i % 11, "..........", i);
    free(text);
    text = longer;
  }
  stream_reply(server, events, "");
  for (capacity = 40; capacity < 2000; capacity = capacity * 5 / 4 + 1) {
    reader *reader = reader_of(queue_new(), 1, capacity);
    llm_call *call = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
    read_until_ended(reader, 1);
    check_answer(reader, 0, text);
    CHECK_INT(reader->of[0].events, 41);
    llm_call_free(call);
    reader_free(reader);
  }
  free(events);
  free(text);
  llm_client_destroy(client);
}

static void *read_for_long(void *argument) {
  llm_status status;
  do /* it may be this one that is turned away, by a short read of the other's */
    status = read_once(argument, 20000);
  while (status == LLM_ERROR_INVALID_ARGUMENT);
  return (void *)(intptr_t)status;
}

TEST("a second thread that reads at the same time is turned away") {
  reader *first = reader_new(1), *second = reader_of(first->queue, 1, 64);
  pthread_t thread;
  void *status;
  int i, busy = 0;
  pthread_create(&thread, NULL, read_for_long, first);
  for (i = 0; i < 20000 && !busy; i++) { /* until the thread is in its read */
    llm_status status_here = read_once(second, 0);
    CHECK(status_here == LLM_PENDING || status_here == LLM_ERROR_INVALID_ARGUMENT);
    busy = status_here == LLM_ERROR_INVALID_ARGUMENT;
    usleep(1000);
  }
  CHECK(busy);
  llm_queue_wake(first->queue);
  pthread_join(thread, &status);
  CHECK_INT((intptr_t)status, LLM_PENDING);
  CHECK_INT(read_once(second, 0), LLM_PENDING);
  second->queue = NULL;
  reader_free(second);
  reader_free(first);
}
