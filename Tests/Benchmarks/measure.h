/* What both clients do: warm up, run, and print wall and CPU time (all threads) in nanoseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double nanoseconds(struct timeval time) { return time.tv_sec * 1e9 + time.tv_usec * 1e3; }

static double wall(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

#define MESSAGES "[{\"role\":\"user\",\"content\":\"What is 2+2? Answer in one sentence, please.\"}]"

/* usage: PROGRAM BASE call|stream REPEATS; `once` makes one exchange. */
static int measure(const char *repeats, void (*once)(void)) {
  int count = atoi(repeats), warm_up = count / 10 + 1, i;
  double wall_before, cpu_before;
  for (i = 0; i < warm_up; i++) once();
  wall_before = wall(), cpu_before = cpu();
  for (i = 0; i < count; i++) once();
  printf("%.0f %.0f\n", (wall() - wall_before) / count, (cpu() - cpu_before) / count);
  return 0;
}
