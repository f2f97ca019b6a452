/* llm.h, "Arguments": NULL, invalid UTF-8 and outputs, function by function. */
#include "calls.h"

#ifdef __clang__
#  pragma clang diagnostic ignored "-Wnonnull" /* llm.h says where NULL is not allowed; here it is passed all the same */
#endif

static llm_client *no_client; /* NULL, where the compiler does not see it */

/* A call that was made by hand with NULL as the argument `name`; `output` is the output that was preset, or NULL. */
static void check_null(llm_status status, llm_error *error, const char *name, const void *output) {
  spec_about(name);
  CHECK_STATUS(status, LLM_ERROR_INVALID_ARGUMENT, error);
  CHECK(error != NULL && error != GARBAGE);
  CHECK_INT(llm_error_status(error), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_HAS(llm_error_message(error), name);
  CHECK(output == NULL);
  llm_error_free(error);
}

/* The call comes first: C leaves open in which order arguments are looked at, and `error` is one of its outputs. */
#define CHECK_NULL(call, error, name, output) \
  do { \
    llm_status after = (call); \
    check_null(after, error, name, output); \
  } while (0)

TEST("NULL where it is not allowed is an invalid argument that is named: client and configuration") {
  llm_error *error = GARBAGE;
  CHECK_NULL(llm_client_create("{\"provider\": \"openai\"}", NULL, &error), error, "client", NULL);
  error = GARBAGE;
  CHECK_NULL(llm_config_from_env("openai", NULL, &error), error, "config_json", NULL);
}

TEST("NULL where it is not allowed is an invalid argument that is named: llm_complete") {
  llm_client *client = openai_client(serve());
  llm_error *error = GARBAGE;
  char *response = GARBAGE;
  llm_status status = llm_complete(no_client, HELLO, &response, &error);
  check_null(status, error, "client", response);
  response = GARBAGE, error = GARBAGE;
  status = llm_complete(client, NULL, &response, &error);
  check_null(status, error, "request_json", response);
  error = GARBAGE;
  CHECK_NULL(llm_complete(client, HELLO, NULL, &error), error, "response_json", NULL);
  llm_client_destroy(client);
}

TEST("NULL where it is not allowed is an invalid argument that is named: llm_stream") {
  llm_client *client = openai_client(serve());
  llm_error *error = GARBAGE;
  char *response = GARBAGE;
  llm_status status = llm_stream(no_client, HELLO, ignore_event, NULL, &response, &error);
  check_null(status, error, "client", response);
  response = GARBAGE, error = GARBAGE;
  status = llm_stream(client, NULL, ignore_event, NULL, &response, &error);
  check_null(status, error, "request_json", response);
  response = GARBAGE, error = GARBAGE;
  status = llm_stream(client, HELLO, NULL, NULL, &response, &error);
  check_null(status, error, "on_event", response);
  llm_client_destroy(client);
}

TEST("NULL where it is not allowed is an invalid argument that is named: llm_analyze") {
  llm_client *client = openai_client(serve());
  llm_error *error = GARBAGE;
  char *response = GARBAGE;
  llm_status status = llm_analyze(no_client, "text", NULL, NULL, &response, &error);
  check_null(status, error, "client", response);
  response = GARBAGE, error = GARBAGE;
  status = llm_analyze(client, NULL, NULL, NULL, &response, &error);
  check_null(status, error, "content", response);
  error = GARBAGE;
  CHECK_NULL(llm_analyze(client, "text", NULL, NULL, NULL, &error), error, "response_json", NULL);
  llm_client_destroy(client);
}

TEST("NULL where it is not allowed is an invalid argument that is named: llm_embed") {
  llm_client *client = openai_client(serve());
  llm_error *error = GARBAGE;
  char *response = GARBAGE;
  llm_status status = llm_embed(no_client, "{\"input\": \"a\"}", &response, &error);
  check_null(status, error, "client", response);
  response = GARBAGE, error = GARBAGE;
  status = llm_embed(client, NULL, &response, &error);
  check_null(status, error, "request_json", response);
  error = GARBAGE;
  CHECK_NULL(llm_embed(client, "{\"input\": \"a\"}", NULL, &error), error, "response_json", NULL);
  llm_client_destroy(client);
}

TEST("NULL where it is not allowed is an invalid argument that is named: models and health") {
  llm_client *client = openai_client(serve());
  llm_error *error = GARBAGE;
  char *text = GARBAGE;
  llm_status status = llm_list_models(no_client, NULL, &text, &error);
  check_null(status, error, "client", text);
  error = GARBAGE;
  CHECK_NULL(llm_list_models(client, NULL, NULL, &error), error, "models_json", NULL);
  text = GARBAGE, error = GARBAGE;
  status = llm_health_check(no_client, NULL, &text, &error);
  check_null(status, error, "client", text);
  error = GARBAGE;
  CHECK_NULL(llm_health_check(client, NULL, NULL, &error), error, "report_json", NULL);
  llm_client_destroy(client);
}

TEST("NULL where it is not allowed is an invalid argument that is named: llm_call_start") {
  static const int32_t need_a_request[] = {LLM_OP_COMPLETE, LLM_OP_STREAM, LLM_OP_ANALYZE, LLM_OP_EMBED};
  llm_client *client = openai_client(serve());
  llm_error *error = GARBAGE;
  llm_call *call = GARBAGE;
  size_t i;
  llm_status status = llm_call_start(no_client, LLM_OP_STREAM, HELLO, NULL, 0, &call, &error);
  check_null(status, error, "client", call);
  error = GARBAGE;
  CHECK_NULL(llm_call_start(client, LLM_OP_STREAM, HELLO, NULL, 0, NULL, &error), error, "call", NULL);
  for (i = 0; i < 4; i++) {
    call = GARBAGE, error = GARBAGE;
    status = llm_call_start(client, need_a_request[i], NULL, NULL, 0, &call, &error);
    check_null(status, error, "request_json", call);
  }
  llm_client_destroy(client);
}

TEST("NULL where it is not allowed is an invalid argument that is named: llm_call_next") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_error *error = GARBAGE;
  llm_call *call;
  int32_t kind = 99;
  const char *data = GARBAGE;
  size_t length = 99;
  llm_status status = llm_call_next(NULL, 0, &kind, &data, &length, &error);
  check_null(status, error, "call", data);
  CHECK_INT(kind, 0);
  CHECK_INT(length, 0);
  CHECK_INT(llm_call_start(client, LLM_OP_COMPLETE, HELLO, NULL, 0, &call, NULL), LLM_OK);
  data = GARBAGE, length = 99, error = GARBAGE;
  CHECK_NULL(llm_call_next(call, 0, &kind, NULL, &length, &error), error, "data", NULL);
  CHECK_INT(length, 0);
  error = GARBAGE;
  status = llm_call_next(call, 0, &kind, &data, NULL, &error);
  check_null(status, error, "length", data);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("llm_call_next without a kind pointer still gives the event") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  const char *data;
  size_t length;
  llm_status status;
  reply_json(server, OPENAI_BODY("Hi"));
  CHECK_INT(llm_call_start(client, LLM_OP_COMPLETE, HELLO, NULL, 0, &call, NULL), LLM_OK);
  do status = llm_call_next(call, -1, NULL, &data, &length, NULL);
  while (status == LLM_PENDING);
  CHECK_INT(status, LLM_OK);
  check_member(data, "content", "Hi");
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("the error pointer may be NULL in every function, whether it fails or not") {
  fault_server *server = serve();
  llm_client *client = openai_client(server), *other;
  llm_call *call;
  char *text;
  reply_json(server, OPENAI_BODY("Hi"));
  CHECK_INT(llm_client_create("{", &other, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK(other == NULL);
  CHECK_INT(llm_client_create("{\"provider\": \"openai\", \"api_key\": \"k\"}", &other, NULL), LLM_OK);
  llm_client_destroy(other);
  CHECK_INT(llm_config_from_env("nobody", &text, NULL), LLM_ERROR_CONFIGURATION);
  CHECK_INT(llm_complete(client, "{", &text, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_stream(client, "{", ignore_event, NULL, &text, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_analyze(client, "x", NULL, "[", &text, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_list_models(client, "[", &text, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_health_check(client, "[", &text, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_call_start(client, LLM_OP_COMPLETE, "[", NULL, 0, &call, NULL), LLM_ERROR_INVALID_ARGUMENT);
  CHECK_INT(llm_complete(client, HELLO, &text, NULL), LLM_OK);
  llm_free(text);
  llm_client_destroy(client);
}

TEST("llm_stream's response pointer may be NULL") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  llm_error *error = GARBAGE;
  llm_status status;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  status = llm_stream(client, HELLO, collect, all, NULL, &error);
  CHECK_STATUS(status, LLM_OK, error);
  CHECK(error == NULL);
  CHECK_TEXT(all->text, "Hi");
  events_free(all);
  llm_client_destroy(client);
}

TEST("input is read before the function returns: a started call does not need its request any more") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *request = spec_format("%s", USER("Remember me")), *body;
  llm_call *call;
  reply_json(server, OPENAI_BODY("Hi"));
  CHECK_INT(llm_call_start(client, LLM_OP_COMPLETE, request, NULL, 0, &call, NULL), LLM_OK);
  memset(request, 'X', strlen(request));
  free(request);
  server_await(server, "request", 1);
  body = server_body(server, 0);
  check_member(body, "messages.0.content", "Remember me");
  free(body);
  llm_call_free(call);
  llm_client_destroy(client);
}

TEST("bytes that are not UTF-8 are an invalid argument, wherever they come in") {
  static const char *const bad[] = {"\xff", "a\xc3", "\xe2\x82", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
  llm_client *client = openai_client(serve());
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    char *request = spec_format("[{\"role\":\"user\",\"content\":\"%s\"}]", bad[i]);
    char *options = spec_format("{\"call_id\":\"%s\"}", bad[i]);
    expect_failure(complete(client, request), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(stream(client, request, ignore_event, NULL), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(start_and_free(client, LLM_OP_STREAM, request), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(complete(client, bad[i]), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(analyze(client, bad[i], NULL, NULL), LLM_ERROR_INVALID_ARGUMENT, "content");
    expect_failure(analyze(client, "text", bad[i], NULL), LLM_ERROR_INVALID_ARGUMENT, "instruction");
    expect_failure(analyze(client, "text", NULL, options), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(list_models(client, options), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(health_check(client, options), LLM_ERROR_INVALID_ARGUMENT, NULL);
    expect_failure(config_from_env(bad[i]), LLM_ERROR_INVALID_ARGUMENT, NULL);
    free(request);
    free(options);
  }
  llm_client_destroy(client);
}

TEST("the error's text is valid UTF-8 even where the provider's is not") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  outcome outcome;
  reply_with(server, "400 Bad Request", "", "\xff\xfe not text \xc3");
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_BAD_REQUEST, outcome.error);
  CHECK(is_utf8(llm_error_message(outcome.error), strlen(llm_error_message(outcome.error))));
  CHECK(is_utf8(llm_error_json(outcome.error), strlen(llm_error_json(outcome.error))));
  outcome_free(&outcome);
  llm_client_destroy(client);
}
