/* TLS: who is trusted, with a certificate authority of the tests' own. */
#include "calls.h"

static llm_client *tls_client(const fault_server *server, const char *host, int with_authority) {
  char *more = spec_format("\"base_url\": \"https://%s:%d/v1\"", host, server_port(server)), *whole;
  llm_client *client;
  whole = with_authority ? spec_format("%s, \"ca_file\": \"%s/ca.pem\"", more, spec_environment("ABI_CERTIFICATES"))
                         : spec_format("%s", more);
  client = client_for(server, "openai", whole);
  free(whole);
  free(more);
  return client;
}

TEST("with ca_file a server of that authority is trusted, by name and by address, for whole answers and streams") {
  static const char *const hosts[] = {"localhost", "127.0.0.1"};
  size_t i;
  for (i = 0; i < 2; i++) {
    fault_server *server = serve_tls("good");
    llm_client *client = tls_client(server, hosts[i], 1);
    char *response;
    reply_json(server, OPENAI_BODY("over TLS"));
    reply(server);
    server_send(server, UNTIL_CLOSE OPENAI_TEXT("over TLS") OPENAI_END);
    server_close(server);
    response = expect_success(complete(client, HELLO));
    check_member(response, "content", "over TLS");
    free(response);
    response = expect_success(stream(client, HELLO, ignore_event, NULL));
    check_member(response, "content", "over TLS");
    free(response);
    llm_client_destroy(client);
  }
}

TEST("without ca_file it is refused, before the key is sent") {
  fault_server *server = serve_tls("good");
  llm_client *client = tls_client(server, "localhost", 0);
  expect_failure(complete(client, HELLO), LLM_ERROR_CONNECTION, NULL);
  expect_failure(stream(client, HELLO, ignore_event, NULL), LLM_ERROR_CONNECTION, NULL);
  CHECK_INT(server_count(server, "request"), 0);
  llm_client_destroy(client);
}

TEST("a certificate for another name is refused, though its authority is trusted") {
  fault_server *server = serve_tls("elsewhere");
  llm_client *client = tls_client(server, "localhost", 1);
  expect_failure(complete(client, HELLO), LLM_ERROR_CONNECTION, NULL);
  CHECK_INT(server_count(server, "request"), 0);
  llm_client_destroy(client);
}

TEST("a client without ca_file does not use the connection of one with it") {
  fault_server *server = serve_tls("good");
  llm_client *trusting = tls_client(server, "localhost", 1), *other = tls_client(server, "localhost", 0);
  reply_json(server, OPENAI_BODY("Hi"));
  free(expect_success(complete(trusting, HELLO)));
  expect_failure(complete(other, HELLO), LLM_ERROR_CONNECTION, NULL);
  free(expect_success(complete(trusting, HELLO)));
  CHECK_INT(server_count(server, "request"), 2);
  llm_client_destroy(trusting);
  llm_client_destroy(other);
}

TEST("a ca_file that is not there, or holds no certificate, is a failure that names it") {
  static const char *const files[] = {"/nonexistent/ca.pem", "/dev/null"};
  fault_server *server = serve_tls("good");
  size_t i;
  for (i = 0; i < 2; i++) {
    char *config, *more = spec_format("\"base_url\": \"https://localhost:%d/v1\", \"ca_file\": \"%s\"", server_port(server), files[i]);
    outcome outcome;
    config = config_for(server, "openai", more);
    outcome = create(config); /* at once, or at the first call */
    if (outcome.status == LLM_OK) {
      llm_client *client = client_with(config);
      outcome = complete(client, HELLO);
      llm_client_destroy(client);
    }
    CHECK(outcome.status == LLM_ERROR_CONFIGURATION || outcome.status == LLM_ERROR_CONNECTION);
    if (i == 0) CHECK_HAS(llm_error_message(outcome.error), "ca");
    outcome_free(&outcome);
    free(config);
    free(more);
  }
  CHECK_INT(server_count(server, "request"), 0);
}

TEST("plain http spoken to a TLS port is a connection failure, and the next call to another server works") {
  fault_server *tls = serve_tls("good"), *plain = serve();
  char *more = spec_format("\"base_url\": \"http://localhost:%d/v1\"", server_port(tls));
  llm_client *client = client_for(tls, "openai", more);
  outcome outcome = complete(client, HELLO);
  CHECK(outcome.status == LLM_ERROR_CONNECTION || outcome.status == LLM_ERROR_PROTOCOL);
  outcome_free(&outcome);
  llm_client_destroy(client);
  reply_json(plain, OPENAI_BODY("Hi"));
  client = client_for(plain, "openai", NULL);
  free(expect_success(complete(client, HELLO)));
  llm_client_destroy(client);
  free(more);
}
