/* One call of the long run, and what came of it. */
#ifndef SOAK_CALL_H
#define SOAK_CALL_H

#include <stdint.h>
#include <llm.h>

enum way { COMPLETE, STREAM, CALL_COMPLETE, CALL_STREAM, WAYS };

/* What a thread is to do. */
struct job {
  long number;    /* what the answer must echo */
  enum way way;
  int stops;      /* STREAM: the callback ends it at the first event */
};

struct result {
  llm_status status;
  int attempts;
};

/* The handle that another thread may cancel while the call runs; NULL while none does. */
struct handle;

struct handle *handle_new(void);
void handle_cancel(struct handle *handle);

/* Makes the call and holds it to what llm.h promises: exactly one end, nothing after it, a whole and right answer. Ends
 * the process with a sentence where that is not so. */
struct result make_call(llm_client *client, const struct job *job, struct handle *handle);

/* Starts a call, destroys the client under it, and reads the call to its end. */
struct result destroy_under_call(llm_client *client, const struct job *job);

void broken(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
