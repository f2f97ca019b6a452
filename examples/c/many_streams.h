/*
 * What the examples of many streams have in common: starting them on one queue, and reading that until nothing is left.
 * How the program hears that there is something to read is what they differ in.
 */
#ifndef MANY_STREAMS_H
#define MANY_STREAMS_H

#include <llm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

typedef struct {
    llm_client *client;
    llm_queue *queue;
    llm_call **calls;       /* one a stream; its number is the tag of its events */
    int started, running;
    long events, bytes, failed;
    char *buffer;
    size_t capacity;
} streams;

static inline void streams_fail(llm_error *error) {
    fprintf(stderr, "%s: %s\n", llm_status_name(llm_error_status(error)), llm_error_message(error));
    exit(1);
}

/* Starts `count` streams. A stream is a socket, and 1,024 open files are what a process may have unless it asks for more. */
static inline streams *streams_start(int count) {
    streams *all = calloc(1, sizeof *all);
    struct rlimit files;
    char request[128];
    llm_error *error = NULL;
    if (all == NULL || (all->calls = calloc((size_t)count, sizeof *all->calls)) == NULL) exit(1);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (llm_client_create(NULL, &all->client, &error) != LLM_OK) streams_fail(error);
    if (llm_queue_create(&all->queue, &error) != LLM_OK) streams_fail(error);
    for (; all->started < count; all->started++) {
        sprintf(request, "[{\"role\": \"user\", \"content\": \"Tell me something about the number %d.\"}]", all->started);
        if (llm_call_start(all->client, LLM_OP_STREAM, request, all->queue, (uint64_t)all->started,
                           &all->calls[all->started], &error) != LLM_OK) streams_fail(error);
    }
    all->running = count;
    return all;
}

/* One event; `data` is `event->length` bytes, then a NUL, and lives until the next read. */
static inline void streams_take(streams *all, const llm_event *event, const char *data) {
    all->events++;
    if (event->kind == LLM_EVENT_TEXT) all->bytes += (long)event->length;
    if (event->kind == LLM_EVENT_ERROR && all->failed++ == 0) fprintf(stderr, "stream %d: %s\n", (int)event->tag, data);
    if (event->kind == LLM_EVENT_RESPONSE || event->kind == LLM_EVENT_ERROR) {
        llm_call_free(all->calls[event->tag]);
        all->running--;
    }
}

/* Reads what there is. A descriptor that was readable is so again only after a read that found nothing: so until then. */
static inline void streams_read(streams *all) {
    llm_status status;
    size_t used, at;
    while ((status = llm_queue_read(all->queue, 0, all->buffer, all->capacity, &used)) != LLM_PENDING) {
        if (status == LLM_TOO_SMALL) {
            free(all->buffer);
            all->capacity = used < 65536 ? 65536 : used;
            if ((all->buffer = malloc(all->capacity)) == NULL) exit(1);
            continue;
        }
        if (status != LLM_OK) exit(1);
        for (at = 0; at < used;) {
            const llm_event *event = (const llm_event *)(all->buffer + at);
            streams_take(all, event, (const char *)(event + 1));
            at += sizeof *event + (event->length / 8 + 1) * 8;
        }
    }
}

/* Says how it went, frees everything, and gives the program's status. */
static inline int streams_end(streams *all) {
    int status = all->failed != 0;
    printf("%d streams, %ld events, %ld bytes of text, %ld failed\n", all->started, all->events, all->bytes, all->failed);
    llm_queue_destroy(all->queue);
    llm_client_destroy(all->client);
    free(all->buffer);
    free(all->calls);
    free(all);
    return status;
}

#endif
