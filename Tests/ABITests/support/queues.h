/*
 * Queues in tests: a reader that checks every record it is given, and keeps what each tag has come to.
 */
#ifndef QUEUES_H
#define QUEUES_H

#include "handles.h"

/* What has come with one tag. */
typedef struct {
  char *text;                /* all TEXT events, joined */
  size_t length, room, events;
  int32_t last_kind;         /* RESPONSE or ERROR once the call has ended, else 0 */
  char *last;                /* and its JSON */
} track;

/* One reader of one queue; tags are numbers below `count`. */
typedef struct {
  llm_queue *queue;
  track *of;
  size_t count, events, ended;
  char *log;                 /* all LOG events, a line each; NULL: there were none */
  size_t lines;
  char *buffer;
  size_t capacity, used;     /* used: what the last read said */
} reader;

static inline llm_queue *queue_new(void) {
  llm_queue *queue = GARBAGE;
  llm_error *error = GARBAGE;
  CHECK_STATUS(llm_queue_create(&queue, &error), LLM_OK, error);
  CHECK(error == NULL && queue != NULL && queue != GARBAGE);
  return queue;
}

static inline reader *reader_of(llm_queue *queue, size_t tags, size_t capacity) {
  reader *reader = spec_allocate(sizeof *reader);
  memset(reader, 0, sizeof *reader);
  reader->queue = queue;
  reader->count = tags;
  reader->of = spec_allocate(tags * sizeof *reader->of);
  memset(reader->of, 0, tags * sizeof *reader->of);
  reader->capacity = capacity;
  reader->buffer = spec_allocate(capacity + 8);
  return reader;
}

static inline reader *reader_new(size_t tags) { return reader_of(queue_new(), tags, 65536); }

/* Destroys the queue as well, unless that is NULL by now. */
static inline void reader_free(reader *reader) {
  size_t i;
  for (i = 0; i < reader->count; i++) {
    free(reader->of[i].text);
    free(reader->of[i].last);
  }
  llm_queue_destroy(reader->queue);
  free(reader->log);
  free(reader->buffer);
  free(reader->of);
  free(reader);
}

static inline llm_call *start_on(reader *reader, uint64_t tag, llm_client *client, int32_t operation, const char *request) {
  llm_call *call = GARBAGE;
  llm_error *error = GARBAGE;
  CHECK_STATUS(llm_call_start(client, operation, request, reader->queue, tag, &call, &error), LLM_OK, error);
  CHECK(error == NULL && call != NULL && call != GARBAGE);
  return call;
}

static inline void reader_keep(reader *reader, const llm_event *event, const char *data) {
  track *track = &reader->of[event->tag];
  if (event->kind == LLM_EVENT_LOG) {
    char *longer = spec_format("%s%s\n", reader->log ? reader->log : "", data);
    CHECK_INT(event->tag, 0);
    CHECK(json_valid(data));
    CHECK_LACKS(data, TEST_KEY);
    free(reader->log);
    reader->log = longer;
    reader->lines++;
    return;
  }
  CHECK(event->tag < reader->count);
  CHECK_INT(track->last_kind, 0); /* nothing comes after the end */
  CHECK_LACKS(data, TEST_KEY);
  reader->events++;
  track->events++;
  if (event->kind == LLM_EVENT_TEXT) {
    if (track->length + event->length >= track->room)
      track->text = realloc(track->text, track->room = 2 * (track->length + event->length) + 64);
    CHECK(track->text != NULL);
    memcpy(track->text + track->length, data, event->length + 1);
    track->length += event->length;
  } else if (event->kind == LLM_EVENT_RESPONSE || event->kind == LLM_EVENT_ERROR) {
    CHECK(json_valid(data));
    track->last_kind = event->kind;
    track->last = spec_format("%s", data);
    reader->ended++;
  } else {
    CHECK(event->kind >= LLM_EVENT_REASONING && event->kind <= LLM_EVENT_TOOL_CALL);
  }
}

/* One llm_queue_read. Its outputs and the form of every record are checked, and the events are kept. */
static inline llm_status read_once(reader *reader, int32_t timeout_ms) {
  llm_status status;
  size_t at = 0, i, size;
  memset(reader->buffer, 0x5a, reader->capacity + 8);
  reader->used = 99;
  status = llm_queue_read(reader->queue, timeout_ms, reader->buffer, reader->capacity, &reader->used);
  for (i = status == LLM_OK ? reader->used : 0; i < reader->capacity + 8; i++) CHECK(reader->buffer[i] == 0x5a);
  if (status == LLM_TOO_SMALL) CHECK(reader->used > reader->capacity);
  if (status != LLM_OK) {
    if (status != LLM_TOO_SMALL) CHECK_INT(reader->used, 0);
    return status;
  }
  CHECK(reader->used > 0 && reader->used <= reader->capacity && reader->used % 8 == 0);
  while (at < reader->used) {
    const llm_event *event = (const llm_event *)(reader->buffer + at);
    const char *data = (const char *)(event + 1);
    CHECK(reader->used - at >= sizeof *event);
    size = sizeof *event + ((size_t)event->length / 8 + 1) * 8;
    CHECK(size <= reader->used - at);
    for (i = event->length; i < size - sizeof *event; i++) CHECK_INT(data[i], 0);
    reader_keep(reader, event, data);
    at += size;
  }
  return status;
}

/* After LLM_TOO_SMALL: a buffer that is just large enough. */
static inline void reader_grow(reader *reader) {
  free(reader->buffer);
  reader->capacity = reader->used;
  reader->buffer = spec_allocate(reader->capacity + 8);
}

/* Reads until LLM_PENDING, and gives the number of reads that gave something. */
static inline int drain(reader *reader) {
  llm_status status;
  int reads = 0;
  while ((status = read_once(reader, 0)) == LLM_OK) reads++;
  CHECK_INT(status, LLM_PENDING);
  return reads;
}

/* Waits in llm_queue_read until so many calls have ended; the buffer grows where it must. */
static inline void read_until_ended(reader *reader, size_t calls) {
  while (reader->ended < calls) {
    llm_status status = read_once(reader, 20000);
    if (status == LLM_TOO_SMALL) reader_grow(reader);
    else if (status != LLM_OK) spec_fail(__FILE__, __LINE__, "%zu of %zu ended: %s", reader->ended, calls, llm_status_name(status));
  }
}

static inline void read_until_text(reader *reader, uint64_t tag, const char *text) {
  while (!reader->of[tag].text || strcmp(reader->of[tag].text, text) != 0) CHECK_INT(read_once(reader, 20000), LLM_OK);
}

/* The call with this tag has ended with a response whose content is `content`, and its events said the same. */
static inline void check_answer(reader *reader, uint64_t tag, const char *content) {
  track *track = &reader->of[tag];
  CHECK_INT(track->last_kind, LLM_EVENT_RESPONSE);
  check_member(track->last, "content", content);
  if (track->text) CHECK_TEXT(track->text, content);
}

static inline void check_error(reader *reader, uint64_t tag, llm_status status) {
  track *track = &reader->of[tag];
  CHECK_INT(track->last_kind, LLM_EVENT_ERROR);
  CHECK_INT((llm_status)json_number(track->last, "code", 0), status);
  check_member(track->last, "status", llm_status_name(status));
}

/* Nothing more comes, in a time in which a defect would most likely show. */
static inline void check_quiet(reader *reader, int32_t milliseconds) {
  CHECK_INT(read_once(reader, milliseconds), LLM_PENDING);
}

#endif
