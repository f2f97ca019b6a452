/*
 * The long run: many threads make calls of every kind on shared clients of a server that fails, and cancel some; every
 * call must end exactly once. Prints a summary of lines "name: value", and ends with status 0 where all was well.
 *
 *     soak CONFIGURATION CALLS THREADS        CONFIGURATION: the clients', as JSON
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "soak_call.h"

enum { CLIENTS = 8, STATUSES = 32, MAX_THREADS = 128, DESTROY_EVERY = 997 };

static const char *configuration;
static llm_client *clients[CLIENTS];
static struct handle *handles[MAX_THREADS];
static long calls, warm, next, events_by_status[STATUSES], attempts, cancels;
static int threads, is_over;
static long memory_warm;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Of this process, in KiB. */
static long resident(void) {
  long pages = 0, all;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &all, &pages) != 2) broken("/proc/self/statm cannot be read");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static int sockets(void) {
  int count = 0;
  struct dirent *entry;
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) broken("/proc/self/fd cannot be read");
  while ((entry = readdir(folder))) {
    char path[300], target[64];
    ssize_t length;
    snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
    length = readlink(path, target, sizeof target);
    count += length > 7 && memcmp(target, "socket:", 7) == 0;
  }
  closedir(folder);
  return count;
}

static llm_client *new_client(void) {
  llm_client *client;
  llm_error *error;
  if (llm_client_create(configuration, &client, &error) != LLM_OK) broken("%s", llm_error_message(error));
  return client;
}

/* Which calls are of which kind is a matter of their numbers, so that runs are alike. */
static struct job job_of(long number) {
  struct job job = {number, (enum way)(number % WAYS), number % 101 == 1};
  if (job.stops) job.way = STREAM;
  return job;
}

static void *work(void *context) {
  struct handle *handle = handles[(long)context];
  for (;;) {
    struct result result;
    struct job job;
    pthread_mutex_lock(&lock);
    job = job_of(next++);
    pthread_mutex_unlock(&lock);
    if (job.number >= calls) return NULL;
    if (job.number % DESTROY_EVERY == 0) {
      job.way = CALL_STREAM;
      result = destroy_under_call(new_client(), &job);
    } else {
      result = make_call(clients[job.number % CLIENTS], &job, handle);
    }
    pthread_mutex_lock(&lock);
    events_by_status[-result.status]++;
    attempts += result.attempts;
    if (job.number == warm) memory_warm = resident();
    pthread_mutex_unlock(&lock);
  }
}

/* Cancels whatever happens to run: a call every now and then. */
static void *cancel(void *context) {
  unsigned victim = 0;
  (void)context;
  while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
    struct timespec pause = {0, 3 * 1000 * 1000};
    nanosleep(&pause, NULL);
    handle_cancel(handles[victim++ % (unsigned)threads]);
    cancels++;
  }
  return NULL;
}

/* Nothing is under way any more: no call, no permit. */
static void check_stats(llm_client *client) {
  char *stats;
  if (llm_client_stats(client, &stats, NULL) != LLM_OK) broken("no stats");
  if (!strstr(stats, "\"in_flight\":0") || !strstr(stats, "\"waiting\":0")) broken("something is under way: %s", stats);
  llm_free(stats);
}

int main(int count, char **arguments) {
  pthread_t workers[MAX_THREADS], canceller;
  double began = now();
  long i, ended = 0, memory_end;
  if (count != 4) broken("usage: soak CONFIGURATION CALLS THREADS");
  configuration = arguments[1];
  calls = atol(arguments[2]);
  threads = atoi(arguments[3]);
  if (threads < 1 || threads > MAX_THREADS) broken("1 to %d threads", MAX_THREADS);
  warm = calls / 5;
  for (i = 0; i < CLIENTS; i++) clients[i] = new_client();
  for (i = 0; i < threads; i++) handles[i] = handle_new();
  for (i = 0; i < threads; i++) pthread_create(&workers[i], NULL, work, (void *)i);
  pthread_create(&canceller, NULL, cancel, NULL);
  for (i = 0; i < threads; i++) pthread_join(workers[i], NULL);
  __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
  pthread_join(canceller, NULL);
  memory_end = resident();
  for (i = 0; i < CLIENTS; i++) check_stats(clients[i]);
  for (i = 0; i < CLIENTS; i++) llm_client_destroy(clients[i]);
  for (i = 0; i < STATUSES; i++) ended += events_by_status[i];
  printf("calls: %ld\nended: %ld\nattempts: %ld\ncancels tried: %ld\n", calls, ended, attempts, cancels);
  for (i = 0; i < STATUSES; i++)
    if (events_by_status[i]) printf("status %s: %ld\n", llm_status_name((llm_status)-i), events_by_status[i]);
  printf("seconds: %.1f\ncalls a second: %.0f\n", now() - began, (double)calls / (now() - began));
  printf("KiB after a fifth: %ld\nKiB at the end: %ld\n", memory_warm, memory_end);
  /* Whoever started this now asks the server what it has seen, with the connections as they are. */
  printf("sockets: %d\n", sockets());
  fflush(stdout);
  getchar();
  return 0;
}
