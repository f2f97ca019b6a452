/* What the clients of many paced streams have in common: streams are started at a set rate, not all in one moment, and what
 * is measured is a window in which all of them run: from the last one's first event to the first one's end.
 *
 *   usage: PROGRAM BASE streams=N events=N [rate=R] [readers=N] [starts=PER_SECOND] [ca=FILE] [http2=1]
 *
 * rate is events a second of each stream; 0, the default: as fast as they come, and the figures are those of the whole run.
 * Prints one line of JSON.
 */
#ifndef SCALE_H
#define SCALE_H

#include "measure.h"

static struct {
  const char *base, *ca;
  long streams, events, readers, starts, http2;
  double rate;
} plan = {.events = 10, .readers = 1, .starts = 2000};

typedef struct {
  double started, first;   /* as wall_us */
  long next;               /* events that have come */
  void *handle;
} stream;

static stream *streams;
static long begun, ended;             /* streams; changed and read atomically */
static long delivered[16][8];         /* events, of each reader, a cache line apart */
static double idle_kb, open_kb;
static moment at_start, at_begun, at_first_end;
static long delivered_at_begun, delivered_at_first_end;

static inline long delivered_in_all(void) {
  long sum = 0;
  for (int i = 0; i < 16; i++) sum += __atomic_load_n(&delivered[i][0], __ATOMIC_RELAXED);
  return sum;
}

/* A stream has had its first event. */
static inline void stream_begun(stream *one) {
  one->first = wall_us();
  if (__atomic_add_fetch(&begun, 1, __ATOMIC_ACQ_REL) < plan.streams) return;
  at_begun = now();
  delivered_at_begun = delivered_in_all();
}

/* A stream is over. */
static inline void stream_ended(stream *one) {
  if (one->next != plan.events) fail("scale", "an event was lost");
  if (__atomic_add_fetch(&ended, 1, __ATOMIC_ACQ_REL) > 1) return;
  at_first_end = now();
  delivered_at_first_end = delivered_in_all();
  open_kb = resident_kb();
}

static inline void read_plan(int argc, char **argv) {
  if (argc < 3) fail("usage", "PROGRAM BASE streams=N events=N ...");
  plan.base = argv[1];
  for (int i = 2; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (!value++) fail("usage", argv[i]);
    if (strncmp(argv[i], "rate=", 5) == 0) plan.rate = atof(value);
    else if (strncmp(argv[i], "streams=", 8) == 0) plan.streams = atol(value);
    else if (strncmp(argv[i], "events=", 7) == 0) plan.events = atol(value);
    else if (strncmp(argv[i], "readers=", 8) == 0) plan.readers = atol(value);
    else if (strncmp(argv[i], "starts=", 7) == 0) plan.starts = atol(value);
    else if (strncmp(argv[i], "http2=", 6) == 0) plan.http2 = atol(value);
    else if (strncmp(argv[i], "ca=", 3) == 0) plan.ca = value;
    else fail("usage", argv[i]);
  }
  if (plan.streams < 1 || plan.readers < 1 || plan.readers > 16) fail("usage", "streams= or readers=");
  raise_file_limit();
  streams = malloc((size_t)plan.streams * sizeof *streams);
  memset(streams, 0, (size_t)plan.streams * sizeof *streams); /* in RAM before memory is looked at */
}

static inline void plan_path(char *path, size_t room) {
  if (plan.rate > 0) snprintf(path, room, "%s/p%ldx%g", plan.base, plan.events, plan.rate);
  else snprintf(path, room, "%s/s%ld", plan.base, plan.events);
}

/* How many streams should have been started by now. */
static inline long due_starts(void) {
  double due = (wall_us() - at_start.wall) * (double)plan.starts / 1e6 + 1;
  return due < (double)plan.streams ? (long)due : plan.streams;
}

static inline void begin_run(void) {
  idle_kb = resident_kb();
  at_start = now();
}

static inline void report_run(void) {
  moment end = now();
  double *firsts = malloc((size_t)plan.streams * sizeof *firsts);
  long events = plan.streams * plan.events, in_window = delivered_at_first_end - delivered_at_begun;
  double window = at_first_end.wall - at_begun.wall;
  size_t count = (size_t)plan.streams;
  for (size_t i = 0; i < count; i++) firsts[i] = (streams[i].first - streams[i].started) / 1e3;
  double p99 = percentile(firsts, count, 0.99), p50 = percentile(firsts, count, 0.5);
  printf("{\"streams\":%ld,\"rate\":%g,\"readers\":%ld,\"expected\":%ld,\"delivered\":%ld,", plan.streams, plan.rate,
         plan.readers, events, delivered_in_all());
  printf("\"first_p50_ms\":%.3f,\"first_p99_ms\":%.3f,\"first_max_ms\":%.3f,", p50, p99, firsts[count - 1]);
  if (plan.rate > 0 && in_window > 0)
    printf("\"window_s\":%.3f,\"events_per_s\":%.1f,\"cpu_us_per_event\":%.3f,", window / 1e6, (double)in_window / window * 1e6,
           (at_first_end.cpu - at_begun.cpu) / (double)in_window);
  printf("\"whole_events_per_s\":%.1f,\"whole_cpu_us_per_event\":%.3f,", (double)events / (end.wall - at_start.wall) * 1e6,
         (end.cpu - at_start.cpu) / (double)events);
  printf("\"begin_cpu_us_per_stream\":%.1f,\"kb_per_stream\":%.2f}\n", (at_begun.cpu - at_start.cpu) / (double)plan.streams, (open_kb - idle_kb) / (double)plan.streams);
  free(firsts);
}

#endif
