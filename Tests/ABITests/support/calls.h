/*
 * Clients of a fault server, calls whose outputs are preset with garbage, and a callback that keeps what it is given.
 */
#ifndef CALLS_H
#define CALLS_H

#include "fault_server.h"
#include "json.h"
#include "wires.h"

/* The key that every test client has. It may turn up in the request's header and nowhere else. */
#define TEST_KEY "sk-test-5f3a9c-never-to-be-seen"

#define USER(text) "[{\"role\":\"user\",\"content\":\"" text "\"}]"
#define HELLO USER("Hello")

/* The configuration of a client of `server`: no rate limits, no retries, and `more` members ("\"name\": value, ..."; may
 * be NULL or ""), in place of those of the same name. Yours to free. */
char *config_for(const fault_server *server, const char *provider, const char *more);
llm_client *client_with(const char *config_json);
llm_client *client_for(const fault_server *server, const char *provider, const char *more);
llm_client *openai_client(const fault_server *server);

/* The result of a call. */
typedef struct {
  llm_status status;
  char *response;   /* freed by outcome_free */
  llm_error *error; /* the same */
} outcome;

/* The outputs are preset with garbage, and what must hold after every call is checked: a response with LLM_OK and no
 * error, else an error with that status, NULL for the response, an error text and well-formed JSON without the key. */
outcome complete(llm_client *client, const char *request);
outcome stream(llm_client *client, const char *request, llm_event_fn on_event, void *user_data);
outcome analyze(llm_client *client, const char *content, const char *instruction, const char *options);
outcome embed(llm_client *client, const char *request);
outcome list_models(llm_client *client, const char *options);
outcome health_check(llm_client *client, const char *options);
outcome create(const char *config_json);      /* the client that came of it is destroyed */
outcome config_from_env(const char *provider);
outcome start_and_free(llm_client *client, int32_t operation, const char *request);   /* status LLM_OK: it started */
void outcome_free(outcome *outcome);

/* The check itself, for calls that are made by hand. */
void check_outcome(llm_status status, const char *response, const llm_error *error);

/* Fails unless the call failed with `status`; frees the outcome. `message` is a piece of the error's text, or NULL. */
void expect_failure(outcome outcome, llm_status status, const char *message);

/* The response, which is yours to free, of a call that must have succeeded. */
char *expect_success(outcome outcome);

/* A member of JSON as text must be `want`. */
void check_member(const char *json, const char *path, const char *want);

/* The events of one stream, as collect() was given them. */
typedef struct {
  size_t count;
  struct {
    int32_t kind;
    char *data;
    size_t length;
  } item[4096];
  char *text;               /* all TEXT events, joined */
  size_t text_length;
  int32_t answer;           /* what collect() returns; 0 at first */
  size_t answer_from;       /* and from which event on, counted from 1 */
} events;

/* `user_data` is an events. Checks of every event that a NUL follows its data, and of text that it is whole UTF-8. */
int32_t collect(int32_t kind, const char *data, size_t length, void *user_data);
events *events_new(void);
void events_free(events *events);
size_t events_of_kind(const events *events, int32_t kind);
/* The data of event number `index` of its kind, from 0; fails the test if there is none. */
const char *event_data(const events *events, int32_t kind, size_t index);

/* Returns 0 for every event. */
int32_t ignore_event(int32_t kind, const char *data, size_t length, void *user_data);

/* Whether the bytes are whole, valid UTF-8. */
int is_utf8(const char *data, size_t length);

#endif
