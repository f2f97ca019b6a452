/*
 * What an event of a stream costs does not depend on those before it. Counted, not timed: whoever copies a buffer allocates
 * one, and preload_stream_work.so counts what is allocated. A copy of what came before would be a megabyte an event.
 */
#include "stream_wires.h"

#include <dlfcn.h>

#define LARGE 1000000
#define MAX_PER_EVENT 8192   /* an event has about 300 bytes, and is held a few times on its way */

static long allocated(void) {
  static long (*total)(void);
  if (!total) {
    *(void **)&total = dlsym(RTLD_DEFAULT, "memory_total_bytes");
    if (!total) spec_fail(__FILE__, __LINE__, "run it by Tests/ABITests/run: preload_stream_work.so is not loaded");
  }
  return total();
}

static char *large_text(void) {
  char *text = spec_allocate(LARGE + 1);
  memset(text, 'x', LARGE);
  text[LARGE] = '\0';
  return text;
}

/* What a stream allocates that has a large event, and then `count` small ones. */
static long work(const char *provider, const char *begin, const char *large, int count, const char *small, const char *end) {
  fault_server *server = serve();
  llm_client *client = client_for(server, provider, NULL);
  long before;
  int round;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_send(server, begin);
  server_send(server, large);
  server_repeat(server, count, small);
  server_send(server, end);
  server_close(server);
  for (round = 0; round < 2; round++) { /* the first one warms up */
    char *response;
    before = allocated();
    response = expect_success(stream(client, HELLO, ignore_event, NULL));
    before = allocated() - before;
    CHECK(strlen(response) > LARGE);
    free(response);
  }
  llm_client_destroy(client);
  return before;
}

static void check_work(const char *provider, const char *begin, const char *large, const char *small, const char *end) {
  long few = work(provider, begin, large, 100, small, end), many = work(provider, begin, large, 1100, small, end);
  printf("%s: %ld bytes for each of 1000 events after one of a megabyte\n", provider, (many - few) / 1000);
  CHECK((many - few) / 1000 < MAX_PER_EVENT);
}

TEST("an event after a long one costs no more than its own length") {
  char *text = large_text();
  size_t i;
  for (i = 0; i < STREAM_WIRES; i++) {
    const stream_wire *wire = &stream_wires[i];
    const char *at = strstr(wire->hel, "Hel");
    char *large = spec_format("%.*s%s%s", (int)(at - wire->hel), wire->hel, text, at + 3);
    char *end = spec_format("%s%s", wire->finish, wire->mark);
    spec_about(wire->provider);
    check_work(wire->provider, wire->begin, large, wire->lo, end);
    free(large);
    free(end);
  }
  free(text);
}

TEST("nor does one that has a finish reason, as every chunk of some servers does, where the message is kept as it was") {
  char *text = large_text();
  char *gemini = spec_format("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]},\"finishReason\":\"STOP\"}]}\n\n", text);
  char *chat = spec_format("data: {\"choices\":[{\"delta\":{\"content\":\"x\",\"reasoning_details\":[{\"type\":\"reasoning.text\","
                           "\"text\":\"%s\",\"index\":0}]},\"finish_reason\":\"stop\"}]}\n\n", text);
  check_work("gemini", GEMINI_EVENT(GEMINI_PARTS("{\"text\":\"hm\",\"thought\":true}")), gemini,
             GEMINI_EVENT(GEMINI_PARTS("{\"text\":\"lo\"}") GEMINI_STOP), GEMINI_END);
  check_work("openrouter", "", chat,
             "data: {\"choices\":[{\"delta\":{\"content\":\"\",\"reasoning_details\":[{\"type\":\"reasoning.text\","
             "\"text\":\"lo\",\"index\":0}]},\"finish_reason\":\"stop\"}]}\n\n", OPENAI_DONE);
  free(gemini);
  free(chat);
  free(text);
}
