/* Event streams as servers really write them: what the event-stream format allows, and what some servers do. */
#include "calls.h"

/* A stream of one wire in words of the test: TEXT gives "Hello", and END is what says that it is done. */
typedef struct {
  const char *provider, *text, *end;
} wire;

static const wire wires[] = {
    {"openai", OPENAI_TEXT("Hel") OPENAI_TEXT("lo"), OPENAI_END},
    {"anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("Hel") ANTHROPIC_TEXT("lo"), ANTHROPIC_END},
};

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

/* Serves the text whole and then byte by byte, and expects "Hello" both times. `hold`: the connection stays open. */
static void check_reads(const char *provider, const char *text, int hold) {
  int split;
  for (split = 0; split < 2; split++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, provider, "\"timeout\": {\"total_ms\": 15000}");
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
    check_member(response, "content", "Hello");
    check_member(response, "finish_reason", "stop");
    check_member(response, "usage.input_tokens", "19");
    check_member(response, "usage.output_tokens", "10");
    free(response);
    free(about);
    events_free(all);
    llm_client_destroy(client);
  }
}

/* Both wires, with every `from` of the stream written as `to`. */
static void check_written(const char *from, const char *to) {
  size_t i;
  for (i = 0; i < 2; i++) {
    char *plain = spec_format("%s%s", wires[i].text, wires[i].end), *written = replaced(plain, from, to);
    check_reads(wires[i].provider, written, 0);
    free(plain);
    free(written);
  }
}

TEST("lines that end in LF") { check_written("\n", "\n"); }

TEST("lines that end in CR LF") { check_written("\n", "\r\n"); }

TEST("lines that end in CR alone") { check_written("\n", "\r"); }

TEST("lines that end in CR LF in one half and in LF in the other") {
  size_t i;
  for (i = 0; i < 2; i++) {
    char *first = replaced(wires[i].text, "\n", "\r\n"), *whole = spec_format("%s%s", first, wires[i].end);
    check_reads(wires[i].provider, whole, 0);
    free(first);
    free(whole);
  }
}

TEST("an event that ends in CR LF and then LF") { check_written("\n\n", "\r\n\n"); }

TEST("a byte-order mark at the beginning") {
  size_t i;
  for (i = 0; i < 2; i++) {
    char *whole = spec_format("\xef\xbb\xbf%s%s", wires[i].text, wires[i].end);
    check_reads(wires[i].provider, whole, 0);
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
  check_reads("openai", OPENAI_TEXT("Hello") OPENAI_FINISH("stop") OPENAI_USAGE "data: [DONE]", 0);
  check_reads("openai", OPENAI_TEXT("Hello") OPENAI_FINISH("stop") OPENAI_USAGE "data: [DONE]\n", 0);
  check_reads("anthropic", ANTHROPIC_BEGIN ANTHROPIC_TEXT("Hello") ANTHROPIC_BLOCK_STOP("0") ANTHROPIC_FINISH("end_turn")
              "event: message_stop\ndata: {\"type\":\"message_stop\"}", 0);
}

TEST("[DONE], or message_stop, with the connection left open ends the answer") {
  size_t i;
  for (i = 0; i < 2; i++) {
    char *whole = spec_format("%s%s", wires[i].text, wires[i].end);
    check_reads(wires[i].provider, whole, 1);
    free(whole);
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
  char *plain = spec_format("%s%s", wires[1].text, wires[1].end), *line;
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

TEST("an answer that finished is whole even where no [DONE] follows") {
  check_reads("openai", OPENAI_TEXT("Hello") OPENAI_FINISH("stop") OPENAI_USAGE, 0);
}

TEST("a stream cut inside an event is truncated, with what had come") {
  static const char *const cut[] = {OPENAI_TEXT("Hel") "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}",
                                    ANTHROPIC_BEGIN ANTHROPIC_TEXT("Hel") "event: content_block_delta\ndata: {\"type\":\"content_"};
  size_t i;
  for (i = 0; i < 2; i++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, wires[i].provider, NULL);
    events *all = events_new();
    outcome outcome;
    reply(server);
    server_send(server, UNTIL_CLOSE);
    server_send(server, cut[i]);
    server_close(server);
    outcome = stream(client, HELLO, collect, all);
    CHECK_STATUS(outcome.status, LLM_ERROR_TRUNCATED, outcome.error);
    CHECK(strncmp(all->text, "Hel", 3) == 0);
    check_member(llm_error_json(outcome.error), "partial.content", all->text);
    outcome_free(&outcome);
    events_free(all);
    llm_client_destroy(client);
  }
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
