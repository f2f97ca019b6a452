/*
 * Forked children in tests: each runs one function and must end well.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "spec.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that hangs is ended by SIGALRM after this long. */
#define CHILD_GUARD_S 40

/* Waits for a child, which must end with 0; what it says itself is on stderr. */
static inline void join_child(pid_t child) {
  int status;
  pid_t got;
  do got = waitpid(child, &status, 0);
  while (got < 0 && errno == EINTR);
  CHECK_INT(got, child);
  if (WIFSIGNALED(status))
    spec_fail(__FILE__, __LINE__, WTERMSIG(status) == SIGALRM ? "a child hung" : "a child was ended by signal %d",
              WTERMSIG(status));
  if (WEXITSTATUS(status)) spec_fail(__FILE__, __LINE__, "a child failed with %d", WEXITSTATUS(status));
}

/* To be said first in every child. */
static inline void guard_child(void) {
  signal(SIGALRM, SIG_DFL);
  alarm(CHILD_GUARD_S);
}

static inline pid_t start_child(void (*run)(void *), void *argument) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child) return child;
  guard_child();
  run(argument);
  _exit(0);
}

static inline void check_child(void (*run)(void *), void *argument) { join_child(start_child(run, argument)); }

#endif
