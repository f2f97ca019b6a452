/*
 * Many streams at once in a libuv loop (Debian's libuv1-dev), with a timer of libuv's beside them.
 *
 *   cc many_streams_libuv.c -lllm -luv -o many_streams_libuv
 *   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... RATE_LIMIT_PER_MINUTE=0 RATE_LIMIT_PER_HOUR=0 \
 *   MAX_CONCURRENT_REQUESTS=0 ./many_streams_libuv 1000
 *
 * 0 is no limit: by default a client makes 60 calls a minute, 10 at once, and lets the others wait.
 */
#define _POSIX_C_SOURCE 200809L

#include <uv.h>

#include "many_streams.h"

static uv_poll_t readable;
static uv_timer_t every_second;

/* uv_poll_t only watches a descriptor and never closes it: the queue keeps its own. */
static void on_readable(uv_poll_t *handle, int status, int events) {
    streams *all = handle->data;
    (void)events;
    if (status != 0) exit(1);
    streams_read(all);
    if (all->running > 0) return;
    uv_close((uv_handle_t *)handle, NULL); /* before llm_queue_destroy; with nothing left to watch, uv_run returns */
    uv_close((uv_handle_t *)&every_second, NULL);
}

static void on_second(uv_timer_t *handle) {
    streams *all = handle->data;
    fprintf(stderr, "%ld events, %d streams run\n", all->events, all->running);
}

int main(int argc, char **argv) {
    uv_loop_t *loop = uv_default_loop();
    streams *all = streams_start(argc > 1 ? atoi(argv[1]) : 1000);

    readable.data = every_second.data = all;
    if (uv_poll_init(loop, &readable, llm_queue_fd(all->queue)) != 0) return 1;
    uv_poll_start(&readable, UV_READABLE, on_readable);
    uv_timer_init(loop, &every_second);
    uv_timer_start(&every_second, on_second, 1000, 1000);

    uv_run(loop, UV_RUN_DEFAULT);
    uv_loop_close(loop);
    return streams_end(all);
}
