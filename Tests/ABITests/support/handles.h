/*
 * Call handles in tests: starting one, and llm_call_next with all of its outputs in one value.
 */
#ifndef HANDLES_H
#define HANDLES_H

#include "calls.h"

/* What one llm_call_next gave. */
typedef struct {
  llm_status status;
  int32_t kind;
  const char *data;
  size_t length;
  llm_error *error; /* yours to free */
} turn;

static inline llm_call *start_call(llm_client *client, int32_t operation, const char *request) {
  llm_call *call = GARBAGE;
  llm_error *error = GARBAGE;
  llm_status status = llm_call_start(client, operation, request, NULL, 0, &call, &error);
  CHECK_STATUS(status, LLM_OK, error);
  CHECK(error == NULL);
  CHECK(call != NULL && call != GARBAGE);
  return call;
}

/* The outputs are preset with garbage, and that each is written as the status demands is checked. */
static inline turn next_turn(llm_call *call, int32_t timeout_ms) {
  turn turn = {0, 99, GARBAGE, 99, GARBAGE};
  turn.status = llm_call_next(call, timeout_ms, &turn.kind, &turn.data, &turn.length, &turn.error);
  CHECK(turn.error != GARBAGE);
  if (turn.status == LLM_OK) {
    CHECK(turn.error == NULL);
    CHECK(turn.kind >= LLM_EVENT_TEXT && turn.kind <= LLM_EVENT_RESPONSE);
    CHECK(turn.data != NULL && turn.data != GARBAGE && turn.data[turn.length] == '\0');
    return turn;
  }
  CHECK_INT(turn.kind, 0);
  CHECK(turn.data == NULL);
  CHECK_INT(turn.length, 0);
  if (turn.status < 0)
    check_outcome(turn.status, NULL, turn.error);
  else
    CHECK(turn.error == NULL);
  return turn;
}

/* The next that is not LLM_PENDING. */
static inline turn next_news(llm_call *call) {
  turn turn;
  do turn = next_turn(call, -1);
  while (turn.status == LLM_PENDING);
  return turn;
}

/* The call is over, and stays so whichever way it is asked. */
static inline void check_over(llm_call *call) {
  int i;
  for (i = 0; i < 20; i++) CHECK_INT(next_turn(call, i % 3 == 0 ? 0 : i % 3 == 1 ? 5 : -1).status, LLM_END);
}

/* What is next is the failure `status`, once. `content` is that of the error's "partial"; NULL: it is not looked at. */
static inline void check_fails(llm_call *call, llm_status status, const char *content) {
  turn turn = next_news(call);
  CHECK_STATUS(turn.status, status, turn.error);
  if (content) check_member(llm_error_json(turn.error), "partial.content", content);
  llm_error_free(turn.error);
  check_over(call);
}

/* What is next is an event of this kind, which is given back. */
static inline turn check_event(llm_call *call, int32_t kind) {
  turn turn = next_news(call);
  CHECK_STATUS(turn.status, LLM_OK, turn.error);
  CHECK_INT(turn.kind, kind);
  return turn;
}

/* What is next is the text `want`, perhaps in several events. */
static inline void check_text(llm_call *call, const char *want) {
  size_t length = 0, whole = strlen(want);
  while (length < whole) {
    turn turn = check_event(call, LLM_EVENT_TEXT);
    CHECK(turn.length <= whole - length && memcmp(turn.data, want + length, turn.length) == 0);
    length += turn.length;
  }
}

#endif
