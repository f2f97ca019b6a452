/* What reaches an Anthropic messages server, and what is read out of its answers. */
#include "calls.h"

#define WEATHER_TOOL                                                                                                   \
  "{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\"The weather\","                         \
  "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}"

TEST("a completion is POST base_url/v1/messages with the key, the version and max_tokens filled in") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  char *request, *body;
  reply_json(server, ANTHROPIC_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /v1/messages HTTP/1.1\r\n", 28) == 0);
  CHECK_HAS(request, "x-api-key: " TEST_KEY "\r\n");
  CHECK_HAS(request, "anthropic-version: 2023-06-01\r\n");
  CHECK_LACKS(request, "Bearer");
  body = server_body(server, 0);
  check_member(body, "model", "test-model");
  check_member(body, "messages.0.role", "user");
  CHECK(json_number(body, "max_tokens", 0) >= 1);
  free(request);
  free(body);
  llm_client_destroy(client);
}

TEST("system messages are lifted out of the messages") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  char *body;
  reply_json(server, ANTHROPIC_BODY("Hi"));
  free(expect_success(complete(client, "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hello\"}]")));
  body = server_body(server, 0);
  CHECK_INT(json_count(body, "messages"), 1);
  check_member(body, "messages.0.role", "user");
  CHECK(json_has(body, "system"));
  CHECK_HAS(body, "Be brief.");
  free(body);
  llm_client_destroy(client);
}

TEST("tools, tool_choice and stop are spelled as the provider wants them") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  char *body;
  reply_json(server, ANTHROPIC_BODY("Hi"));
  free(expect_success(complete(client, "{\"messages\":" HELLO ",\"stop\":[\"END\"],\"tools\":[" WEATHER_TOOL "],\"tool_choice\":"
                                       "{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}}")));
  body = server_body(server, 0);
  check_member(body, "stop_sequences.0", "END");
  check_member(body, "tools.0.name", "weather");
  check_member(body, "tools.0.description", "The weather");
  check_member(body, "tools.0.input_schema.properties.city.type", "string");
  check_member(body, "tool_choice.type", "tool");
  check_member(body, "tool_choice.name", "weather");
  CHECK(!json_has(body, "stop"));
  free(body);
  llm_client_destroy(client);
}

TEST("tool use is read, and its message can be sent back with the tool's answer") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  char *response, *request, *body;
  const char *message;
  size_t length;
  reply_json(server, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":["
                     "{\"type\":\"text\",\"text\":\"Let me look.\"},{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\","
                     "\"input\":{\"city\":\"Paris\"}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}");
  reply_json(server, ANTHROPIC_BODY("Sunny."));
  response = expect_success(complete(client, "{\"messages\":" HELLO ",\"tools\":[" WEATHER_TOOL "]}"));
  check_member(response, "content", "Let me look.");
  check_member(response, "finish_reason", "tool_calls");
  check_member(response, "message.tool_calls.0.id", "toolu_1");
  check_member(response, "message.tool_calls.0.function.name", "weather");
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\":\"Paris\"}");
  message = json_raw(response, "message", &length);
  request = spec_format("{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"},%.*s,{\"role\":\"tool\",\"tool_call_id\":"
                        "\"toolu_1\",\"content\":\"sun\"}],\"tools\":[" WEATHER_TOOL "]}", (int)length, message);
  free(expect_success(complete(client, request)));
  body = server_body(server, 1);
  check_member(body, "messages.1.role", "assistant");
  check_member(body, "messages.1.content.0.text", "Let me look.");
  check_member(body, "messages.1.content.1.type", "tool_use");
  check_member(body, "messages.1.content.1.id", "toolu_1");
  check_member(body, "messages.1.content.1.input.city", "Paris");
  check_member(body, "messages.2.role", "user");
  check_member(body, "messages.2.content.0.type", "tool_result");
  check_member(body, "messages.2.content.0.tool_use_id", "toolu_1");
  free(body);
  free(request);
  free(response);
  llm_client_destroy(client);
}

TEST("signed thinking survives being sent back to the same provider") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  char *response, *request, *body;
  const char *message;
  size_t length;
  reply_json(server, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":["
                     "{\"type\":\"thinking\",\"thinking\":\"Hmm.\",\"signature\":\"c2lnbmVk\"},{\"type\":\"text\",\"text\":\"4\"}],"
                     "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}");
  response = expect_success(complete(client, HELLO));
  check_member(response, "content", "4");
  check_member(response, "reasoning", "Hmm.");
  message = json_raw(response, "message", &length);
  request = spec_format("[{\"role\":\"user\",\"content\":\"Hello\"},%.*s,{\"role\":\"user\",\"content\":\"And?\"}]", (int)length, message);
  free(expect_success(complete(client, request)));
  body = server_body(server, 1);
  check_member(body, "messages.1.content.0.type", "thinking");
  check_member(body, "messages.1.content.0.thinking", "Hmm.");
  check_member(body, "messages.1.content.0.signature", "c2lnbmVk");
  check_member(body, "messages.1.content.1.text", "4");
  free(body);
  free(request);
  free(response);
  llm_client_destroy(client);
}

TEST("a message of one provider can be sent to the other, with what that understands") {
  fault_server *first = serve(), *second = serve();
  llm_client *anthropic = client_for(first, "anthropic", NULL), *openai = openai_client(second);
  char *response, *request, *body;
  const char *message;
  size_t length;
  reply_json(first, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":["
                    "{\"type\":\"thinking\",\"thinking\":\"Hmm.\",\"signature\":\"c2lnbmVk\"},{\"type\":\"text\",\"text\":\"4\"}],"
                    "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}");
  reply_json(second, OPENAI_BODY("Yes."));
  response = expect_success(complete(anthropic, HELLO));
  message = json_raw(response, "message", &length);
  request = spec_format("[{\"role\":\"user\",\"content\":\"Hello\"},%.*s,{\"role\":\"user\",\"content\":\"And?\"}]", (int)length, message);
  free(expect_success(complete(openai, request)));
  body = server_body(second, 0);
  check_member(body, "messages.1.role", "assistant");
  check_member(body, "messages.1.content", "4");
  CHECK_LACKS(body, "c2lnbmVk");
  free(body);
  free(request);
  free(response);
  llm_client_destroy(anthropic);
  llm_client_destroy(openai);
}

TEST("a stream has text, reasoning and tool calls, each under its kind, and the response holds them all") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  events *all = events_new();
  char *response;
  reply(server);
  server_send(server, UNTIL_CLOSE ANTHROPIC_START
      ANTHROPIC_BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
      ANTHROPIC_DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"Hmm.\"}")
      ANTHROPIC_DELTA("0", "{\"type\":\"signature_delta\",\"signature\":\"c2lnbmVk\"}") ANTHROPIC_BLOCK_STOP("0"));
  server_send(server, ANTHROPIC_EVENT("ping", "")
      ANTHROPIC_BLOCK("1", "{\"type\":\"text\",\"text\":\"\"}") ANTHROPIC_DELTA("1", "{\"type\":\"text_delta\",\"text\":\"Let me \"}")
      ANTHROPIC_DELTA("1", "{\"type\":\"text_delta\",\"text\":\"look.\"}") ANTHROPIC_BLOCK_STOP("1")
      ANTHROPIC_BLOCK("2", "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{}}")
      ANTHROPIC_DELTA("2", "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":\"}")
      ANTHROPIC_DELTA("2", "{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Paris\\\"}\"}") ANTHROPIC_BLOCK_STOP("2")
      ANTHROPIC_FINISH("tool_use") ANTHROPIC_STOP);
  server_close(server);
  response = expect_success(stream(client, HELLO, collect, all));
  check_member(response, "content", "Let me look.");
  check_member(response, "reasoning", "Hmm.");
  check_member(response, "finish_reason", "tool_calls");
  check_member(response, "usage.input_tokens", "19");
  check_member(response, "usage.output_tokens", "10");
  CHECK_TEXT(all->text, "Let me look.");
  CHECK_TEXT(event_data(all, LLM_EVENT_REASONING, 0), "Hmm.");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL, 0), "id", "toolu_1");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL, 0), "name", "weather");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL, 0), "index", "0");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL, 0), "arguments", "{\"city\":\"Paris\"}");
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\":\"Paris\"}");
  free(response);
  events_free(all);
  llm_client_destroy(client);
}

TEST("the whole prompt counts as input: cache reads and cache writes included") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "anthropic", NULL);
  char *response;
  reply_json(server, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\","
                     "\"text\":\"4\"}],\"stop_reason\":\"stop_sequence\",\"usage\":{\"input_tokens\":5,\"output_tokens\":2,"
                     "\"cache_read_input_tokens\":100,\"cache_creation_input_tokens\":1000}}");
  response = expect_success(complete(client, HELLO));
  check_member(response, "usage.input_tokens", "1105");
  check_member(response, "usage.total_tokens", "1107");
  check_member(response, "usage.cached_input_tokens", "100");
  check_member(response, "finish_reason", "stop");
  free(response);
  llm_client_destroy(client);
}
