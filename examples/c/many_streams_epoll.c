/*
 * Many streams at once from a loop around epoll, edge-triggered, with a timer beside them: one thread for everything.
 *
 *   cc many_streams_epoll.c -lllm -o many_streams_epoll
 *   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... RATE_LIMIT_PER_MINUTE=0 RATE_LIMIT_PER_HOUR=0 \
 *   MAX_CONCURRENT_REQUESTS=0 ./many_streams_epoll 1000
 *
 * 0 is no limit: by default a client makes 60 calls a minute, 10 at once, and lets the others wait.
 */
#define _POSIX_C_SOURCE 200809L

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "many_streams.h"

static void watch(int loop, int descriptor) {
    struct epoll_event wanted = {0};
    wanted.events = EPOLLIN | EPOLLET;
    wanted.data.fd = descriptor;
    if (epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &wanted) != 0) {
        perror("epoll_ctl");
        exit(1);
    }
}

int main(int argc, char **argv) {
    const struct itimerspec every_second = {{1, 0}, {1, 0}};
    int loop = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    streams *all = streams_start(argc > 1 ? atoi(argv[1]) : 1000);
    int queue = llm_queue_fd(all->queue);

    /* A descriptor that was readable before it is added is reported too: nothing is missed by watching late. */
    watch(loop, queue);
    watch(loop, timer);
    timerfd_settime(timer, 0, &every_second, NULL);

    while (all->running > 0) {
        struct epoll_event ready[8];
        int count = epoll_wait(loop, ready, 8, -1), i;
        for (i = 0; i < count; i++) {
            uint64_t ticks;
            if (ready[i].data.fd == queue) streams_read(all);
            else if (read(timer, &ticks, sizeof ticks) > 0)
                fprintf(stderr, "%ld events, %d streams run\n", all->events, all->running);
        }
    }
    close(timer);
    close(loop);
    return streams_end(all);
}
