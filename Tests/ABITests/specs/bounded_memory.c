/* llm.h, "Events": a slow reader holds up its own transfer, and what it has not read yet is bounded. */
#include "calls.h"

#include <unistd.h>

#define MAX_GROWTH_KIB 8192
#define LARGE "\"max_response_bytes\": 400000000"

/* What of the process is in memory, in KiB. */
static long resident_kib(void) {
  char line[128];
  long kib = -1;
  FILE *file = fopen("/proc/self/status", "r");
  CHECK(file != NULL);
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "VmRSS:", 6) == 0) kib = strtol(line + 6, NULL, 10);
  fclose(file);
  CHECK(kib > 0);
  return kib;
}

static char *filled(size_t length) {
  char *text = spec_allocate(length + 1);
  memset(text, 'x', length);
  text[length] = '\0';
  return text;
}

typedef struct {
  fault_server *server;
  long before_kib, peak_kib;
  size_t texts, bytes, hold_at;
  int holds, wanted;
} reader;

/* Holds the transfer up until the server has been standing still, and looks at the memory then. */
static int32_t read_with_holds(int32_t kind, const char *data, size_t length, void *user_data) {
  reader *state = user_data;
  long kib;
  (void)data;
  if (kind != LLM_EVENT_TEXT) return 0;
  state->texts++;
  state->bytes += length;
  if (state->bytes < state->hold_at) return 0;
  state->hold_at += 2000000;
  state->holds++;
  server_await(state->server, "stalled", (int)server_count(state->server, "stalled") + 1);
  kib = resident_kib();
  if (kib > state->peak_kib) state->peak_kib = kib;
  return state->holds == state->wanted;
}

TEST("while the callback does not return the server can send no more than the bound, and memory stays small") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", LARGE);
  char *text = filled(16000), *event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n", text);
  reader state;
  reply_json(server, OPENAI_BODY("warm"));
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 100000000 / 16000, event); /* 100 MB of text */
  server_hang(server);
  free(expect_success(complete(client, HELLO)));
  memset(&state, 0, sizeof state);
  state.server = server;
  state.wanted = 1;
  state.before_kib = resident_kib();
  expect_failure(stream(client, HELLO, read_with_holds, &state), LLM_ERROR_CANCELED, NULL);
  CHECK_INT(state.holds, 1);
  printf("held at the first event: the server sent %.1f MB of 100, memory grew by %.1f MB\n",
         (double)server_count(server, "sent") / 1e6, (double)(state.peak_kib - state.before_kib) / 1024);
  CHECK(server_count(server, "sent") < 50000000);
  CHECK(state.peak_kib - state.before_kib < MAX_GROWTH_KIB);
  server_await(server, "closed", 1);
  llm_client_destroy(client);
  free(event);
  free(text);
}

TEST("a slow reader gets the whole of a 100 MB stream, and memory stays small all the way") {
  enum { EVENTS = 6250 };
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", LARGE);
  char *padding = filled(15950);
  char *event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ab\"}}],\"obfuscation\":\"%s\"}\n\n", padding);
  reader state;
  char *response, *content;
  size_t length;
  reply_json(server, OPENAI_BODY("warm"));
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, EVENTS, event);
  server_send(server, OPENAI_END);
  server_close(server);
  free(expect_success(complete(client, HELLO)));
  memset(&state, 0, sizeof state);
  state.server = server;
  state.before_kib = resident_kib();
  state.hold_at = (size_t)-1;
  {
    llm_call *call;
    llm_status status;
    int32_t kind;
    const char *data;
    llm_error *error;
    CHECK_INT(llm_call_start(client, LLM_OP_STREAM, HELLO, NULL, 0, &call, NULL), LLM_OK);
    response = NULL;
    while ((status = llm_call_next(call, -1, &kind, &data, &length, &error)) == LLM_OK || status == LLM_PENDING) {
      long kib;
      if (status == LLM_PENDING) continue;
      if (kind == LLM_EVENT_RESPONSE) response = spec_format("%s", data);
      if (kind != LLM_EVENT_TEXT) continue;
      state.bytes += length;
      if (state.texts++ % 8 == 0) {
        usleep(2000);
        kib = resident_kib();
        if (kib > state.peak_kib) state.peak_kib = kib;
      }
    }
    CHECK_STATUS(status, LLM_END, error);
    llm_call_free(call);
  }
  CHECK_INT(state.bytes, 2 * EVENTS);
  content = json_text(response, "content", &length);
  CHECK_INT(length, 2 * EVENTS);
  printf("%.1f MB read in %zu events, memory grew by %.1f MB at most\n", (double)server_count(server, "sent") / 1e6,
         state.texts, (double)(state.peak_kib - state.before_kib) / 1024);
  CHECK(server_count(server, "sent") > 99000000);
  CHECK(state.peak_kib - state.before_kib < MAX_GROWTH_KIB);
  free(content);
  free(response);
  llm_client_destroy(client);
  free(event);
  free(padding);
}

typedef struct {
  fault_server *slow;
  llm_client *client;
  int done;
} neighbours;

static int32_t call_while_held(int32_t kind, const char *data, size_t length, void *user_data) {
  neighbours *state = user_data;
  (void)data;
  (void)length;
  if (kind != LLM_EVENT_TEXT || state->done) return 0;
  server_await(state->slow, "stalled", 1);
  for (; state->done < 20; state->done++) free(expect_success(stream(state->client, HELLO, ignore_event, NULL)));
  return 1;
}

TEST("a slow reader holds up no other transfer") {
  fault_server *slow = serve(), *fast = serve();
  llm_client *client = client_for(slow, "openai", LARGE);
  neighbours state;
  char *text = filled(16000), *event = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n", text);
  reply(slow);
  server_send(slow, UNTIL_CLOSE);
  server_repeat(slow, 6000, event);
  server_hang(slow);
  reply(fast);
  server_send(fast, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(fast);
  state.slow = slow;
  state.client = openai_client(fast);
  state.done = 0;
  expect_failure(stream(client, HELLO, call_while_held, &state), LLM_ERROR_CANCELED, NULL);
  CHECK_INT(state.done, 20);
  llm_client_destroy(state.client);
  llm_client_destroy(client);
  free(event);
  free(text);
}
