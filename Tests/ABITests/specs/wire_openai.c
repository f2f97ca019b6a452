/* What reaches an OpenAI chat completions server, and what is read out of its answers. */
#include "calls.h"

#define WEATHER_TOOL                                                                                                   \
  "{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\"The weather\","                         \
  "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}"

TEST("a completion is POST base_url/chat/completions with the key as a bearer and a JSON body") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *request, *body;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /v1/chat/completions HTTP/1.1\r\n", 36) == 0);
  CHECK_HAS(request, "uthorization: Bearer " TEST_KEY "\r\n");
  CHECK_HAS(request, "application/json");
  body = server_body(server, 0);
  check_member(body, "model", "test-model");
  check_member(body, "messages.0.role", "user");
  check_member(body, "messages.0.content", "Hello");
  CHECK_INT(json_count(body, "messages"), 1);
  CHECK(!json_has(body, "stream") || strstr(body, "\"stream\":false"));
  free(request);
  free(body);
  llm_client_destroy(client);
}

TEST("a slash at the end of base_url does not matter") {
  fault_server *server = serve();
  char *url = spec_format("\"base_url\": \"%s/v1/\"", server_url(server)), *request;
  llm_client *client = client_for(server, "openai", url);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK(strncmp(request, "POST /v1/chat/completions HTTP/1.1\r\n", 36) == 0);
  free(request);
  free(url);
  llm_client_destroy(client);
}

TEST("a stream asks for its usage") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *body, *response;
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi") OPENAI_END);
  server_close(server);
  response = expect_success(stream(client, HELLO, ignore_event, NULL));
  check_member(response, "usage.input_tokens", "19");
  body = server_body(server, 0);
  check_member(body, "stream", "true");
  check_member(body, "stream_options.include_usage", "true");
  free(body);
  free(response);
  llm_client_destroy(client);
}

TEST("every field of a request reaches the body") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *body;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client,
      "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hello\"}],"
      "\"model\":\"other\",\"max_tokens\":64,\"temperature\":0.5,\"top_p\":0.25,\"stop\":[\"END\"],\"seed\":7,\"tools\":["
      WEATHER_TOOL "],\"tool_choice\":\"auto\",\"response_format\":{\"type\":\"json_object\"},\"metadata\":{\"a\":\"b\"}}")));
  body = server_body(server, 0);
  check_member(body, "model", "other");
  check_member(body, "messages.0.role", "system");
  check_member(body, "messages.0.content", "Be brief.");
  CHECK(json_number(body, "max_tokens", 0) == 64 || json_number(body, "max_completion_tokens", 0) == 64);
  CHECK(json_number(body, "temperature", 0) == 0.5);
  CHECK(json_number(body, "top_p", 0) == 0.25);
  check_member(body, "stop.0", "END");
  check_member(body, "seed", "7");
  check_member(body, "tools.0.function.name", "weather");
  check_member(body, "tools.0.function.parameters.properties.city.type", "string");
  check_member(body, "tool_choice", "auto");
  check_member(body, "response_format.type", "json_object");
  check_member(body, "metadata.a", "b");
  free(body);
  llm_client_destroy(client);
}

TEST("fields that are not the provider's stay here") {
  static const char *const ours[] = {"timeout", "headers", "api_key", "call_id", "extra"};
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *body;
  size_t i;
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(client, "{\"messages\":" HELLO ",\"timeout\":{\"idle_ms\":5000},\"headers\":{\"x\":\"y\"},"
                                       "\"api_key\":\"k\",\"call_id\":\"c\",\"extra\":{}}")));
  body = server_body(server, 0);
  for (i = 0; i < sizeof ours / sizeof *ours; i++) {
    spec_about(ours[i]);
    CHECK(!json_has(body, ours[i]));
  }
  free(body);
  llm_client_destroy(client);
}

TEST("tool calls are read, and their message can be sent back with the tool's answer") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response, *request, *body;
  const char *message;
  size_t length;
  reply_json(server, "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,"
                     "\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\","
                     "\"arguments\":\"{\\\"city\\\": \\\"Paris\\\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}");
  reply_json(server, OPENAI_BODY("Sunny."));
  response = expect_success(complete(client, "{\"messages\":" HELLO ",\"tools\":[" WEATHER_TOOL "]}"));
  check_member(response, "finish_reason", "tool_calls");
  check_member(response, "message.tool_calls.0.id", "call_1");
  check_member(response, "message.tool_calls.0.type", "function");
  check_member(response, "message.tool_calls.0.function.name", "weather");
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\": \"Paris\"}");
  message = json_raw(response, "message", &length);
  request = spec_format("{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"},%.*s,{\"role\":\"tool\",\"tool_call_id\":"
                        "\"call_1\",\"content\":\"sun\"}],\"tools\":[" WEATHER_TOOL "]}", (int)length, message);
  free(expect_success(complete(client, request)));
  body = server_body(server, 1);
  check_member(body, "messages.1.role", "assistant");
  check_member(body, "messages.1.tool_calls.0.id", "call_1");
  check_member(body, "messages.1.tool_calls.0.function.arguments", "{\"city\": \"Paris\"}");
  check_member(body, "messages.2.role", "tool");
  check_member(body, "messages.2.tool_call_id", "call_1");
  CHECK(!json_has(body, "messages.1.native"));
  free(body);
  free(request);
  free(response);
  llm_client_destroy(client);
}

TEST("streamed tool calls give deltas and then the whole call, side by side") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  events *all = events_new();
  char *response;
  const char *call;
  reply(server);
  server_send(server, UNTIL_CLOSE
      OPENAI_TOOL("{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}")
      OPENAI_TOOL("{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}")
      OPENAI_TOOL("{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"time\",\"arguments\":\"{}\"}}")
      OPENAI_TOOL("{\"index\":0,\"function\":{\"arguments\":\"\\\"Paris\\\"}\"}}")
      OPENAI_FINISH("tool_calls") OPENAI_USAGE OPENAI_DONE);
  server_close(server);
  response = expect_success(stream(client, HELLO, collect, all));
  check_member(response, "finish_reason", "tool_calls");
  CHECK_INT(json_count(response, "message.tool_calls"), 2);
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\":\"Paris\"}");
  check_member(response, "message.tool_calls.1.function.name", "time");
  CHECK_INT(events_of_kind(all, LLM_EVENT_TOOL_CALL), 2);
  CHECK(events_of_kind(all, LLM_EVENT_TOOL_CALL_DELTA) >= 2);
  call = event_data(all, LLM_EVENT_TOOL_CALL, 0);
  check_member(call, "index", "0");
  check_member(call, "id", "call_a");
  check_member(call, "name", "weather");
  check_member(call, "arguments", "{\"city\":\"Paris\"}");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL, 1), "id", "call_b");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL_DELTA, 0), "index", "0");
  free(response);
  events_free(all);
  llm_client_destroy(client);
}

TEST("finish reasons are the five of llm.h") {
  static const char *const reasons[][2] = {{"stop", "stop"},
                                           {"length", "length"},
                                           {"model_length", "length"},
                                           {"tool_calls", "tool_calls"},
                                           {"function_call", "tool_calls"},
                                           {"content_filter", "content_filter"},
                                           {"something_new", "other"}};
  size_t i;
  for (i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    fault_server *server = serve();
    llm_client *client = openai_client(server);
    char *body = spec_format("{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                             "\"content\":\"Hi\"},\"finish_reason\":\"%s\"}]}", reasons[i][0]);
    char *response;
    reply_json(server, body);
    response = expect_success(complete(client, HELLO));
    check_member(response, "finish_reason", reasons[i][1]);
    free(response);
    free(body);
    llm_client_destroy(client);
  }
}

TEST("cached and reasoning tokens are parts of the counts, and reasoning text is reported") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  char *response;
  reply_json(server, "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"4\","
                     "\"reasoning_content\":\"two and two\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,"
                     "\"completion_tokens\":50,\"total_tokens\":150,\"prompt_tokens_details\":{\"cached_tokens\":64},"
                     "\"completion_tokens_details\":{\"reasoning_tokens\":40}}}");
  response = expect_success(complete(client, HELLO));
  check_member(response, "usage.input_tokens", "100");
  check_member(response, "usage.output_tokens", "50");
  check_member(response, "usage.cached_input_tokens", "64");
  check_member(response, "usage.reasoning_tokens", "40");
  check_member(response, "reasoning", "two and two");
  check_member(response, "content", "4");
  free(response);
  llm_client_destroy(client);
}
