/* llm.h, "Threads": one thread of the library's own, started by the first call and shared by all clients, with every
 * signal masked. */
#include "handles.h"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A file of /proc/self/task/ID, or "" where the thread is gone; yours to free. */
static char *task_file(const char *id, const char *name) {
  char *path = spec_format("/proc/self/task/%s/%s", id, name), *text = spec_allocate(8192);
  FILE *file = fopen(path, "r");
  size_t length = file ? fread(text, 1, 8191, file) : 0;
  text[length] = '\0';
  if (file) fclose(file);
  free(path);
  return text;
}

typedef struct {
  int all, named;       /* how many threads there are, and how many of them are named llm-io */
  unsigned long long blocked; /* SigBlk of the last of those */
} threads;

static threads look_at_threads(void) {
  threads found = {0, 0, 0};
  DIR *directory = opendir("/proc/self/task");
  struct dirent *entry;
  CHECK(directory != NULL);
  while ((entry = readdir(directory))) {
    char *comm, *status, *blocked;
    if (entry->d_name[0] == '.') continue;
    found.all++;
    comm = task_file(entry->d_name, "comm");
    status = task_file(entry->d_name, "status");
    if (strcmp(comm, "llm-io\n") == 0 && (blocked = strstr(status, "SigBlk:")) != NULL) {
      found.named++;
      found.blocked = strtoull(blocked + 7, NULL, 16);
    }
    free(comm);
    free(status);
  }
  closedir(directory);
  return found;
}

TEST("loading the library, making clients and destroying them starts no thread") {
  fault_server *server = serve();
  int i;
  for (i = 0; i < 10; i++) {
    llm_client *client = openai_client(server);
    expect_failure(complete(client, "{"), LLM_ERROR_INVALID_ARGUMENT, NULL);
    llm_client_destroy(client);
  }
  CHECK_INT(look_at_threads().all, 1);
}

TEST("the first call starts one thread, named llm-io, and a hundred more calls on several clients start no other") {
  fault_server *server = serve();
  llm_client *clients[3];
  llm_call *calls[20];
  threads found;
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 3; i++) clients[i] = openai_client(server);
  free(expect_success(complete(clients[0], HELLO)));
  found = look_at_threads();
  CHECK_INT(found.all, 2);
  CHECK_INT(found.named, 1);
  for (i = 0; i < 100; i++) {
    free(expect_success(complete(clients[i % 3], HELLO)));
    CHECK_INT(look_at_threads().all, 2);
  }
  for (i = 0; i < 20; i++) calls[i] = start_call(clients[i % 3], LLM_OP_COMPLETE, HELLO);
  CHECK_INT(look_at_threads().all, 2);
  for (i = 0; i < 20; i++) {
    check_event(calls[i], LLM_EVENT_RESPONSE);
    llm_call_free(calls[i]);
  }
  for (i = 0; i < 3; i++) llm_client_destroy(clients[i]);
  CHECK_INT(look_at_threads().all, 2);
}

TEST("a host name that has to be looked up starts no thread that stays") {
  fault_server *server = serve();
  char *url = spec_format("\"base_url\": \"http://localhost:%d/v1\"", server_port(server));
  llm_client *client = client_for(server, "openai", url);
  int i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 5; i++) free(expect_success(complete(client, HELLO)));
  for (i = 0; i < 200 && look_at_threads().all > 2; i++) usleep(10 * 1000);
  CHECK_INT(look_at_threads().all, 2);
  llm_client_destroy(client);
  free(url);
}

TEST("every signal that can be blocked is blocked on the library's thread, and the caller's mask is what it was") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  sigset_t before, after;
  threads found;
  int number;
  reply_json(server, OPENAI_BODY("Hi"));
  pthread_sigmask(SIG_SETMASK, NULL, &before);
  free(expect_success(complete(client, HELLO)));
  pthread_sigmask(SIG_SETMASK, NULL, &after);
  found = look_at_threads();
  CHECK_INT(found.named, 1);
  for (number = 1; number <= 64; number++) {
    if (number == SIGKILL || number == SIGSTOP || (number >= 32 && number < SIGRTMIN)) continue; /* 32, 33: glibc's own */
    spec_about(strsignal(number));
    CHECK(found.blocked >> (number - 1) & 1);
    CHECK_INT(sigismember(&after, number), sigismember(&before, number));
  }
  llm_client_destroy(client);
}

static volatile sig_atomic_t handled, handled_by;

static void on_signal(int number) {
  (void)number;
  handled++;
  handled_by = (sig_atomic_t)syscall(SYS_gettid);
}

TEST("a signal to the process never runs on the library's thread") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  llm_call *call;
  sigset_t usr1;
  int i;
  signal(SIGUSR1, on_signal);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_repeat(server, 50, ": keep-alive\n\n");
  server_hang(server);
  call = start_call(client, LLM_OP_STREAM, HELLO);
  server_await(server, "request", 1);
  pthread_sigmask(SIG_BLOCK, &usr1, NULL);
  for (i = 0; i < 200; i++) {
    kill(getpid(), SIGUSR1);
    CHECK_INT(next_turn(call, 1).status, LLM_PENDING);
  }
  CHECK_INT(handled, 0);
  pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
  CHECK_INT(handled, 1);
  for (i = 0; i < 200; i++) {
    kill(getpid(), SIGUSR1);
    CHECK_INT(handled_by, getpid());
  }
  CHECK_INT(handled, 201);
  llm_call_free(call);
  llm_client_destroy(client);
}
