#include "spec.h"

#include <stdarg.h>
#include <unistd.h>

static struct test *tests;
static const char *about;

/* Constructors run in the order of the file, so appending keeps that order. */
void spec_register(struct test *test) {
  struct test **end = &tests;
  while (*end) end = &(*end)->next;
  *end = test;
}

void spec_about(const char *what) { about = what; }

void spec_fail(const char *file, int line, const char *format, ...) {
  const char *name = strrchr(file, '/');
  va_list arguments;
  fflush(stdout);
  fprintf(stderr, "%s:%d: ", name ? name + 1 : file, line);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  if (about) fprintf(stderr, " [%s]", about);
  fputc('\n', stderr);
  fflush(stderr);
  _exit(1);
}

void spec_skip(const char *reason) {
  fprintf(stderr, "%s\n", reason);
  fflush(stderr);
  _exit(SPEC_SKIPPED);
}

void spec_int(const char *file, int line, const char *expression, long long got, long long want) {
  if (got != want) spec_fail(file, line, "%s is %lld, not %lld", expression, got, want);
}

void spec_text(const char *file, int line, const char *expression, const char *got, const char *want) {
  if (!got) spec_fail(file, line, "%s is NULL, not \"%.200s\"", expression, want);
  if (strcmp(got, want) != 0) spec_fail(file, line, "%s is \"%.400s\", not \"%.400s\"", expression, got, want);
}

void spec_has(const char *file, int line, const char *expression, const char *got, const char *piece) {
  if (!got) spec_fail(file, line, "%s is NULL and has no \"%.200s\"", expression, piece);
  if (!strstr(got, piece)) spec_fail(file, line, "%s has no \"%.200s\": \"%.600s\"", expression, piece, got);
}

/* Does not show the text: it is used to look for secrets. */
void spec_lacks(const char *file, int line, const char *expression, const char *got, const char *piece) {
  if (got && strstr(got, piece)) spec_fail(file, line, "%s holds what it must not hold", expression);
}

void spec_status(const char *file, int line, const char *expression, llm_status got, llm_status want,
                 const llm_error *error) {
  if (got == want) return;
  spec_fail(file, line, "%.60s... gives %s (%d), not %s (%d): %.400s", expression, llm_status_name(got), (int)got,
            llm_status_name(want), (int)want, error && error != GARBAGE ? llm_error_message(error) : "no error");
}

const char *spec_environment(const char *name) {
  const char *value = getenv(name);
  if (!value) spec_fail(__FILE__, __LINE__, "%s is not set: start the tests with Tests/ABITests/run", name);
  return value;
}

void *spec_allocate(size_t size) {
  void *memory = malloc(size ? size : 1);
  if (!memory) spec_fail(__FILE__, __LINE__, "no memory for %zu bytes", size);
  return memory;
}

char *spec_format(const char *format, ...) {
  va_list arguments;
  int length;
  char *text;
  va_start(arguments, format);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  text = spec_allocate((size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

int main(int count, char **arguments) {
  struct test *test;
  if (count == 2 && strcmp(arguments[1], "--list") == 0) {
    for (test = tests; test; test = test->next) puts(test->name);
    return 0;
  }
  for (test = tests; count == 2 && test; test = test->next)
    if (strcmp(test->name, arguments[1]) == 0) {
      test->run();
      return 0;
    }
  fprintf(stderr, "usage: %s --list | NAME\n", arguments[0]);
  return 2;
}
