/* How late the server's paced events were, and what CPU it has used: whether it was the limit of a measurement. */
#ifndef LATENESS_H
#define LATENESS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { LATENESS_STEP_US = 10, LATENESS_STEPS = 100000 };

static uint32_t lateness_count[LATENESS_STEPS];
static uint64_t lateness_events;
static double lateness_since, lateness_cpu_since;

static inline double now_s(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline double cpu_s(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static inline void lateness_note(double seconds) {
  long step = (long)(seconds * 1e6) / LATENESS_STEP_US;
  lateness_count[step < 0 ? 0 : step < LATENESS_STEPS ? step : LATENESS_STEPS - 1]++;
  lateness_events++;
}

static inline long lateness_us(double part) {
  uint64_t seen = 0;
  for (long step = 0; step < LATENESS_STEPS; step++) {
    seen += lateness_count[step];
    if (seen > 0 && (double)seen >= part * (double)lateness_events) return (step + 1) * LATENESS_STEP_US;
  }
  return 0;
}

/* Writes the figures since the last time, as JSON, and begins anew. */
static inline int lateness_report(char *text) {
  double now = now_s(), cpu = cpu_s();
  int length = sprintf(text, "{\"events\":%llu,\"late_p50_us\":%ld,\"late_p99_us\":%ld,\"late_max_us\":%ld,",
                       (unsigned long long)lateness_events, lateness_us(0.5), lateness_us(0.99), lateness_us(1));
  length += sprintf(text + length, "\"cpu_s\":%.6f,\"wall_s\":%.6f}", cpu - lateness_cpu_since, now - lateness_since);
  memset(lateness_count, 0, sizeof lateness_count);
  lateness_events = 0;
  lateness_since = now, lateness_cpu_since = cpu;
  return length;
}

#endif
