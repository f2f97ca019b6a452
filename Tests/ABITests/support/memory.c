/*
 * llm.h, "Ownership": whatever a call took is given back once its results are freed. Run by suites/memory.py with
 * preload_memory.so, which counts.
 *
 * Each test warms up with calls of the same kind, since a library keeps a thread, connections and tables for good, and a
 * table may grow for the last time after many thousands. Then a round of CALLS more must leave no more allocations and no
 * more bytes live than it found. What is kept for good still wavers, by a connection that was opened anew or a number with
 * one digit more, so a round that left something behind is followed by another, up to ROUNDS: a leak leaves something in
 * each.
 */
#include "calls.h"

#include <dlfcn.h>
#include <time.h>

#define WARM_UP 20000
#define CALLS 10000
#define ROUNDS 6
#define QUIET 60        /* looks, LOOK_MS apart, without a change */
#define LOOK_MS 20
#define PATIENCE 1000   /* looks; only against waiting for ever */

typedef struct {
  long count, bytes;
} live;

typedef struct {
  fault_server *server;
  llm_client *client;
  long unread;
} setting;

static live live_now(void) {
  static long (*count)(void), (*bytes)(void);
  live now;
  if (!count) {
    *(void **)&count = dlsym(RTLD_DEFAULT, "memory_live_count");
    *(void **)&bytes = dlsym(RTLD_DEFAULT, "memory_live_bytes");
    if (!count || !bytes) spec_fail(__FILE__, __LINE__, "run it by Tests/ABITests/run: preload_memory.so is not loaded");
  }
  now.count = count();
  now.bytes = bytes();
  return now;
}

static void rest(void) {
  struct timespec time = {0, LOOK_MS * 1000000L};
  nanosleep(&time, NULL);
}

/* What is live once the library's own thread has finished what it still had to tidy up. */
static live live_at_rest(void) {
  live last = live_now(), now;
  int quiet = 0, look;
  for (look = 0; quiet < QUIET && look < PATIENCE; look++) {
    rest();
    now = live_now();
    quiet = now.count == last.count && now.bytes == last.bytes ? quiet + 1 : 0;
    last = now;
  }
  return last;
}

static void gives_all_back(void (*once)(setting *), setting *setting) {
  live before, after;
  int round, i;
  for (i = 0; i < WARM_UP; i++) once(setting);
  after = live_at_rest();
  for (round = 1; round <= ROUNDS; round++) {
    before = after;
    for (i = 0; i < CALLS; i++) once(setting);
    after = live_at_rest();
    CHECK(after.count > 0 && after.bytes > 0);
    if (after.count <= before.count && after.bytes <= before.bytes) break;
  }
  printf("round %d: %ld allocations (%ld bytes) live before, %ld (%ld bytes) after\n", round > ROUNDS ? ROUNDS : round,
         before.count, before.bytes, after.count, after.bytes);
  if (round > ROUNDS) spec_fail(__FILE__, __LINE__, "each of %d rounds of %d calls left something behind", ROUNDS, CALLS);
}

/* Measures calls that are all answered as the caller's `describe` says. */
static void with_reply(const char *provider, void (*describe)(fault_server *), void (*once)(setting *)) {
  setting setting;
  setting.unread = 0;
  setting.server = serve();
  setting.client = client_for(setting.server, provider, NULL);
  describe(setting.server);
  gives_all_back(once, &setting);
  llm_client_destroy(setting.client);
}

static void answer(fault_server *server) { reply_json(server, OPENAI_BODY("Hi")); }

static void no_good(fault_server *server) {
  reply_with(server, "400 Bad Request", "content-type: application/json\r\n", "{\"error\":{\"message\":\"no good\"}}");
}

/* Keeps the connection. */
static void openai_stream(fault_server *server) {
  reply(server);
  server_send(server, CHUNKED);
  server_chunk(server, OPENAI_TEXT("2 + 2 ") OPENAI_TEXT("= 4"));
  server_chunk(server, OPENAI_TOOL("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"));
  server_chunk(server, OPENAI_END);
  server_send(server, LAST_CHUNK);
}

static void anthropic_stream(fault_server *server) {
  reply(server);
  server_send(server, CHUNKED);
  server_chunk(server, ANTHROPIC_BEGIN ANTHROPIC_TEXT("2 + 2 ") ANTHROPIC_TEXT("= 4") ANTHROPIC_BLOCK_STOP("0"));
  server_chunk(server, ANTHROPIC_BLOCK("1", "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}}")
                       ANTHROPIC_DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}")
                       ANTHROPIC_BLOCK_STOP("1") ANTHROPIC_FINISH("tool_use") ANTHROPIC_STOP);
  server_send(server, LAST_CHUNK);
}

static void endless_stream(fault_server *server) {
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("as far as this"));
  server_hang(server);
}

static void cut_stream(fault_server *server) {
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("as far as this"));
  server_close(server);
}

static void complete_once(setting *setting) { free(expect_success(complete(setting->client, HELLO))); }

static void stream_once(setting *setting) {
  free(expect_success(stream(setting->client, HELLO, ignore_event, NULL)));
}

static void bad_request_once(setting *setting) {
  expect_failure(complete(setting->client, HELLO), LLM_ERROR_BAD_REQUEST, "no good");
}

static void bad_request_of_stream_once(setting *setting) {
  expect_failure(stream(setting->client, HELLO, ignore_event, NULL), LLM_ERROR_BAD_REQUEST, "no good");
}

static int32_t cancel(int32_t kind, const char *data, size_t length, void *user_data) {
  (void)kind;
  (void)data;
  (void)length;
  (void)user_data;
  return 1;
}

static void canceled_once(setting *setting) {
  expect_failure(stream(setting->client, HELLO, cancel, NULL), LLM_ERROR_CANCELED, NULL);
}

static void truncated_once(setting *setting) {
  expect_failure(stream(setting->client, HELLO, ignore_event, NULL), LLM_ERROR_TRUNCATED, NULL);
}

static void invalid_once(setting *setting) {
  expect_failure(complete(setting->client, "{\"messages\": 1}"), LLM_ERROR_INVALID_ARGUMENT, "messages");
}

static void create_once(setting *setting) { llm_client_destroy(client_for(setting->server, "openai", NULL)); }

static llm_call *start_call(setting *setting) {
  llm_call *call = GARBAGE;
  llm_error *error = GARBAGE;
  CHECK_STATUS(llm_call_start(setting->client, LLM_OP_STREAM, HELLO, NULL, 0, &call, &error), LLM_OK, error);
  return call;
}

/* Waits until the library has done with all calls of the client. */
static void wait_until_idle(llm_client *client) {
  double in_flight;
  do {
    char *stats = NULL;
    CHECK_STATUS(llm_client_stats(client, &stats, NULL), LLM_OK, NULL);
    in_flight = json_number(stats, "calls.in_flight", -1);
    llm_free(stats);
    CHECK(in_flight >= 0);
  } while (in_flight > 0);
}

/* Fifty at most are under way: how far the library falls behind a caller who never waits is the scheduler's affair, and it
 * keeps the room that its lists once needed. */
static void unread_once(setting *setting) {
  llm_call_free(start_call(setting));
  if (++setting->unread % 50 == 0) wait_until_idle(setting->client);
}

/* Waits until the answer is all there, and drops it. */
static void half_read_once(setting *setting) {
  llm_call *call = start_call(setting);
  int32_t kind;
  const char *data;
  size_t length;
  CHECK_STATUS(llm_call_next(call, -1, &kind, &data, &length, NULL), LLM_OK, NULL);
  llm_call_free(call);
}

TEST("10,000 answers of llm_complete") { with_reply("openai", answer, complete_once); }

TEST("10,000 streams with text and a tool call, OpenAI's wire") { with_reply("openai", openai_stream, stream_once); }

TEST("10,000 streams with text and a tool call, Anthropic's wire") { with_reply("anthropic", anthropic_stream, stream_once); }

TEST("10,000 calls answered with HTTP 400") { with_reply("openai", no_good, bad_request_once); }

TEST("10,000 streams answered with HTTP 400") { with_reply("openai", no_good, bad_request_of_stream_once); }

TEST("10,000 requests refused before they were sent") { with_reply("openai", answer, invalid_once); }

TEST("10,000 streams cancelled from the callback") { with_reply("openai", endless_stream, canceled_once); }

TEST("10,000 streams cut off by the server") { with_reply("openai", cut_stream, truncated_once); }

TEST("10,000 clients created and destroyed") { with_reply("openai", answer, create_once); }

TEST("10,000 calls started and freed at once") { with_reply("openai", openai_stream, unread_once); }

TEST("10,000 calls freed after their first event") { with_reply("openai", openai_stream, half_read_once); }
