#include "clinux.h"

#include <stdatomic.h>
#include <stdbool.h>

static pthread_mutex_t first_use = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_prepared;
static void (*before_fork)(void), (*after_fork_in_parent)(void), (*after_fork_in_child)(void);

static void prepare_fork(void) {
    pthread_mutex_lock(&first_use);
    if (before_fork) before_fork();
}

static void continue_in_parent(void) {
    if (after_fork_in_parent) after_fork_in_parent();
    pthread_mutex_unlock(&first_use);
}

static void continue_in_child(void) {
    if (after_fork_in_child) after_fork_in_child();
    pthread_mutex_unlock(&first_use);
}

static void watch_forks(void) {
    pthread_atfork(prepare_fork, continue_in_parent, continue_in_child);
}

void clinux_first_use(void (*prepare)(void)) {
    // Unlike other ways to do a thing once, this one takes a fork in the middle of it into account.
    static pthread_once_t watching = PTHREAD_ONCE_INIT;
    if (atomic_load_explicit(&is_prepared, memory_order_acquire)) return;
    pthread_once(&watching, watch_forks);
    pthread_mutex_lock(&first_use);
    if (!atomic_load_explicit(&is_prepared, memory_order_relaxed)) {
        prepare();
        atomic_store_explicit(&is_prepared, true, memory_order_release);
    }
    pthread_mutex_unlock(&first_use);
}

void clinux_protect_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
    before_fork = prepare;
    after_fork_in_parent = parent;
    after_fork_in_child = child;
}
