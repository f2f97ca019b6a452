/* Event streams as servers really write them: what the event-stream format allows, and what some servers do. Through a
 * socket, whole and byte by byte; docs/STREAMS.md has the table of which these are rows. */
#include "stream_wires.h"

/* Replaces each `from` in the text by `to`; yours to free. */
static char *replaced(const char *text, const char *from, const char *to) {
  char *result = spec_allocate(strlen(text) * (strlen(to) + 1) + 1), *out = result;
  while (*text) {
    if (strncmp(text, from, strlen(from)) == 0) {
      memcpy(out, to, strlen(to));
      out += strlen(to);
      text += strlen(from);
    } else {
      *out++ = *text++;
    }
  }
  *out = '\0';
  return result;
}

/* Serves the text whole and then byte by byte, and expects "Hello" both times. `hold`: the connection stays open, and
 * nothing but the end mark can end the call. */
static void check_reads(const char *provider, const char *text, int hold) {
  int split;
  for (split = 0; split < 2; split++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, provider, "\"timeout\": {\"idle_ms\": 0, \"total_ms\": 0}");
    events *all = events_new();
    char *response, *about = spec_format("%s, %s", provider, split ? "byte by byte" : "whole");
    spec_about(about);
    reply(server);
    server_send(server, UNTIL_CLOSE);
    (split ? server_bytes : server_send)(server, text);
    if (hold) server_hang(server);
    else server_close(server);
    response = expect_success(stream(client, HELLO, collect, all));
    CHECK_TEXT(all->text, "Hello");
    check_hello(response);
    free(response);
    free(about);
    events_free(all);
    llm_client_destroy(client);
  }
}

/* All wires, with every `from` of the stream written as `to`. */
static void check_written(const char *from, const char *to) {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    char *plain = stream_whole(&stream_wires[i]), *written = replaced(plain, from, to);
    check_reads(stream_wires[i].provider, written, 0);
    free(plain);
    free(written);
  }
}

TEST("lines that end in LF") { check_written("\n", "\n"); }

TEST("lines that end in CR LF") { check_written("\n", "\r\n"); }

TEST("lines that end in CR alone") { check_written("\n", "\r"); }

TEST("lines that end in CR LF in one half and in LF in the other") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    char *begun = stream_begun(wire), *first = replaced(begun, "\n", "\r\n");
    char *whole = spec_format("%s%s%s", first, wire->finish, wire->mark);
    check_reads(wire->provider, whole, 0);
    free(begun);
    free(first);
    free(whole);
  }
}

TEST("an event that ends in CR LF and then LF") { check_written("\n\n", "\r\n\n"); }

TEST("a byte-order mark at the beginning") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    char *plain = stream_whole(&stream_wires[i]), *whole = spec_format("\xef\xbb\xbf%s", plain);
    check_reads(stream_wires[i].provider, whole, 0);
    free(plain);
    free(whole);
  }
}

TEST("data over several lines, which a line end joins") { check_written(",\"", ",\ndata: \""); }

TEST("data: without a space after it") { check_written("data: ", "data:"); }

TEST("comments, unknown fields, ids and retry times between the lines") {
  check_written("data: ", ": keep-alive\nid: 7\nretry: 10\nunknown\nother: x\ndata: ");
}

TEST("many empty lines between events") { check_written("\n\n", "\n\n\n\n\n"); }

TEST("a last event without its line ends") {
  size_t i, missing;
  for (i = 0; i < STREAM_WIRES; i++)
    for (missing = 1; missing <= 2; missing++) {
      char *whole = stream_whole(&stream_wires[i]);
      whole[strlen(whole) - missing] = '\0';
      check_reads(stream_wires[i].provider, whole, 0);
      free(whole);
    }
}

TEST("a last event without its line ends, in one piece with the text") {
  check_reads("openai", OPENAI_TEXT("Hello") OPENAI_FINISH("stop") OPENAI_USAGE "data: [DONE]", 0);
  check_reads("openai", OPENAI_TEXT("Hello") OPENAI_FINISH("stop") OPENAI_USAGE "data: [DONE]\n", 0);
  check_reads("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("Hello") ANTHROPIC_BLOCK_STOP("0") ANTHROPIC_FINISH("end_turn")
              "event: message_stop\ndata: {\"type\":\"message_stop\"}", 0);
}

TEST("[DONE], message_stop or response.completed ends the answer at once, with the connection left open") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    char *whole = stream_whole(&stream_wires[i]);
    if (*stream_wires[i].mark) check_reads(stream_wires[i].provider, whole, 1);
    free(whole);
  }
}

TEST("a finish reason without an end mark, with the connection left open: the idle timeout ends the answer, which is whole") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    fault_server *server;
    llm_client *client;
    char *begun, *response;
    if (!*wire->finish) continue;
    spec_about(wire->provider);
    server = serve();
    client = client_for(server, wire->provider, "\"timeout\": {\"idle_ms\": 300}");
    begun = stream_begun(wire);
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_send(server, begun);
    server_send(server, wire->finish);
    server_hang(server);
    response = expect_success(stream(client, HELLO, ignore_event, NULL));
    check_hello(response);
    free(response);
    free(begun);
    llm_client_destroy(client);
  }
}

TEST("[DONE] with spaces around it") {
  check_reads("openai", OPENAI_TEXT("Hello") OPENAI_FINISH("stop") OPENAI_USAGE "data:  [DONE] \n\n", 0);
}

TEST("pings and events that are not known are passed over") {
  check_reads("anthropic", "event: ping\ndata: {\"type\":\"ping\"}\n\n" ANTHROPIC_BEGIN ANTHROPIC_TEXT("Hello")
              "event: something_new\ndata: {\"type\":\"something_new\",\"x\":[1]}\n\n" ANTHROPIC_END, 0);
  check_reads("openai", "event: something_new\ndata: {\"choices\":[]}\n\n" OPENAI_TEXT("Hello") OPENAI_END, 0);
}

TEST("anthropic events without their event: lines are told apart by their type") {
  size_t at;
  char *plain = spec_format("%s%s", ANTHROPIC_BEGIN ANTHROPIC_TEXT("Hel") ANTHROPIC_TEXT("lo"), ANTHROPIC_END), *line;
  while ((line = strstr(plain, "event: ")) != NULL) {
    at = strcspn(line, "\n") + 1;
    memmove(line, line + at, strlen(line + at) + 1);
  }
  check_reads("anthropic", plain, 0);
  free(plain);
}

TEST("usage that comes with the finish, or with every event, is the last one") {
  check_reads("openai",
              OPENAI_EVENT("\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}],\"usage\":{\"prompt_tokens\":19,"
                           "\"completion_tokens\":1,\"total_tokens\":20}")
              OPENAI_EVENT("\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":19,"
                           "\"completion_tokens\":10,\"total_tokens\":29}") OPENAI_DONE, 0);
}

TEST("an answer that finished is whole even where no end mark follows") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    char *begun = stream_begun(wire), *finished = spec_format("%s%s", begun, wire->finish);
    if (*wire->finish) check_reads(wire->provider, finished, 0);
    free(begun);
    free(finished);
  }
}

/* A stream that ends after so many bytes of its second text's event. */
static void check_cut(const stream_wire *wire, size_t bytes, const char *content) {
  fault_server *server = serve();
  llm_client *client = client_for(server, wire->provider, NULL);
  events *all = events_new();
  outcome outcome;
  char *cut = spec_format("%s%s%.*s", wire->begin, wire->hel, (int)bytes, wire->lo);
  spec_about(cut);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, cut);
  server_close(server);
  outcome = stream(client, HELLO, collect, all);
  CHECK_STATUS(outcome.status, LLM_ERROR_TRUNCATED, outcome.error);
  CHECK_TEXT(all->text, content);
  check_member(llm_error_json(outcome.error), "partial.content", content);
  outcome_free(&outcome);
  events_free(all);
  llm_client_destroy(client);
  free(cut);
}

TEST("a stream cut inside an event is truncated, with what had come, and with the event if it is whole") {
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    size_t length = strlen(wire->lo);
    check_cut(wire, 3, "Hel");
    check_cut(wire, length / 2, "Hel");
    check_cut(wire, length - 3, "Hel");
    check_cut(wire, length - 2, "Hello");
    check_cut(wire, length, "Hello");
  }
}

TEST("an event of ten megabytes passes, and so do those after it") {
  size_t i, length = 10000000;
  char *large = spec_allocate(length + 1);
  memset(large, 'Q', length);
  large[length] = '\0';
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    fault_server *server = serve();
    llm_client *client = client_for(server, wire->provider, NULL);
    events *all = events_new();
    char *response;
    spec_about(wire->provider);
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_send(server, wire->begin);
    server_send(server, wire->hel);
    server_send(server, wire->image[0]);
    server_send(server, large);
    server_send(server, wire->image[1]);
    server_send(server, wire->lo);
    server_send(server, wire->finish);
    server_send(server, wire->mark);
    server_close(server);
    response = expect_success(stream(client, HELLO, collect, all));
    CHECK_TEXT(all->text, "Hello");
    check_hello(response);
    free(response);
    events_free(all);
    llm_client_destroy(client);
  }
  free(large);
}

TEST("[DONE] without a finish reason: an answer whose finish reason is other, or truncated, and no invented "
     "reason") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hello") OPENAI_DONE);
  server_close(server);
  outcome = stream(client, HELLO, ignore_event, NULL);
  if (outcome.status == LLM_OK) {
    char *reason = json_text(outcome.response, "finish_reason", NULL);
    check_member(outcome.response, "content", "Hello");
    CHECK(reason == NULL || strcmp(reason, "other") == 0);
    free(reason);
  } else {
    CHECK_STATUS(outcome.status, LLM_ERROR_TRUNCATED, outcome.error);
    check_member(llm_error_json(outcome.error), "partial.content", "Hello");
  }
  outcome_free(&outcome);
  llm_client_destroy(client);
}
