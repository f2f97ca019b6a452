/* What reaches a Gemini server, and what is read out of its answers. */
#include "calls.h"

#define CALL "{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Oslo\"}},\"thoughtSignature\":\"c2ln\"}"

TEST("a completion is POST base_url/v1beta/models/MODEL:generateContent with the key in a header field") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  char *request, *body, *response;
  reply_json(server, GEMINI_BODY("Hi"));
  response = expect_success(complete(client, HELLO));
  check_member(response, "provider", "gemini");
  check_member(response, "id", "resp-1");
  check_member(response, "content", "Hi");
  check_member(response, "finish_reason", "stop");
  check_member(response, "usage.output_tokens", "10");
  request = server_request(server, 0);
  CHECK_HAS(request, "/v1beta/models/test-model:generateContent HTTP/1.1\r\n");
  CHECK_HAS(request, "x-goog-api-key: " TEST_KEY "\r\n");
  body = server_body(server, 0);
  check_member(body, "contents.0.role", "user");
  check_member(body, "contents.0.parts.0.text", "Hello");
  CHECK(!json_has(body, "model"));
  free(response);
  free(request);
  free(body);
  llm_client_destroy(client);
}

TEST("a stream asks for server-sent events, and is read to its end, past the first finish reason") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  events *events = events_new();
  char *request, *response;
  reply(server);
  server_send(server, UNTIL_CLOSE GEMINI_EVENT(GEMINI_PARTS("{\"text\":\"hm\",\"thought\":true},{\"text\":\"2 +\"}"))
                          GEMINI_EVENT(GEMINI_PARTS(CALL) GEMINI_STOP) GEMINI_EVENT(GEMINI_PARTS("{\"text\":\" 2\"}")));
  server_close(server);
  response = expect_success(stream(client, HELLO, collect, events));
  CHECK_TEXT(events->text, "2 + 2");
  CHECK_TEXT(event_data(events, LLM_EVENT_REASONING, 0), "hm");
  check_member(event_data(events, LLM_EVENT_TOOL_CALL, 0), "name", "weather");
  check_member(event_data(events, LLM_EVENT_TOOL_CALL, 0), "arguments", "{\"city\":\"Oslo\"}");
  check_member(response, "content", "2 + 2");
  check_member(response, "reasoning", "hm");
  check_member(response, "finish_reason", "tool_calls");
  request = server_request(server, 0);
  CHECK_HAS(request, "/v1beta/models/test-model:streamGenerateContent?alt=sse HTTP/1.1\r\n");
  free(request);
  free(response);
  events_free(events);
  llm_client_destroy(client);
}

TEST("a stream that ends without a finish reason is LLM_ERROR_TRUNCATED, with what had come") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  outcome outcome;
  reply(server);
  server_send(server, UNTIL_CLOSE GEMINI_EVENT(GEMINI_PARTS("{\"text\":\"Hel\"}")));
  server_close(server);
  outcome = stream(client, HELLO, ignore_event, NULL);
  CHECK_STATUS(outcome.status, LLM_ERROR_TRUNCATED, outcome.error);
  check_member(llm_error_json(outcome.error), "partial.content", "Hel");
  outcome_free(&outcome);
  llm_client_destroy(client);
}

TEST("a tool call's message, signature included, goes back as it was, with the result under the call's name") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  char *response, *message, *id, *request, *body;
  size_t room;
  reply_json(server, GEMINI_ANSWER(GEMINI_PARTS(CALL) GEMINI_STOP));
  response = expect_success(complete(client, HELLO));
  check_member(response, "finish_reason", "tool_calls");
  message = json_text(response, "message", NULL);
  id = json_text(response, "message.tool_calls.0.id", NULL);
  CHECK(message != NULL && id != NULL && *id);
  room = strlen(message) + strlen(id) + 200;
  request = malloc(room);
  snprintf(request, room, "[{\"role\":\"user\",\"content\":\"Hello\"},%s,{\"role\":\"tool\",\"tool_call_id\":\"%s\","
                          "\"content\":\"rain\"}]", message, id);
  free(expect_success(complete(client, request)));
  body = server_body(server, 1);
  check_member(body, "contents.1.role", "model");
  check_member(body, "contents.1.parts.0.thoughtSignature", "c2ln");
  check_member(body, "contents.1.parts.0.functionCall.args.city", "Oslo");
  check_member(body, "contents.2.role", "user");
  check_member(body, "contents.2.parts.0.functionResponse.name", "weather");
  check_member(body, "contents.2.parts.0.functionResponse.response.output", "rain");
  free(body);
  free(request);
  free(id);
  free(message);
  free(response);
  llm_client_destroy(client);
}

TEST("a blocked prompt is LLM_ERROR_CONTENT_FILTERED, whole and in a stream") {
  static const char blocked[] = "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":"
                                "{\"promptTokenCount\":7}}";
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  outcome outcome;
  reply_json(server, blocked);
  outcome = complete(client, HELLO);
  CHECK_STATUS(outcome.status, LLM_ERROR_CONTENT_FILTERED, outcome.error);
  check_member(llm_error_json(outcome.error), "provider_code", "PROHIBITED_CONTENT");
  outcome_free(&outcome);
  reply(server);
  server_send(server, UNTIL_CLOSE "data: ");
  server_send(server, blocked);
  server_send(server, "\n\n");
  server_close(server);
  expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_CONTENT_FILTERED, "PROHIBITED_CONTENT");
  llm_client_destroy(client);
}

TEST("all pages of the list of models are read") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "gemini", NULL);
  char *response, *request;
  reply_json(server, "{\"models\":[{\"name\":\"models/one\",\"displayName\":\"One\"}],\"nextPageToken\":\"a/b=\"}");
  reply_json(server, "{\"models\":[{\"name\":\"models/two\"}]}");
  response = expect_success(list_models(client, NULL));
  check_member(response, "models.0.id", "one");
  check_member(response, "models.0.name", "One");
  check_member(response, "models.1.id", "two");
  request = server_request(server, 0);
  CHECK_HAS(request, "GET /v1");
  CHECK_HAS(request, "/models?pageSize=1000 HTTP/1.1\r\n");
  free(request);
  request = server_request(server, 1);
  CHECK_HAS(request, "/models?pageSize=1000&pageToken=a%2Fb%3D HTTP/1.1\r\n");
  free(request);
  free(response);
  llm_client_destroy(client);
}
