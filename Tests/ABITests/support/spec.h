/*
 * The frame of a test program: TEST("a behaviour, in words") { ... } and the checks.
 *
 * A program has the tests of one section of llm.h. `program --list` prints their names, `program NAME` runs one, in a
 * process of its own: it exits with 0 if the behaviour is there, 1 if not (saying where and what), and SPEC_SKIPPED if
 * the machine cannot show it. Checks may be made from any thread and from a forked child.
 */
#ifndef SPEC_H
#define SPEC_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <llm.h>

#define SPEC_SKIPPED 77

struct test {
  const char *name;
  void (*run)(void);
  struct test *next;
};

void spec_register(struct test *test);

#define SPEC_JOIN_(a, b) a##b
#define SPEC_TEST_(text, line)                                                                                         \
  static void SPEC_JOIN_(test_, line)(void);                                                                           \
  static struct test SPEC_JOIN_(record_, line) = {text, SPEC_JOIN_(test_, line), NULL};                                \
  __attribute__((constructor)) static void SPEC_JOIN_(register_, line)(void) {                                         \
    spec_register(&SPEC_JOIN_(record_, line));                                                                         \
  }                                                                                                                    \
  static void SPEC_JOIN_(test_, line)(void)
#define TEST_AT_(text, line) SPEC_TEST_(text, line)
#define TEST(text) TEST_AT_(text, __LINE__)

/* Says what went wrong and ends the process; never returns. */
void spec_fail(const char *file, int line, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
void spec_skip(const char *reason) __attribute__((noreturn));

/* What the next checks are about, for tests that go through a table; shown where one fails. NULL ends it. */
void spec_about(const char *what);

void spec_int(const char *file, int line, const char *expression, long long got, long long want);
void spec_text(const char *file, int line, const char *expression, const char *got, const char *want);
void spec_has(const char *file, int line, const char *expression, const char *got, const char *piece);
void spec_lacks(const char *file, int line, const char *expression, const char *got, const char *piece);
void spec_status(const char *file, int line, const char *expression, llm_status got, llm_status want,
                 const llm_error *error);

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) spec_fail(__FILE__, __LINE__, "not so: %s", #condition);                                         \
  } while (0)
#define CHECK_INT(got, want) spec_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_TEXT(got, want) spec_text(__FILE__, __LINE__, #got, got, want)
#define CHECK_HAS(got, piece) spec_has(__FILE__, __LINE__, #got, got, piece)
#define CHECK_LACKS(got, piece) spec_lacks(__FILE__, __LINE__, #got, got, piece)

/* The status of a call; where it is not the one wanted, the error's message is shown too. */
#define CHECK_STATUS(got, want, error) spec_status(__FILE__, __LINE__, #got, got, want, error)

/* The environment variable, which the runner sets. */
const char *spec_environment(const char *name);

/* A pointer that nothing allocated, to preset outputs with: they are always written. */
#define GARBAGE ((void *)(uintptr_t)0x5a5a5a5a)

/* malloc, and printf into it. Both end the test where there is no memory. */
void *spec_allocate(size_t size);
char *spec_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
