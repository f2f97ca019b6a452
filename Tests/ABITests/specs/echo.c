/* llm.h: the provider "echo", with which programs are tested. */
#include "calls.h"
#include "queues.h"

#define TOOLS "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"parameters\": {\"type\": " \
              "\"object\", \"properties\": {\"city\": {\"type\": \"string\"}, \"days\": {\"type\": \"integer\", " \
              "\"minimum\": 1}, \"unit\": {\"enum\": [\"C\", \"F\"]}}, \"required\": [\"city\", \"days\"]}}}]"
#define ASK(text, more) "{\"messages\": [{\"role\": \"user\", \"content\": \"" text "\"}]" more "}"

static llm_client *echo_with(const char *more) {
  char *config = spec_format("{\"provider\": \"echo\", \"rate_limit\": {\"per_minute\": 0}, \"retry\": "
                             "{\"initial_delay_ms\": 1, \"max_delay_ms\": 1}%s}", more);
  llm_client *client = client_with(config);
  free(config);
  return client;
}

static llm_client *scripted(const char *script) {
  char *more = spec_format(", \"script\": %s", script);
  llm_client *client = echo_with(more);
  free(more);
  return client;
}

TEST("the last user message comes back word by word, with counts and a finish reason") {
  llm_client *client = echo_with("");
  events *events = events_new();
  char *response = expect_success(stream(client, ASK("What is 2+2, please?", ""), collect, events));
  CHECK_INT(events_of_kind(events, LLM_EVENT_TEXT), 4);
  CHECK_TEXT(event_data(events, LLM_EVENT_TEXT, 1), " is");
  CHECK_TEXT(events->text, "What is 2+2, please?");
  check_member(response, "content", "What is 2+2, please?");
  check_member(response, "provider", "echo");
  check_member(response, "model", "echo");
  check_member(response, "finish_reason", "stop");
  check_member(response, "usage.input_tokens", "4");
  check_member(response, "usage.output_tokens", "4");
  check_member(response, "usage.total_tokens", "8");
  check_member(response, "request_id", "echo-1");
  free(response);
  response = expect_success(complete(client, ASK("one two three", ", \"max_tokens\": 2")));
  check_member(response, "content", "one two");
  check_member(response, "finish_reason", "length");
  free(response);
  events_free(events);
  llm_client_destroy(client);
}

TEST("a tool is called where there is no other way, with arguments made from its schema") {
  llm_client *client = echo_with("");
  events *events = events_new();
  char *response = expect_success(stream(client, ASK("Hello", ", \"tool_choice\": \"required\", " TOOLS), collect, events));
  check_member(response, "message.tool_calls.0.function.name", "weather");
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\":\"text\",\"days\":1}");
  check_member(response, "finish_reason", "tool_calls");
  CHECK_INT(events_of_kind(events, LLM_EVENT_TOOL_CALL), 1);
  CHECK(events_of_kind(events, LLM_EVENT_TOOL_CALL_DELTA) >= 2);
  free(response);
  response = expect_success(complete(client, ASK("Hello", ", \"tool_choice\": \"auto\", " TOOLS)));
  check_member(response, "content", "Hello");
  free(response);
  events_free(events);
  llm_client_destroy(client);
}

TEST("a message can ask for a call, and a tool's result ends the conversation") {
  llm_client *client = echo_with("");
  char *response = expect_success(complete(client, ASK("call weather {\\\"city\\\": \\\"Rome\\\"}", ", " TOOLS)));
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\": \"Rome\"}");
  free(response);
  response = expect_success(complete(client,
    "{\"messages\": [{\"role\": \"user\", \"content\": \"call weather\"}, {\"role\": \"assistant\", \"content\": null, "
    "\"tool_calls\": [{\"id\": \"c\", \"type\": \"function\", \"function\": {\"name\": \"weather\", \"arguments\": \"{}\"}}]}, "
    "{\"role\": \"tool\", \"tool_call_id\": \"c\", \"content\": \"22 degrees\"}], \"tool_choice\": \"required\", " TOOLS "}"));
  check_member(response, "content", "22 degrees");
  check_member(response, "finish_reason", "stop");
  free(response);
  llm_client_destroy(client);
}

TEST("a response format is answered with a document that its schema allows") {
  llm_client *client = echo_with("");
  char *response = expect_success(complete(client, ASK("Hello",
    ", \"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"a\", \"schema\": {\"type\": \"object\", "
    "\"properties\": {\"n\": {\"type\": \"integer\"}, \"list\": {\"type\": \"array\", \"minItems\": 2, \"items\": {\"type\": "
    "\"boolean\"}}}, \"required\": [\"n\", \"list\"]}}}")));
  check_member(response, "content", "{\"n\":0,\"list\":[false,false]}");
  free(response);
  llm_client_destroy(client);
}

TEST("embeddings are the same for the same text, and there is a model list") {
  llm_client *client = echo_with("");
  char *first = expect_success(embed(client, "{\"input\": [\"sea\", \"sky\", \"sea\"], \"dimensions\": 3}")), *models;
  char *sea = json_text(first, "embeddings.0", NULL), *sky = json_text(first, "embeddings.1", NULL);
  CHECK_INT(json_count(first, "embeddings.0"), 3);
  check_member(first, "embeddings.2", sea);
  CHECK(strcmp(sea, sky) != 0);
  models = expect_success(list_models(client, NULL));
  check_member(models, "models.0.id", "echo");
  free(sea);
  free(sky);
  free(first);
  free(models);
  models = expect_success(health_check(client, NULL));
  check_member(models, "healthy", "true");
  free(models);
  llm_client_destroy(client);
}

TEST("each step of a script answers one attempt, and the last one all that follow") {
  llm_client *client = scripted("[{\"text\": \"one\"}, {\"chunks\": [\"t\", \"wo\"], \"reasoning\": \"so so\", \"finish_reason\": "
                                "\"length\", \"usage\": {\"input_tokens\": 9, \"cached_input_tokens\": 3, \"output_tokens\": 2}}, "
                                "{\"tool_calls\": [{\"name\": \"a\", \"arguments\": {\"b\": 1}}, {\"name\": \"c\", \"id\": \"x\"}]}]");
  events *events = events_new();
  char *response = expect_success(complete(client, HELLO));
  check_member(response, "content", "one");
  free(response);
  response = expect_success(stream(client, HELLO, collect, events));
  CHECK_TEXT(event_data(events, LLM_EVENT_TEXT, 0), "t");
  CHECK_TEXT(event_data(events, LLM_EVENT_TEXT, 1), "wo");
  check_member(response, "reasoning", "so so");
  check_member(response, "finish_reason", "length");
  check_member(response, "usage.input_tokens", "9");
  check_member(response, "usage.cached_input_tokens", "3");
  free(response);
  response = expect_success(complete(client, HELLO));
  check_member(response, "message.tool_calls.0.function.arguments", "{\"b\":1}");
  check_member(response, "message.tool_calls.1.id", "x");
  free(response);
  response = expect_success(complete(client, HELLO));
  check_member(response, "message.tool_calls.0.function.name", "a");
  free(response);
  events_free(events);
  llm_client_destroy(client);
}

TEST("errors that pass are retried, and others come out as from a server") {
  llm_client *client = scripted("[{\"status\": 429, \"headers\": {\"retry-after-ms\": \"1\"}}, {\"error\": \"refuse\"}, "
                                "{\"error\": \"reset\"}, {\"text\": \"at last\"}, {\"status\": 401, \"body\": {\"error\": "
                                "{\"message\": \"no such key\", \"code\": \"invalid_api_key\"}}}, {\"error\": \"garbage\"}, "
                                "{\"status\": 418, \"body\": \"a teapot\"}]");
  char *response = expect_success(complete(client, HELLO));
  outcome failed;
  check_member(response, "content", "at last");
  check_member(response, "attempts", "4");
  free(response);
  failed = complete(client, HELLO);
  CHECK_STATUS(failed.status, LLM_ERROR_AUTHENTICATION, failed.error);
  CHECK_INT(llm_error_http_status(failed.error), 401);
  check_member(llm_error_json(failed.error), "provider_code", "invalid_api_key");
  outcome_free(&failed);
  expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_PROTOCOL, "not JSON");
  expect_failure(complete(client, HELLO), LLM_ERROR_BAD_REQUEST, "a teapot");
  llm_client_destroy(client);
}

TEST("faults come after what the step says of an answer") {
  llm_client *client = scripted("[{\"text\": \"half an\", \"error\": \"truncate\"}, {\"text\": \"half an\", \"error\": \"reset\"}]");
  outcome failed = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(failed.status, LLM_ERROR_TRUNCATED, failed.error);
  check_member(llm_error_json(failed.error), "partial.content", "half an");
  check_member(llm_error_json(failed.error), "attempts", "1");
  outcome_free(&failed);
  failed = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(failed.status, LLM_ERROR_CONNECTION, failed.error);
  check_member(llm_error_json(failed.error), "partial.content", "half an");
  outcome_free(&failed);
  llm_client_destroy(client);
}

TEST("limits of time hold, also for one that never ends") {
  llm_client *client = scripted("[{\"error\": \"stall\"}, {\"text\": \"a\", \"error\": \"stall\"}, {\"text\": \"a b\", "
                                "\"delay_ms\": 3600000}]");
  expect_failure(stream(client, ASK("a", ", \"timeout\": {\"first_byte_ms\": 30}"), ignore_event, NULL), LLM_ERROR_TIMEOUT,
                 "timeout.first_byte_ms");
  expect_failure(stream(client, ASK("a", ", \"timeout\": {\"idle_ms\": 30}"), ignore_event, NULL), LLM_ERROR_TIMEOUT,
                 "timeout.idle_ms");
  expect_failure(complete(client, ASK("a", ", \"timeout\": {\"total_ms\": 30}")), LLM_ERROR_TIMEOUT, "timeout.total_ms");
  llm_client_destroy(client);
}

TEST("a stream is cancelled from its callback, and by destroying the client") {
  llm_client *client = scripted("[{\"chunks\": [\"a\", \"b\"], \"error\": \"stall\"}]");
  events *events = events_new();
  llm_call *call;
  llm_status status;
  llm_error *error;
  const char *data;
  size_t length;
  int32_t kind;
  events->answer = 1;
  events->answer_from = 1;
  expect_failure(stream(client, HELLO, collect, events), LLM_ERROR_CANCELED, NULL);
  CHECK_INT(events->count, 1);
  CHECK_STATUS(llm_call_start(client, LLM_OP_STREAM, HELLO, NULL, 0, &call, &error), LLM_OK, error);
  CHECK_STATUS(llm_call_next(call, 20000, &kind, &data, &length, &error), LLM_OK, error);
  llm_client_destroy(client);
  do {
    status = llm_call_next(call, 20000, &kind, &data, &length, &error);
  } while (status == LLM_OK);
  CHECK_STATUS(status, LLM_ERROR_CANCELED, error);
  llm_error_free(error);
  llm_call_free(call);
  events_free(events);
}

TEST("a slow reader holds it up, and loses nothing") {
  static char text[400000];
  char *request;
  llm_client *client = echo_with("");
  llm_call *call;
  llm_error *error;
  const char *data;
  size_t length, total = 0;
  int32_t kind;
  llm_status status;
  memset(text, 'x', sizeof text - 1);
  for (size_t i = 7; i < sizeof text - 1; i += 8) text[i] = ' ';
  request = spec_format("[{\"role\": \"user\", \"content\": \"%s\"}]", text);
  CHECK_STATUS(llm_call_start(client, LLM_OP_STREAM, request, NULL, 0, &call, &error), LLM_OK, error);
  CHECK_STATUS(llm_call_next(call, 20000, &kind, &data, &length, &error), LLM_OK, error);
  total += length;
  llm_call_pause(call, 1);
  llm_call_pause(call, 0);
  while ((status = llm_call_next(call, 20000, &kind, &data, &length, &error)) == LLM_OK)
    if (kind == LLM_EVENT_TEXT) total += length;
  CHECK_STATUS(status, LLM_END, error);
  CHECK_INT(total, sizeof text - 1);
  llm_call_free(call);
  free(request);
  llm_client_destroy(client);
}

TEST("it is read from a queue like any other") {
  llm_client *client = scripted("[{\"text\": \"one two\"}, {\"status\": 500}]");
  reader *reader = reader_new(2);
  llm_call *first, *second;
  first = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  read_until_ended(reader, 1);
  second = start_on(reader, 1, client, LLM_OP_COMPLETE, HELLO);
  read_until_ended(reader, 2);
  check_answer(reader, 0, "one two");
  check_error(reader, 1, LLM_ERROR_SERVER);
  llm_call_free(first);
  llm_call_free(second);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a script is for echo alone, and what is wrong with it is named") {
  expect_failure(create("{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"script\": [{}]}"), LLM_ERROR_CONFIGURATION,
                 "script is for the provider echo");
  expect_failure(create("{\"provider\": \"echo\", \"script\": []}"), LLM_ERROR_INVALID_ARGUMENT, "script");
  expect_failure(create("{\"provider\": \"echo\", \"script\": [{\"texts\": \"a\"}]}"), LLM_ERROR_CONFIGURATION,
                 "unknown field script[0].texts");
  expect_failure(create("{\"provider\": \"echo\", \"script\": [{}, {\"error\": \"fire\"}]}"), LLM_ERROR_CONFIGURATION,
                 "script[1].error is \"fire\"");
  expect_failure(create("{\"provider\": \"echo\", \"script\": [{\"status\": 99}]}"), LLM_ERROR_CONFIGURATION, "script[0].status");
  expect_failure(create("{\"provider\": \"echo\", \"script\": [{\"text\": \"a\", \"chunks\": [\"a\"]}]}"), LLM_ERROR_CONFIGURATION,
                 "script[0].chunks");
}
