/*
 * Many streams at once from a loop around poll(): one thread, one descriptor for all of them.
 *
 *   cc many_streams_poll.c -lllm -o many_streams_poll
 *   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... RATE_LIMIT_PER_MINUTE=0 RATE_LIMIT_PER_HOUR=0 \
 *   MAX_CONCURRENT_REQUESTS=0 ./many_streams_poll 1000
 *
 * 0 is no limit: by default a client makes 60 calls a minute, 10 at once, and lets the others wait.
 */
#include <poll.h>

#include "many_streams.h"

int main(int argc, char **argv) {
    int seconds = 0;
    streams *all = streams_start(argc > 1 ? atoi(argv[1]) : 1000);
    struct pollfd watched[1];
    watched[0].fd = llm_queue_fd(all->queue);
    watched[0].events = POLLIN; /* whatever else the program watches stands beside it */

    while (all->running > 0) {
        int ready = poll(watched, 1, 1000);
        if (ready < 0) continue; /* a signal */
        if (ready == 0) fprintf(stderr, "%d s of silence, %d streams run\n", ++seconds, all->running);
        if (watched[0].revents & POLLIN) streams_read(all);
    }
    return streams_end(all);
}
