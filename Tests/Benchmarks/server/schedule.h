/* Which stream's event is due next: a binary heap of times. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdlib.h>

typedef struct {
  double due;      /* s, monotonic */
  void *stream;
} turn;

static turn *schedule;
static size_t schedule_count, schedule_room;

static inline void schedule_add(double due, void *stream) {
  size_t at = schedule_count++;
  if (schedule_count > schedule_room) schedule = realloc(schedule, (schedule_room = schedule_room * 2 + 64) * sizeof *schedule);
  if (!schedule) abort();
  for (; at > 0 && schedule[(at - 1) / 2].due > due; at = (at - 1) / 2) schedule[at] = schedule[(at - 1) / 2];
  schedule[at] = (turn){due, stream};
}

static inline void schedule_sink(size_t at, turn last) {
  for (size_t child; (child = 2 * at + 1) < schedule_count; at = child) {
    if (child + 1 < schedule_count && schedule[child + 1].due < schedule[child].due) child++;
    if (schedule[child].due >= last.due) break;
    schedule[at] = schedule[child];
  }
  schedule[at] = last;
}

static inline void schedule_remove_first(void) {
  turn last = schedule[--schedule_count];
  if (schedule_count > 0) schedule_sink(0, last);
}

/* Moves the first one to a later time. */
static inline void schedule_delay_first(double due) { schedule_sink(0, (turn){due, schedule[0].stream}); }

/* Takes a stream out, wherever it stands; its connection has ended. */
static inline void schedule_forget(void *stream) {
  for (size_t at = 0; at < schedule_count; at++)
    if (schedule[at].stream == stream) schedule[at].stream = NULL;
}

#endif
