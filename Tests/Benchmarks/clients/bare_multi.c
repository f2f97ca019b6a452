/* The floor for many exchanges at once: libcurl's multi interface, its answers counted and nothing more. */
#include "curl_loop.h"
#include "in_flight.h"

static long to_start, running, begun, pieces;

static size_t take_answer(char *bytes, size_t size, size_t members, void *user) {
  (void)bytes, (void)user;
  return size * members;
}

static size_t take_piece(char *bytes, size_t size, size_t members, void *user) {
  long *of_stream = user;
  if (memmem(bytes, size * members, "\"content\"", 9) == NULL) return size * members;
  if ((*of_stream)++ == 0) begun++;
  pieces++;
  return size * members;
}

static void finished(CURL *easy) {
  running--;
  if (to_start > 0) {
    to_start--, running++;
    curl_multi_add_handle(multi, easy);
  } else curl_easy_cleanup(easy);
}

static void run_calls(const char *base, long at_once, long count) {
  static const char body[] = "{\"model\":\"m\",\"messages\":" MESSAGES "}";
  char url[256];
  if (!multi) loop_open();
  snprintf(url, sizeof url, "%s/c/chat/completions", base);
  for (running = 0; running < at_once && running < count; running++)
    curl_multi_add_handle(multi, loop_handle(url, body, take_answer, NULL));
  to_start = count - running;
  while (running > 0) loop_turn(1000);
}

static long run_streams(const char *base, long count, void (*all_have_begun)(void)) {
  static const char body[] = "{\"model\":\"m\",\"messages\":" MESSAGES ",\"stream\":true}";
  long *of = calloc((size_t)count, sizeof *of);
  char url[256];
  snprintf(url, sizeof url, "%s/p3x0.5/chat/completions", base);
  to_start = begun = pieces = 0;
  for (running = 0; running < count; running++) curl_multi_add_handle(multi, loop_handle(url, body, take_piece, &of[running]));
  while (begun < count) loop_turn(1000);
  all_have_begun();
  while (running > 0) loop_turn(1000);
  free(of);
  return pieces;
}

int main(int argc, char **argv) { return argc < 3 ? 2 : measure_all(argc, argv); }
