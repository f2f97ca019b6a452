/* llm.h, "blocking calls": what is taken out of a request, what is refused, and how that is turned off. */
#include "calls.h"

/* Control characters and halves of surrogate pairs in every text, as a program's JSON writes them. */
#define DIRTY_TOOLS                                                                                                  \
  "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\\u0001\", \"description\": \"d\\ud83d\", "       \
  "\"parameters\": {\"type\": \"object\", \"properties\": {\"x\": {\"type\": \"string\", \"enum\": [\"\\u0002e\"]}}}}}]"
#define DIRTY                                                                                                        \
  "{\"messages\": [{\"role\": \"system\", \"content\": \"s\\u0000y\\ud800s\"},"                                      \
  "{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"\\u0007a\\t\\n\\rb\\u007f\\ud83d\\ude00\"}]},"  \
  "{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"id\": \"i\\u0003\", \"type\": \"function\","     \
  "\"function\": {\"name\": \"f\\u0001\", \"arguments\": \"{\\\"x\\\": \\\"\\\\u0000\\\\ud800v\\u0004\\\"}\"}}]},"     \
  "{\"role\": \"tool\", \"tool_call_id\": \"i\\u0003\", \"content\": \"t\\u001f\"}], " DIRTY_TOOLS "}"

/* The body of the one request that a call sends. */
static char *sent(const char *provider, const char *more, const char *request) {
  fault_server *server = serve();
  llm_client *client = client_for(server, provider, more);
  char *body;
  reply_json(server, strcmp(provider, "anthropic") ? OPENAI_BODY("Hi") : ANTHROPIC_BODY("Hi"));
  free(expect_success(complete(client, request)));
  body = server_body(server, 0);
  llm_client_destroy(client);
  CHECK(json_valid(body));
  return body;
}

static void check_clean(const char *body) {
  const char *at;
  CHECK(strstr(body, "\\u0") == NULL);
  CHECK(strstr(body, "\xef\xbf\xbd") == NULL); /* U+FFFD stands for nothing here */
  for (at = body; *at; at++) CHECK((unsigned char)*at >= 0x20);
}

TEST("control characters and halves of surrogate pairs do not reach OpenAI's wire; tab, line ends and pairs do") {
  char *body = sent("openai", NULL, DIRTY);
  check_clean(body);
  check_member(body, "messages.0.content", "sys");
  check_member(body, "messages.1.content.0.text", "a\t\n\rb\x7f\xf0\x9f\x98\x80");
  check_member(body, "messages.2.tool_calls.0.id", "i");
  check_member(body, "messages.2.tool_calls.0.function.name", "f");
  check_member(body, "messages.2.tool_calls.0.function.arguments", "{\"x\": \"v\"}");
  check_member(body, "messages.3.tool_call_id", "i");
  check_member(body, "messages.3.content", "t");
  check_member(body, "tools.0.function.name", "f");
  check_member(body, "tools.0.function.description", "d");
  check_member(body, "tools.0.function.parameters.properties.x.enum.0", "e");
  free(body);
}

TEST("the same on Anthropic's wire, where a call's arguments are read before they are sent") {
  char *body = sent("anthropic", "\"model\": \"m\"", DIRTY);
  check_clean(body);
  check_member(body, "system", "sys");
  check_member(body, "messages.1.content.0.input.x", "v");
  check_member(body, "messages.1.content.0.id", "i");
  check_member(body, "messages.2.content.0.tool_use_id", "i");
  free(body);
}

TEST("what llm_analyze is given is cleaned, whichever way it is called") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  llm_error *error;
  const char *data;
  size_t length;
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(analyze(client, "a\x01\x1b[0mb\xf0\x9f\x98\x80", "do\x02 it", NULL)));
  CHECK_INT(llm_call_start(client, LLM_OP_ANALYZE, "{\"content\": \"a\\u0001\\u001b[0mb\\ud83d\\ude00\\ud83d\", "
                           "\"instruction\": \"do\\u0002 it\\ude00\"}", NULL, 0, &call, &error), LLM_OK);
  CHECK_INT(llm_call_next(call, -1, NULL, &data, &length, &error), LLM_OK);
  llm_call_free(call);
  for (i = 0; i < 2; i++) {
    char *body = server_body(server, i);
    check_clean(body);
    CHECK_HAS(body, "a[0mb\xf0\x9f\x98\x80");
    CHECK_HAS(body, "do it");
    free(body);
  }
  llm_client_destroy(client);
}

TEST("\"sanitize\": false in the request or the configuration sends control characters, escaped") {
  const char *request = "{\"messages\": [{\"role\": \"user\", \"content\": \"a\\u0001b\"}]%s}";
  char *off = spec_format(request, ", \"sanitize\": false"), *on = spec_format(request, ", \"sanitize\": true");
  char *silent = spec_format(request, "");
  char *body = sent("openai", NULL, off);
  check_member(body, "messages.0.content", "a\x01" "b");
  CHECK_HAS(body, "a\\u0001b");
  CHECK(!json_has(body, "sanitize"));
  free(body);
  body = sent("openai", "\"sanitize\": false", silent);
  check_member(body, "messages.0.content", "a\x01" "b");
  free(body);
  body = sent("openai", "\"sanitize\": false", on);
  check_member(body, "messages.0.content", "ab");
  free(body);
  body = sent("openai", "\"sanitize\": true", off);
  check_member(body, "messages.0.content", "a\x01" "b");
  free(body);
  free(off), free(on), free(silent);
}

/* Nothing may be sent. */
static void check_refused(const char *more, const char *request, const char *field) {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai", more);
  spec_about(request);
  expect_failure(complete(client, request), LLM_ERROR_INVALID_ARGUMENT, field);
  expect_failure(stream(client, request, ignore_event, NULL), LLM_ERROR_INVALID_ARGUMENT, field);
  expect_failure(start_and_free(client, LLM_OP_STREAM, request), LLM_ERROR_INVALID_ARGUMENT, field);
  CHECK_INT(server_count(server, "connected"), 0);
  llm_client_destroy(client);
}

TEST("with \"sanitize\": false half a surrogate pair is refused, and the error names where it is") {
  check_refused("\"sanitize\": false", USER("a\\ud83d"), "messages[0].content");
  check_refused("\"sanitize\": false", "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"\\ude00\"}]",
                "messages[1].content");
  check_refused(NULL, "{\"messages\": " USER("\\ud83d") ", \"sanitize\": false}", "messages[0].content");
  check_refused(NULL, "{\"messages\": " HELLO ", \"tools\": [{\"type\": \"\\ud83d\"}], \"sanitize\": false}", "tools[0].type");
}

TEST("names, header fields and what goes to the provider as it is are refused rather than changed") {
  check_refused(NULL, "{\"messages\": " HELLO ", \"model\": \"m\\u0001\"}", "model");
  check_refused(NULL, "{\"messages\": " HELLO ", \"model\": \"m\\ud800\"}", "model");
  check_refused(NULL, "{\"messages\": " HELLO ", \"call_id\": \"c\\u000a\"}", "call_id");
  check_refused(NULL, "{\"messages\": " HELLO ", \"extra\": {\"x\": [\"\\ud800\"]}}", "extra.x[0]");
  check_refused(NULL, "{\"messages\": " HELLO ", \"metadata\": {\"x\": \"\\ud800\"}}", "metadata.x");
  check_refused(NULL, "{\"messages\": " HELLO ", \"headers\": {\"x\": \"a\\r\\nb: c\"}}", "headers.x");
  check_refused(NULL, "{\"messages\": " HELLO ", \"headers\": {\"x\": \"a\\nb\"}}", "headers.x");
  check_refused(NULL, "{\"messages\": " HELLO ", \"headers\": {\"x\\r\\ny\": \"a\"}}", "headers.x");
  check_refused(NULL, "{\"messages\": " HELLO ", \"headers\": {\"x\": \"\\ud800\"}}", "headers.x");
  check_refused(NULL, "{\"messages\": " HELLO ", \"sanitize\": 1}", "sanitize");
}

TEST("a configuration's \"sanitize\" is true or false, and half a surrogate pair is no configuration") {
  expect_failure(create("{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"sanitize\": \"no\"}"),
                 LLM_ERROR_INVALID_ARGUMENT, "sanitize");
  expect_failure(create("{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"model\": \"\\ud800\"}"),
                 LLM_ERROR_INVALID_ARGUMENT, NULL);
}

TEST("control characters and halves of surrogate pairs do not reach an embedding's texts, and do where that is turned off") {
  static const char *const requests[] = {"{\"input\": [\"a\\u0000b\\ud83d\", \"\\ud83d\\ude00\\t\"]}",
                                         "{\"input\": [\"a\\u0000b\", \"c\"], \"sanitize\": false}"};
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *body;
  int i;
  reply_json(server, "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[2]}]}");
  for (i = 0; i < 2; i++) free(expect_success(embed(client, requests[i])));
  expect_failure(embed(client, "{\"input\": [\"a\\ud83d\"], \"sanitize\": false}"), LLM_ERROR_INVALID_ARGUMENT, "input[0]");
  body = server_body(server, 0);
  check_clean(body);
  check_member(body, "input.0", "ab");
  check_member(body, "input.1", "\xf0\x9f\x98\x80\t");
  free(body);
  body = server_body(server, 1);
  CHECK_HAS(body, "a\\u0000b");
  free(body);
  llm_client_destroy(client);
}
