// What the event loop needs of Linux that Swift's Glibc module leaves out.
#ifndef CLINUX_H
#define CLINUX_H

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>

static inline int clinux_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
static inline int clinux_epoll_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}
enum {
    CLINUX_READABLE = EPOLLIN,
    CLINUX_WRITABLE = EPOLLOUT,
    CLINUX_FAILED = EPOLLERR | EPOLLHUP,
};

// Declared here: _GNU_SOURCE, which the system's headers want for these, would change types that Swift's Glibc has too.
int pthread_setname_np(pthread_t thread, const char *name);
static inline void clinux_name_this_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *time, const sigset_t *mask);
/// Waits for one descriptor, for less than a millisecond if need be.
static inline int clinux_poll(struct pollfd *descriptor, const struct timespec *time) {
    return ppoll(descriptor, 1, time, (const sigset_t *)0);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline);
/// Waits until CLOCK_MONOTONIC says `deadline`.
static inline int clinux_sem_wait(sem_t *semaphore, const struct timespec *deadline) {
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, deadline);
}

/// Fills `size` bytes, 256 at most, with the system's random ones. False where it has none.
static inline bool clinux_random(void *bytes, size_t size) {
    return getrandom(bytes, size, 0) == (ssize_t)size;
}

/// Runs `prepare` if nobody has yet, and returns when it has run; any thread. A fork() waits for it to end, so that no child
/// finds it half done. (Swift's own once-only initialisation would let the child of such a fork wait for ever.)
void clinux_first_use(void (*prepare)(void));

/// What fork() calls from now on, after nobody is in `clinux_first_use`. To be called from there.
void clinux_protect_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#endif
