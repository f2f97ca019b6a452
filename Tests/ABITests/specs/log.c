/* llm.h, "log": levels, the callback, stderr, switching, fork, and that no key is shown. */
#include "children.h"
#include "handles.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

/* The lines of a test, as keep_line() was given them. */
static struct {
  pthread_mutex_t mutex;
  int count;
  char *line[4096];
  int32_t level[4096];
} kept = {PTHREAD_MUTEX_INITIALIZER, 0, {NULL}, {0}};

static void keep_line(int32_t level, const char *line, size_t length, void *user_data) {
  CHECK(user_data == &kept);
  CHECK_INT(strlen(line), length);
  CHECK(strchr(line, '\n') == NULL);
  CHECK(json_valid(line));
  CHECK_LACKS(line, TEST_KEY);
  CHECK_INT(json_number(line, "level", 0), level);
  pthread_mutex_lock(&kept.mutex);
  CHECK(kept.count < 4096);
  kept.level[kept.count] = level;
  kept.line[kept.count++] = spec_format("%s", line);
  pthread_mutex_unlock(&kept.mutex);
}

static void keep_lines(int32_t level) { CHECK_INT(llm_set_log(level, keep_line, &kept), LLM_OK); }

/* Making a client says so at level debug. */
static void say_something(void) {
  llm_client_destroy(client_with("{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"model\": \"test-model\"}"));
}

TEST("a line has the members of pino's format, and those of its event") {
  char hostname[256] = "";
  keep_lines(LLM_LOG_DEBUG);
  say_something();
  CHECK_INT(kept.count, 1);
  CHECK_INT(kept.level[0], LLM_LOG_DEBUG);
  CHECK(json_number(kept.line[0], "time", 0) > 1577836800000.0);
  CHECK_INT(json_number(kept.line[0], "pid", 0), getpid());
  CHECK_INT(gethostname(hostname, sizeof hostname), 0);
  check_member(kept.line[0], "hostname", hostname);
  check_member(kept.line[0], "name", "libllm");
  check_member(kept.line[0], "msg", "client created");
  check_member(kept.line[0], "provider", "openai");
  check_member(kept.line[0], "model", "test-model");
}

TEST("lines below the level are not written, and LLM_LOG_OFF writes none") {
  static const int32_t levels[] = {LLM_LOG_TRACE, LLM_LOG_DEBUG, LLM_LOG_INFO, LLM_LOG_WARN, LLM_LOG_ERROR, LLM_LOG_OFF};
  size_t i;
  for (i = 0; i < 6; i++) {
    int before = kept.count;
    keep_lines(levels[i]);
    say_something();
    CHECK_INT(kept.count - before, levels[i] <= LLM_LOG_DEBUG);
  }
}

TEST("a level that is none of LLM_LOG_* is refused, and what was set stays") {
  static const int32_t wrong[] = {0, -1, 11, 25, 60, 101, 1 << 30};
  size_t i;
  keep_lines(LLM_LOG_DEBUG);
  for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
    CHECK_INT(llm_set_log(wrong[i], NULL, NULL), LLM_ERROR_INVALID_ARGUMENT);
  say_something();
  CHECK_INT(kept.count, 1);
}

static void change_the_log(int32_t level, const char *line, size_t length, void *user_data) {
  (void)level, (void)line, (void)length;
  CHECK_INT(llm_set_log(LLM_LOG_OFF, NULL, NULL), LLM_ERROR_INVALID_ARGUMENT);
  ++*(int *)user_data;
  say_something(); /* which says nothing here, and does not hang */
}

TEST("llm_set_log from the log's own function is refused, and hangs no one") {
  int calls = 0;
  CHECK_INT(llm_set_log(LLM_LOG_DEBUG, change_the_log, &calls), LLM_OK);
  say_something();
  say_something();
  CHECK_INT(calls, 2);
}

/* ---- switching */

static int is_over;

typedef struct slot {
  int is_set, is_running, calls;
} slot;

static void note_call(int32_t level, const char *line, size_t length, void *user_data) {
  slot *of = user_data;
  (void)level, (void)line, (void)length;
  CHECK(__atomic_load_n(&of->is_set, __ATOMIC_SEQ_CST));
  CHECK_INT(__atomic_exchange_n(&of->is_running, 1, __ATOMIC_SEQ_CST), 0); /* one at a time */
  usleep(50);
  __atomic_store_n(&of->is_running, 0, __ATOMIC_SEQ_CST);
  __atomic_fetch_add(&of->calls, 1, __ATOMIC_SEQ_CST);
}

/* The function is not running with this slot, and must not be called with it again. */
static void check_done(slot *slot) {
  CHECK_INT(__atomic_load_n(&slot->is_running, __ATOMIC_SEQ_CST), 0);
  __atomic_store_n(&slot->is_set, 0, __ATOMIC_SEQ_CST);
}

static void *keep_talking(void *server) {
  llm_client *client = openai_client(server);
  while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
    say_something();
    free(expect_success(complete(client, HELLO)));
  }
  llm_client_destroy(client);
  return NULL;
}

TEST("when llm_set_log returns the function before is done, while other threads make clients and calls") {
  enum { turns = 300 };
  static slot slots[turns];
  pthread_t threads[3];
  fault_server *server = serve();
  int i, called = 0;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 3; i++) CHECK_INT(pthread_create(&threads[i], NULL, keep_talking, server), 0);
  for (i = 0; i < turns; i++) {
    __atomic_store_n(&slots[i].is_set, 1, __ATOMIC_SEQ_CST);
    CHECK_INT(llm_set_log(LLM_LOG_TRACE, note_call, &slots[i]), LLM_OK);
    if (i > 0) check_done(&slots[i - 1]);
    usleep(500);
    if (i % 3) continue;
    CHECK_INT(llm_set_log(LLM_LOG_OFF, note_call, &slots[i]), LLM_OK);
    check_done(&slots[i]);
  }
  CHECK_INT(llm_set_log(LLM_LOG_OFF, NULL, NULL), LLM_OK);
  for (i = 0; i < turns; i++) called += slots[i].calls;
  __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
  for (i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  CHECK(called > 0);
}

/* ---- stderr */

/* Puts a pipe of 16 KiB in stderr's place; gives its reading end. */
static int pipe_as_stderr(void) {
  int ends[2];
  CHECK_INT(pipe(ends), 0);
  CHECK(fcntl(ends[1], 1031 /* F_SETPIPE_SZ */, 16384) >= 0);
  CHECK(dup2(ends[1], 2) == 2);
  close(ends[1]);
  return ends[0];
}

/* What is in the pipe now. */
static char *drain(int descriptor) {
  static char text[1 << 20];
  size_t length = 0;
  ssize_t count;
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  while ((count = read(descriptor, text + length, sizeof text - 1 - length)) > 0) length += (size_t)count;
  text[length] = '\0';
  return text;
}

/* The checks' own words go to stderr too; here they must not. */
#define SAVE_STDERR() int saved = dup(2), reader = pipe_as_stderr()
#define BACK_TO_STDERR() CHECK(dup2(saved, 2) == 2)

TEST("without a function lines go to stderr, each with an end") {
  char *text;
  SAVE_STDERR();
  llm_status status = llm_set_log(LLM_LOG_DEBUG, NULL, NULL);
  say_something();
  say_something();
  BACK_TO_STDERR();
  CHECK_INT(status, LLM_OK);
  text = drain(reader);
  CHECK(strchr(text, '\n') != NULL && strchr(text, '\n') != strrchr(text, '\n'));
  CHECK(text[strlen(text) - 1] == '\n');
  *strchr(text, '\n') = '\0';
  check_member(text, "msg", "client created");
}

TEST("stderr that nobody reads holds no one up; the next line that goes out says how many were dropped") {
  int i, whole = 0;
  char *text, *line, *end;
  SAVE_STDERR();
  llm_set_log(LLM_LOG_DEBUG, NULL, NULL);
  for (i = 0; i < 300; i++) say_something();
  text = spec_format("%s", drain(reader));
  say_something();
  BACK_TO_STDERR();
  for (line = text; (end = strchr(line, '\n')); line = end + 1, whole++) {
    *end = '\0';
    CHECK(json_valid(line));
    CHECK(!json_has(line, "dropped"));
  }
  CHECK(*line == '\0');
  CHECK(whole > 20 && whole < 300);
  free(text);
  text = drain(reader);
  CHECK(strchr(text, '\n') == text + strlen(text) - 1);
  CHECK_INT(json_number(text, "dropped", 0), 300 - whole);
  check_member(text, "msg", "client created");
}

static void log_to_closed_pipe(int how) {
  int saved = dup(2), i, reader;
  signal(SIGPIPE, how ? SIG_IGN : SIG_DFL);
  close(pipe_as_stderr());
  llm_set_log(LLM_LOG_DEBUG, NULL, NULL);
  for (i = 0; i < 10; i++) say_something();
  reader = pipe_as_stderr();
  say_something();
  BACK_TO_STDERR();
  CHECK_INT(json_number(drain(reader), "dropped", 0), 10);
}

TEST("stderr whose reader is gone raises no SIGPIPE, whatever the host does with that") {
  log_to_closed_pipe(0);
  log_to_closed_pipe(1);
}

TEST("a SIGPIPE of the host's own that waits is left to the host") {
  sigset_t set, pending;
  int saved = dup(2);
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  raise(SIGPIPE);
  close(pipe_as_stderr());
  llm_set_log(LLM_LOG_DEBUG, NULL, NULL);
  say_something();
  BACK_TO_STDERR();
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 1);
  pthread_sigmask(SIG_BLOCK, NULL, &set);
  CHECK(sigismember(&set, SIGPIPE) == 1);
}

TEST("stderr may be a socket, a file or closed") {
  int saved = dup(2), i, ends[2];
  char *text;
  FILE *file = tmpfile();
  CHECK(file != NULL);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  dup2(ends[1], 2);
  llm_set_log(LLM_LOG_DEBUG, NULL, NULL);
  for (i = 0; i < 3000; i++) say_something(); /* more than the socket has room for */
  text = spec_format("%s", drain(ends[0]));
  dup2(fileno(file), 2);
  say_something();
  close(2);
  say_something();
  CHECK(dup2(saved, 2) == 2);
  CHECK(strchr(text, '\n') != NULL);
  *strchr(text, '\n') = '\0';
  CHECK(json_valid(text));
  free(text);
  text = spec_allocate(4096);
  rewind(file);
  CHECK(fgets(text, 4096, file) != NULL); /* perhaps the end of a line that the socket took in part */
  CHECK(strchr(text, '\n') != NULL);
  free(text);
  fclose(file);
}

/* ---- the environment */

TEST("LLM_LOG_LEVEL sends lines to stderr, by name or by number") {
  char *text;
  int i;
  pid_t child;
  for (i = 0; i < 3; i++) {
    static const char *const levels[] = {"debug", "10", "info"};
    SAVE_STDERR();
    setenv("LLM_LOG_LEVEL", levels[i], 1);
    if (!(child = fork())) {
      say_something();
      _exit(0);
    }
    BACK_TO_STDERR();
    close(saved);
    join_child(child);
    text = drain(reader);
    spec_about(levels[i]);
    if (i < 2) check_member(text, "msg", "client created");
    if (i == 2) CHECK_TEXT(text, "");
    close(reader);
  }
}

TEST("an unknown LLM_LOG_LEVEL is a configuration error that names it and what it takes") {
  static const char *const wrong[] = {"loud", "25", "debug ", "DEBUG,INFO"};
  static const char config[] = "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\"}";
  size_t i;
  setenv("OPENAI_API_KEY", TEST_KEY, 1);
  for (i = 0; i < 4; i++) {
    setenv("LLM_LOG_LEVEL", wrong[i], 1);
    expect_failure(create(config), LLM_ERROR_CONFIGURATION, "LLM_LOG_LEVEL");
    expect_failure(create(config), LLM_ERROR_CONFIGURATION, "debug");
    expect_failure(config_from_env("openai"), LLM_ERROR_CONFIGURATION, "LLM_LOG_LEVEL");
  }
  setenv("LLM_LOG_LEVEL", "off", 1);
  free(expect_success(config_from_env("openai")));
  free(expect_success(create(config)));
}

TEST("llm_set_log takes the place of LLM_LOG_LEVEL, whichever comes first") {
  char *text;
  SAVE_STDERR();
  setenv("LLM_LOG_LEVEL", "debug", 1);
  say_something();
  text = drain(reader);
  keep_lines(LLM_LOG_DEBUG);
  say_something();
  BACK_TO_STDERR();
  check_member(text, "msg", "client created");
  CHECK_TEXT(drain(reader), "");
  CHECK_INT(kept.count, 1);
}

TEST("llm_set_log before the first client: LLM_LOG_LEVEL has no say") {
  SAVE_STDERR();
  setenv("LLM_LOG_LEVEL", "debug", 1);
  llm_set_log(LLM_LOG_OFF, NULL, NULL);
  say_something();
  BACK_TO_STDERR();
  CHECK_TEXT(drain(reader), "");
}

/* ---- fork */

static void log_in_child(void *unused) {
  int before = kept.count;
  (void)unused;
  say_something();
  CHECK_INT(kept.count, before + 1);
  CHECK_INT(json_number(kept.line[before], "pid", 0), getpid());
  keep_lines(LLM_LOG_OFF);
  say_something();
  CHECK_INT(kept.count, before + 1);
}

TEST("in a forked child the log goes on, with the child's pid, and can be changed") {
  keep_lines(LLM_LOG_DEBUG);
  check_child(log_in_child, NULL);
  say_something();
  check_child(log_in_child, NULL);
  say_something();
  CHECK_INT(kept.count, 2);
  CHECK_INT(json_number(kept.line[1], "pid", 0), getpid());
}

static void discard(int32_t level, const char *line, size_t length, void *user_data) {
  (void)level, (void)line, (void)length, (void)user_data;
}

static void log_and_set(void *unused) {
  (void)unused;
  say_something();
  CHECK_INT(llm_set_log(LLM_LOG_INFO, NULL, NULL), LLM_OK);
  say_something();
}

TEST("forks while other threads log find no lock held") {
  pthread_t threads[2];
  fault_server *server = serve();
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  CHECK_INT(llm_set_log(LLM_LOG_TRACE, discard, NULL), LLM_OK);
  for (i = 0; i < 2; i++) CHECK_INT(pthread_create(&threads[i], NULL, keep_talking, server), 0);
  for (i = 0; i < 40; i++) check_child(log_and_set, NULL);
  __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
  for (i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void fork_in_log(int32_t level, const char *line, size_t length, void *user_data) {
  pid_t child = fork();
  (void)level, (void)line, (void)length, (void)user_data;
  CHECK(child >= 0);
  if (!child) _exit(0);
  join_child(child);
}

TEST("the log's function may fork") {
  CHECK_INT(llm_set_log(LLM_LOG_DEBUG, fork_in_log, NULL), LLM_OK);
  say_something();
  keep_lines(LLM_LOG_DEBUG);
  say_something();
  CHECK_INT(kept.count, 1);
}

/* ---- keys */

TEST("no key is in a line, wherever it was put") {
  static const char *const more[] = {
      "\"headers\": {\"authorization\": \"Bearer " TEST_KEY "\"}",
      "\"headers\": {\"x-api-key\": \"" TEST_KEY "\"}, \"model\": \"" TEST_KEY "\"",
      "\"model\": \"Bearer other-secret\"",
      "\"model\": \"https://user:other-secret@host/?key=other-secret&token=other-secret\"",
      "\"base_url\": \"http://127.0.0.1:1/" TEST_KEY "\"",
      "\"proxy\": \"http://user:other-secret@127.0.0.1:1\"",
      "\"proxy\": \"user:other-secret@127.0.0.1:1\"",
  };
  size_t i;
  int line;
  fault_server *server = serve();
  reply_with(server, "401 Unauthorized", "x-request-id: " TEST_KEY "\r\n",
             "{\"error\": {\"message\": \"bad key " TEST_KEY "\", \"code\": \"" TEST_KEY "\"}}");
  keep_lines(LLM_LOG_TRACE);
  for (i = 0; i < sizeof more / sizeof *more; i++) {
    llm_client *client = client_for(server, "openai", more[i]);
    outcome outcome = complete(client, HELLO);
    CHECK(outcome.status < 0);
    outcome_free(&outcome);
    llm_client_destroy(client);
  }
  CHECK(kept.count >= (int)i);
  for (line = 0; line < kept.count; line++) {
    CHECK_LACKS(kept.line[line], TEST_KEY); /* keep_line has looked too */
    CHECK_LACKS(kept.line[line], "other-secret");
  }
}

/* Checks the lines from number `first` on: their messages, in this order. */
static void check_messages(int first, const char *const *messages, int count) {
  int i;
  CHECK_INT(kept.count - first, count);
  for (i = 0; i < count; i++) {
    spec_about(kept.line[first + i]);
    check_member(kept.line[first + i], "msg", messages[i]);
    if (i > 0) check_member(kept.line[first + i], "call_id", "mine");
  }
}

TEST("a call tells its start, each attempt with what came of it, the retry with its reason and delay, and its end") {
  static const char *const messages[] = {"client created", "call started", "attempt",  "response",
                                         "retrying",       "attempt",      "response", "call finished"};
  fault_server *server = serve();
  llm_client *client;
  reply_with(server, "503 Service Unavailable", "x-request-id: req_1\r\n", "{\"error\": {\"message\": \"down\"}}");
  reply_json(server, OPENAI_BODY("the answer itself"));
  keep_lines(LLM_LOG_DEBUG);
  client = client_for(server, "openai", "\"retry\": {\"strategy\": \"fixed\", \"initial_delay_ms\": 7}");
  free(expect_success(complete(client, "{\"messages\": " USER("the question itself") ", \"call_id\": \"mine\"}")));
  keep_lines(LLM_LOG_OFF);
  check_messages(0, messages, 8);
  check_member(kept.line[3], "http_status", "503");
  check_member(kept.line[3], "request_id", "req_1");
  CHECK_INT(kept.level[4], LLM_LOG_WARN);
  check_member(kept.line[4], "status", "server");
  check_member(kept.line[4], "delay_ms", "7");
  CHECK_INT(kept.level[7], LLM_LOG_INFO);
  check_member(kept.line[7], "attempts", "2");
  CHECK(json_number(kept.line[7], "latency_ms", 0) > 0);
  while (kept.count-- > 0) {
    CHECK_LACKS(kept.line[kept.count], "the question itself");
    CHECK_LACKS(kept.line[kept.count], "the answer itself");
  }
  llm_client_destroy(client);
}

TEST("a call that failed says so at level error, a cancelled one at level info, and at trace the texts are shown") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  int i, seen = 0;
  reply_with(server, "401 Unauthorized", "", "{\"error\": {\"message\": \"Incorrect API key provided: " TEST_KEY "\"}}");
  reply_json(server, OPENAI_BODY("the answer itself"));
  reply(server);
  server_hang(server);
  keep_lines(LLM_LOG_INFO);
  expect_failure(complete(client, HELLO), LLM_ERROR_AUTHENTICATION, NULL);
  CHECK_INT(kept.count, 1);
  CHECK_INT(kept.level[0], LLM_LOG_ERROR);
  check_member(kept.line[0], "msg", "call failed");
  keep_lines(LLM_LOG_TRACE);
  free(expect_success(complete(client, USER("the question itself"))));
  for (i = 0; i < kept.count; i++) {
    seen += strstr(kept.line[i], "the question itself") != NULL;
    seen += strstr(kept.line[i], "the answer itself") != NULL;
  }
  CHECK_INT(seen, 2);
  keep_lines(LLM_LOG_INFO);
  i = kept.count;
  call = start_call(client, LLM_OP_STREAM, HELLO);
  server_await(server, "request", 3);
  llm_call_cancel(call);
  check_fails(call, LLM_ERROR_CANCELED, NULL);
  CHECK_INT(kept.count, i + 1);
  CHECK_INT(kept.level[i], LLM_LOG_INFO);
  check_member(kept.line[i], "msg", "call canceled");
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("what drop_unsupported leaves out is said at level warn") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  reply_json(server, ANTHROPIC_BODY("Hi"));
  expect_failure(complete(client, "{\"messages\": " HELLO ", \"seed\": 7}"), LLM_ERROR_UNSUPPORTED, "seed");
  keep_lines(LLM_LOG_WARN);
  free(expect_success(complete(client, "{\"messages\": " HELLO ", \"seed\": 7, \"drop_unsupported\": true}")));
  CHECK_INT(kept.count, 1);
  CHECK_INT(kept.level[0], LLM_LOG_WARN);
  check_member(kept.line[0], "fields", "seed");
  llm_client_destroy(client);
}
