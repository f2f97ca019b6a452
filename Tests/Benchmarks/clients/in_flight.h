/* The measures of a client that has many exchanges under way. The program that includes this defines the functions.
 *
 *   flight   so many calls at once, a new one for each that ends: calls a second, CPU a call
 *   memory   what a stream keeps in RAM while it is open: streams of three events, two seconds apart, after their first
 */
#ifndef IN_FLIGHT_H
#define IN_FLIGHT_H

#include "measure.h"

static void run_calls(const char *base, long at_once, long count);
static long run_streams(const char *base, long count, void (*all_have_begun)(void));   /* how many events came in all */

static double memory_before, memory_open;

static void note_memory(void) { memory_open = resident_kb(); }

static void measure_flight(const char *base, long at_once, long count) {
  run_calls(base, at_once, at_once * 2);
  moment before = now();
  run_calls(base, at_once, count);
  moment after = now();
  printf("{\"measure\":\"flight\",\"in_flight\":%ld,\"per_s\":%.1f,\"cpu_us\":%.3f}\n", at_once,
         (double)count / (after.wall - before.wall) * 1e6, (after.cpu - before.cpu) / (double)count);
}

static void measure_memory(const char *base, long streams) {
  run_calls(base, 1, 10);
  memory_before = resident_kb();
  long events = run_streams(base, streams, note_memory);
  if (events != streams * 3) fail("memory", "an event was lost");
  printf("{\"measure\":\"memory\",\"streams\":%ld,\"kb\":%.2f}\n", streams, (memory_open - memory_before) / (double)streams);
}

static int measure_all(int argc, char **argv) {
  raise_file_limit();
  for (int i = 2; i < argc; i++) {
    long a = 0, b = 0;
    char name[16] = "";
    sscanf(argv[i], "%15[^:]:%ld:%ld", name, &a, &b);
    if (strcmp(name, "flight") == 0) measure_flight(argv[1], a, b);
    else if (strcmp(name, "memory") == 0) measure_memory(argv[1], a);
    else return fprintf(stderr, "no measure %s\n", argv[i]), 2;
    fflush(stdout);
  }
  return 0;
}

#endif
