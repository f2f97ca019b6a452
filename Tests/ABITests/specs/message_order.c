/* llm.h, "blocking calls": conversations that are refused before anything is sent, and those that are not. */
#include "calls.h"

#define ASK "{\"role\":\"user\",\"content\":\"Hi\"}"
#define CALL(id) "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"
#define CALLS(calls) "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" calls "]}"
#define ANSWER(id) "{\"role\":\"tool\",\"tool_call_id\":\"" id "\",\"content\":\"\"}"

TEST("a conversation in an order that no chat wire takes is refused, and the error names the message") {
  static const char *const conversations[][2] = {
      {"[" ASK ",{\"role\":\"robot\",\"content\":\"Hi\"}]", "messages[1].role"},
      {"[" ASK ",{\"role\":\"tool\",\"content\":\"4\"}]", "messages[1].tool_call_id is missing"},
      {"[" ASK "," ANSWER("a") "]", "messages[1].tool_call_id is \"a\""},
      {"[" ASK "," CALLS(CALL("a")) "," ANSWER("b") "]", "messages[2].tool_call_id is \"b\""},
      {"[" ASK "," CALLS(CALL("a")) "," ANSWER("a") "," ANSWER("a") "]", "messages[3].tool_call_id is \"a\""},
      {"[" ASK "," CALLS(CALL("a") "," CALL("a")) "]", "messages[1].tool_calls[1].id"},
      {"[" ASK "," CALLS("{\"function\":{\"name\":\"f\"}}") "]", "messages[1].tool_calls[0].id is missing"},
      {"[" ASK "," CALLS("{\"id\":\"a\",\"function\":{}}") "]", "messages[1].tool_calls[0].function.name"},
      {"[" ASK "," CALLS("{\"id\":\"a\"}") "]", "messages[1].tool_calls[0].function"},
      {"[" ASK ",{\"role\":\"assistant\",\"content\":null}]", "messages[1] has neither content nor tool_calls"},
      {"[{\"role\":\"user\"}]", "messages[0].content is missing"},
      {"[{\"role\":\"system\",\"content\":null}," ASK "]", "messages[0].content is missing"},
      {"[" ASK "," CALLS(CALL("a")) ",{\"role\":\"tool\",\"tool_call_id\":\"a\"}]", "messages[2].content is missing"},
      {"[]", "messages is empty"},
  };
  static const char *const providers[] = {"openai", "anthropic"};
  size_t i, j;
  for (j = 0; j < 2; j++) {
    fault_server *server = serve();
    llm_client *client = client_for(server, providers[j], NULL);
    for (i = 0; i < sizeof conversations / sizeof *conversations; i++) {
      spec_about(conversations[i][0]);
      expect_failure(complete(client, conversations[i][0]), LLM_ERROR_INVALID_ARGUMENT, conversations[i][1]);
    }
    CHECK_INT(server_count(server, "connected"), 0);
    llm_client_destroy(client);
  }
}

TEST("what servers take is sent: calls left open, ids used again in a later turn, ids that are empty") {
  static const char *const conversations[] = {
      "[" ASK "," CALLS(CALL("a") "," CALL("b")) "," ANSWER("b") "," ANSWER("a") "," ASK "]",
      "[" ASK "," CALLS(CALL("a") "," CALL("b")) "," ANSWER("a") "," ASK "]",
      "[" ASK "," CALLS(CALL("0")) "," ANSWER("0") "," CALLS(CALL("0")) "," ANSWER("0") "]",
      "[" ASK "," CALLS(CALL("") "," CALL("")) "," ANSWER("") "," ANSWER("") "]",
      "[" ASK ",{\"role\":\"assistant\",\"content\":\"\"}," ASK "]",
  };
  static const char *const providers[] = {"openai", "anthropic"};
  size_t i, j;
  for (j = 0; j < 2; j++)
    for (i = 0; i < sizeof conversations / sizeof *conversations; i++) {
      fault_server *server = serve();
      llm_client *client = client_for(server, providers[j], NULL);
      spec_about(conversations[i]);
      reply_json(server, j ? ANTHROPIC_BODY("Hi") : OPENAI_BODY("Hi"));
      free(expect_success(complete(client, conversations[i])));
      llm_client_destroy(client);
    }
}

TEST("a conversation of system messages only goes to OpenAI, and is refused for Anthropic") {
  const char *request = "[{\"role\":\"system\",\"content\":\"Say hi.\"}]";
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, request)));
  llm_client_destroy(client);
  client = client_for(server, "anthropic", NULL);
  expect_failure(complete(client, request), LLM_ERROR_INVALID_ARGUMENT, "system messages only");
  llm_client_destroy(client);
}
