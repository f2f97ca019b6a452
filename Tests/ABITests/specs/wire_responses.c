/* What reaches a server of OpenAI's responses, and what is read out of its answers. */
#include "calls.h"

#define REASONED                                                                                                       \
  "{\"id\":\"resp_1\",\"model\":\"m\",\"status\":\"completed\",\"error\":null,\"output\":["                            \
  "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"encrypted_content\":\"c2VjcmV0\",\"summary\":[{\"type\":\"summary_text\","  \
  "\"text\":\"Hmm.\"}]},{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"status\":\"completed\","       \
  "\"content\":[{\"type\":\"output_text\",\"text\":\"Let me look.\",\"annotations\":[]}]},{\"type\":\"function_call\","  \
  "\"id\":\"fc_1\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\"}],"      \
  "\"usage\":{\"input_tokens\":19,\"output_tokens\":10,\"total_tokens\":29}}"
#define EVENT(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"

TEST("a completion is POST base_url/responses with the key as a bearer, and nothing is to be kept there") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai-responses", NULL);
  char *request, *body;
  reply_json(server, REASONED);
  free(expect_success(complete(client, HELLO)));
  request = server_request(server, 0);
  CHECK_HAS(request, "/responses HTTP/1.1\r\n");
  CHECK_HAS(request, "Bearer " TEST_KEY "\r\n");
  body = server_body(server, 0);
  check_member(body, "model", "test-model");
  check_member(body, "input.0.role", "user");
  check_member(body, "store", "false");
  free(request);
  free(body);
  llm_client_destroy(client);
}

TEST("reasoning, text and calls are read, and the message goes back to the provider as it was") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai-responses", NULL);
  char *response, *request, *body;
  const char *message;
  size_t length;
  reply_json(server, REASONED);
  reply_json(server, REASONED);
  response = expect_success(complete(client, "{\"messages\":" HELLO ",\"reasoning\":{\"effort\":\"low\"}}"));
  check_member(response, "content", "Let me look.");
  check_member(response, "reasoning", "Hmm.");
  check_member(response, "finish_reason", "tool_calls");
  check_member(response, "usage.input_tokens", "19");
  check_member(response, "message.tool_calls.0.id", "call_1");
  check_member(response, "message.tool_calls.0.function.arguments", "{\"city\":\"Paris\"}");
  message = json_raw(response, "message", &length);
  request = spec_format("[{\"role\":\"user\",\"content\":\"Hello\"},%.*s,{\"role\":\"tool\",\"tool_call_id\":\"call_1\","
                        "\"content\":\"sun\"}]", (int)length, message);
  free(expect_success(complete(client, request)));
  body = server_body(server, 0);
  check_member(body, "include.0", "reasoning.encrypted_content");
  free(body);
  body = server_body(server, 1);
  CHECK_INT(json_count(body, "input"), 5);
  check_member(body, "input.1.encrypted_content", "c2VjcmV0");
  check_member(body, "input.2.id", "msg_1");
  check_member(body, "input.3.call_id", "call_1");
  check_member(body, "input.4.type", "function_call_output");
  check_member(body, "input.4.output", "sun");
  free(body);
  free(request);
  free(response);
  llm_client_destroy(client);
}

TEST("a stream ends with response.completed, whatever the socket does then, and tells nothing twice") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai-responses", NULL);
  events *all = events_new();
  char *response;
  reply(server);
  server_send(server, UNTIL_CLOSE EVENT("response.created", ",\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\"}")
      EVENT("response.output_text.delta", ",\"output_index\":0,\"content_index\":0,\"delta\":\"Let me \"")
      EVENT("response.output_text.delta", ",\"output_index\":0,\"content_index\":0,\"delta\":\"look.\"")
      EVENT("response.output_text.done", ",\"output_index\":0,\"content_index\":0,\"text\":\"Let me look.\"")
      EVENT("response.completed", ",\"response\":" REASONED));
  response = expect_success(stream(client, HELLO, collect, all));
  check_member(response, "content", "Let me look.");
  CHECK_TEXT(all->text, "Let me look.");
  check_member(event_data(all, LLM_EVENT_TOOL_CALL, 0), "arguments", "{\"city\":\"Paris\"}");
  free(response);
  events_free(all);
  llm_client_destroy(client);
}

TEST("what the wire cannot do is LLM_ERROR_UNSUPPORTED, or left out where the request or the configuration says so") {
  fault_server *server = serve();
  llm_client *client = client_for(server, "openai-responses", NULL);
  llm_client *dropping = client_for(server, "openai-responses", "\"drop_unsupported\":true");
  char *body;
  reply_json(server, REASONED);
  reply_json(server, REASONED);
  expect_failure(complete(client, "{\"messages\":" HELLO ",\"seed\":1}"), LLM_ERROR_UNSUPPORTED, "seed");
  free(expect_success(complete(client, "{\"messages\":" HELLO ",\"seed\":1,\"drop_unsupported\":true}")));
  free(expect_success(complete(dropping, "{\"messages\":" HELLO ",\"seed\":1}")));
  body = server_body(server, 1);
  CHECK(!json_has(body, "seed"));
  free(body);
  llm_client_destroy(client);
  llm_client_destroy(dropping);
}
