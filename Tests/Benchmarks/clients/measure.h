/* What the C clients have in common: they are told what to measure as NAME:NUMBER:NUMBER, and print a line of JSON for each.
 *
 *   usage: PROGRAM BASE [call:COUNT] [event:STREAMS:EVENTS] [first:COUNT] [flight:AT_ONCE:COUNT] [memory:STREAMS] ...
 *
 * The clients in other languages take the same words and print the same lines. Times are µs, CPU is that of all threads.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MESSAGES "[{\"role\":\"user\",\"content\":\"What is 2+2? Answer in one sentence, please.\"}]"

typedef struct {
  double wall, cpu;  /* µs */
} moment;

static inline double wall_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static inline double cpu_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static inline moment now(void) { return (moment){wall_us(), cpu_us()}; }

/* Memory of this process that is in RAM, in KB. */
static inline double resident_kb(void) {
  long total, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file && fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
  if (file) fclose(file);
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static inline void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static int compare_doubles(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return left < right ? -1 : left > right;
}

/* Of sorted or unsorted values, which it sorts. */
static inline double percentile(double *values, size_t count, double part) {
  if (count == 0) return 0;
  qsort(values, count, sizeof *values, compare_doubles);
  size_t at = (size_t)(part * (double)count);
  return values[at < count ? at : count - 1];
}

/* A text of a burst's events, "000000 000001 ...", of which `*next` comes next: fails where one is lost or out of order. */
static inline void check_words(const char *text, size_t length, long *next) {
  if (length % 7 != 0) fail("stream", "an event was cut");
  for (; length > 0; text += 7, length -= 7) {
    long number = 0;
    for (int i = 0; i < 6; i++) number = number * 10 + (text[i] - '0');
    if (number != (*next)++ % 1000000) fail("stream", "an event was lost or out of order");
  }
}

/* Many files: a socket for each stream. */
static inline void raise_file_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

#endif
