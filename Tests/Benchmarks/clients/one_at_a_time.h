/* The measures of a client that makes one exchange after another. The program that includes this defines the three functions.
 *
 *   call    an answer of 600 bytes, again and again
 *   event   what an event of a long stream takes: the stream's time less that of an empty one, by its events
 *   first   from the call of a stream to its first event
 */
#ifndef ONE_AT_A_TIME_H
#define ONE_AT_A_TIME_H

#include "measure.h"

static void use_base(const char *base);     /* later exchanges go there */
static void make_call(void);
static double make_stream(long events);     /* when the first event came, as wall_us; 0 where there was none */

static moment streams_of(const char *base, long streams, long events) {
  char path[256];
  snprintf(path, sizeof path, "%s/s%ld", base, events);
  use_base(path);
  make_stream(events);
  moment before = now();
  for (long i = 0; i < streams; i++) make_stream(events);
  moment after = now();
  return (moment){(after.wall - before.wall) / (double)streams, (after.cpu - before.cpu) / (double)streams};
}

static void measure_event(const char *base, long streams, long events) {
  moment empty = streams_of(base, streams * 5, 0), whole = streams_of(base, streams, events);
  printf("{\"measure\":\"event\",\"wall_us\":%.4f,\"cpu_us\":%.4f,\"empty_wall_us\":%.2f,\"empty_cpu_us\":%.2f}\n",
         (whole.wall - empty.wall) / (double)events, (whole.cpu - empty.cpu) / (double)events, empty.wall, empty.cpu);
}

static void measure_call(const char *base, long count) {
  double *walls = malloc((size_t)count * sizeof *walls);
  char path[256];
  snprintf(path, sizeof path, "%s/c", base);
  use_base(path);
  for (long i = 0; i < count / 10 + 5; i++) make_call();
  moment before = now();
  for (long i = 0; i < count; i++) {
    double start = wall_us();
    make_call();
    walls[i] = wall_us() - start;
  }
  moment after = now();
  double p99 = percentile(walls, (size_t)count, 0.99), p50 = percentile(walls, (size_t)count, 0.5);
  printf("{\"measure\":\"call\",\"wall_us\":%.3f,\"cpu_us\":%.3f,\"p50_us\":%.3f,\"p99_us\":%.3f}\n",
         (after.wall - before.wall) / (double)count, (after.cpu - before.cpu) / (double)count, p50, p99);
  free(walls);
}

static void measure_first(const char *base, long count) {
  double *firsts = malloc((size_t)count * sizeof *firsts);
  char path[256];
  snprintf(path, sizeof path, "%s/s1", base);
  use_base(path);
  for (long i = 0; i < count / 10 + 5; i++) make_stream(1);
  for (long i = 0; i < count; i++) {
    double start = wall_us();
    firsts[i] = make_stream(1) - start;
  }
  double p99 = percentile(firsts, (size_t)count, 0.99), p50 = percentile(firsts, (size_t)count, 0.5);
  printf("{\"measure\":\"first\",\"p50_us\":%.3f,\"p99_us\":%.3f}\n", p50, p99);
  free(firsts);
}

/* Exactly so many exchanges and nothing else, for counting instructions. */
static void only(const char *base, const char *kind, long count, long events) {
  char path[256];
  snprintf(path, sizeof path, *kind == 'c' ? "%s/c" : "%s/s%ld", base, events);
  use_base(path);
  for (long i = 0; i < count; i++)
    if (*kind == 'c') make_call();
    else make_stream(events);
}

static int measure_all(int argc, char **argv) {
  for (int i = 2; i < argc; i++) {
    long a = 0, b = 0;
    char name[16] = "";
    sscanf(argv[i], "%15[^:]:%ld:%ld", name, &a, &b);
    if (strcmp(name, "call") == 0) measure_call(argv[1], a);
    else if (strcmp(name, "event") == 0) measure_event(argv[1], a, b);
    else if (strcmp(name, "first") == 0) measure_first(argv[1], a);
    else if (strcmp(name, "calls") == 0 || strcmp(name, "streams") == 0) only(argv[1], name, a, b);
    else return fprintf(stderr, "no measure %s\n", argv[i]), 2;
    fflush(stdout);
  }
  return 0;
}

#endif
