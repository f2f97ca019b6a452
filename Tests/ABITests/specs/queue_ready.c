/* llm.h, llm_queue_fd: when the descriptor is readable, as loops of either kind see it. */
#include "queues.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int readable(int descriptor, int timeout_ms) {
  struct pollfd watched;
  watched.fd = descriptor;
  watched.events = POLLIN;
  watched.revents = 0;
  CHECK(poll(&watched, 1, timeout_ms) >= 0);
  CHECK((watched.revents & ~POLLIN) == 0);
  return watched.revents != 0;
}

static int bytes_waiting(int descriptor) {
  int bytes = -1;
  CHECK_INT(ioctl(descriptor, FIONREAD, &bytes), 0);
  return bytes;
}

static int descriptor_of(llm_queue *queue) {
  int descriptor = llm_queue_fd(queue);
  CHECK(descriptor >= 0);
  CHECK_INT(llm_queue_fd(queue), descriptor);
  return descriptor;
}

/* Texts "1", "2", ... each after its signal, and the end after "end". */
static void serve_steps(fault_server *server, int steps) {
  int i;
  reply(server);
  server_send(server, UNTIL_CLOSE);
  for (i = 1; i <= steps; i++) {
    char *name = spec_format("%d", i), *text = spec_format("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%d\"}}]}\n\n", i);
    server_wait(server, name);
    server_send(server, text);
    free(name);
    free(text);
  }
  server_wait(server, "end");
  server_send(server, OPENAI_END);
  server_close(server);
}

TEST("it is a socket, non-blocking, closed on exec, not readable at first, and gone with the queue") {
  llm_queue *queue = queue_new();
  int descriptor = descriptor_of(queue), type = 0;
  socklen_t length = sizeof type;
  CHECK_INT(getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length), 0);
  CHECK_INT(type, SOCK_STREAM);
  CHECK(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
  CHECK(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
  CHECK_INT(readable(descriptor, 50), 0);
  llm_queue_destroy(queue);
  CHECK_INT(fcntl(descriptor, F_GETFD), -1);
}

TEST("one byte from the first event until a read gives LLM_PENDING, whatever comes and is read in between") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  int descriptor = descriptor_of(reader->queue);
  llm_call *call;
  serve_steps(server, 4);
  call = start_on(reader, 0, client, LLM_OP_STREAM, HELLO);
  CHECK_INT(readable(descriptor, 100), 0);
  server_signal(server, "1");
  CHECK_INT(readable(descriptor, 20000), 1);
  CHECK_INT(bytes_waiting(descriptor), 1);
  CHECK_INT(read_once(reader, 0), LLM_OK);
  CHECK_INT(bytes_waiting(descriptor), 1); /* nobody has found it empty yet */
  server_signal(server, "2");
  read_until_text(reader, 0, "12");
  CHECK_INT(bytes_waiting(descriptor), 1);
  CHECK_INT(read_once(reader, 0), LLM_PENDING);
  CHECK_INT(bytes_waiting(descriptor), 0);
  CHECK_INT(readable(descriptor, 50), 0);
  CHECK_INT(read_once(reader, 0), LLM_PENDING);
  server_signal(server, "3");
  CHECK_INT(readable(descriptor, 20000), 1);
  read_until_text(reader, 0, "123");
  CHECK_INT(read_once(reader, 30), LLM_PENDING); /* one that waited is the same */
  CHECK_INT(bytes_waiting(descriptor), 0);
  server_signal(server, "4");
  CHECK_INT(readable(descriptor, 20000), 1); /* a reader may find an event before it is announced */
  server_signal(server, "end");
  read_until_ended(reader, 1);
  check_answer(reader, 0, "1234");
  CHECK_INT(bytes_waiting(descriptor), 1);
  CHECK_INT(drain(reader), 0);
  CHECK_INT(bytes_waiting(descriptor), 0);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("a descriptor that is asked for when events are there is readable at once; if they were read, it is not") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  int drained;
  reply_json(server, OPENAI_BODY("Hi"));
  for (drained = 0; drained < 2; drained++) {
    reader *reader = reader_new(1);
    llm_call *call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
    size_t used;
    if (drained) read_until_ended(reader, 1);
    if (drained) CHECK_INT(read_once(reader, 0), LLM_PENDING);
    else while (llm_queue_read(reader->queue, 20000, NULL, 0, &used) == LLM_PENDING) {} /* it is there */
    CHECK_INT(readable(descriptor_of(reader->queue), 0), !drained);
    llm_call_free(call);
    reader_free(reader);
  }
  llm_client_destroy(client);
}

TEST("LLM_TOO_SMALL leaves it readable") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  int descriptor = descriptor_of(reader->queue);
  llm_call *call;
  size_t used;
  reply_json(server, OPENAI_BODY("Hi"));
  call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
  CHECK_INT(readable(descriptor, 20000), 1);
  CHECK_INT(llm_queue_read(reader->queue, 0, reader->buffer, 8, &used), LLM_TOO_SMALL);
  CHECK_INT(bytes_waiting(descriptor), 1);
  read_until_ended(reader, 1);
  llm_call_free(call);
  reader_free(reader);
  llm_client_destroy(client);
}

TEST("where all events were dropped the read gives LLM_PENDING and takes the byte away") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *reader = reader_new(1);
  int descriptor = descriptor_of(reader->queue), i;
  reply_json(server, OPENAI_BODY("Hi"));
  for (i = 0; i < 20; i++) {
    llm_call *call = start_on(reader, 0, client, LLM_OP_COMPLETE, HELLO);
    CHECK_INT(readable(descriptor, 20000), 1);
    llm_call_free(call);
    CHECK_INT(read_once(reader, 0), LLM_PENDING);
    CHECK_INT(readable(descriptor, 0), 0);
  }
  reader_free(reader);
  llm_client_destroy(client);
}

/* How a loop is told, and how much it reads each time. */
typedef struct {
  uint32_t trigger;          /* EPOLLET or 0 */
  int reads;                 /* reads a wake-up; 0: until LLM_PENDING */
  size_t capacity;
} manner;

enum { streams = 20, texts = 50 };

static void serve_numbers(fault_server *server) {
  char *all = spec_format("%s", "");
  int i;
  for (i = 0; i < texts; i++) {
    char *longer = spec_format("%sdata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%d \"}}]}\n\n", all, i);
    free(all);
    all = longer;
  }
  reply(server);
  server_send(server, UNTIL_CLOSE);
  server_bytes(server, all); /* byte by byte: events come one by one */
  server_send(server, OPENAI_END);
  server_close(server);
  free(all);
}

static void run_loop(fault_server *server, reader *reader, manner manner) {
  llm_client *client = openai_client(server);
  llm_call *calls[streams];
  struct epoll_event event;
  int loop = epoll_create1(EPOLL_CLOEXEC), i;
  char *want = spec_format("%s", "");
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | manner.trigger;
  CHECK_INT(epoll_ctl(loop, EPOLL_CTL_ADD, descriptor_of(reader->queue), &event), 0);
  for (i = 0; i < streams; i++) calls[i] = start_on(reader, (uint64_t)i, client, LLM_OP_STREAM, HELLO);
  while (reader->ended < streams) {
    int got = epoll_wait(loop, &event, 1, 20000);
    if (got != 1) spec_fail(__FILE__, __LINE__, "the loop was not woken: %zu of %d streams have ended", reader->ended, streams);
    for (i = 0; manner.reads == 0 || i < manner.reads; i++) {
      llm_status status = read_once(reader, 0);
      if (status == LLM_TOO_SMALL) reader_grow(reader);
      if (status == LLM_PENDING) break;
    }
  }
  for (i = 0; i < texts; i++) {
    char *longer = spec_format("%s%d ", want, i);
    free(want);
    want = longer;
  }
  for (i = 0; i < streams; i++) {
    check_answer(reader, (uint64_t)i, want);
    llm_call_free(calls[i]);
  }
  free(want);
  close(loop);
  llm_client_destroy(client);
}

static void check_loop(manner manner) {
  fault_server *server = serve();
  reader *reader = reader_of(queue_new(), streams, manner.capacity);
  serve_numbers(server);
  run_loop(server, reader, manner);
  reader_free(reader);
}

TEST("a level-triggered loop that reads until LLM_PENDING gets everything") { check_loop((manner){0, 0, 65536}); }

TEST("a level-triggered loop that reads once a wake-up, into a small buffer, gets everything") {
  check_loop((manner){0, 1, 64});
}

TEST("an edge-triggered loop that reads until LLM_PENDING gets everything") { check_loop((manner){EPOLLET, 0, 65536}); }

TEST("an edge-triggered loop with a small buffer gets everything") { check_loop((manner){EPOLLET, 0, 64}); }

typedef struct {
  fault_server *server;
  reader *reader;
} loop_thread;

static void *run_in_thread(void *argument) {
  loop_thread *thread = argument;
  run_loop(thread->server, thread->reader, (manner){EPOLLET, 0, 4096});
  return NULL;
}

TEST("two loops in two threads, each with its queue, get what is theirs") {
  loop_thread both[2];
  pthread_t threads[2];
  int i;
  for (i = 0; i < 2; i++) {
    both[i].server = serve();
    both[i].reader = reader_of(queue_new(), streams, 4096);
    serve_numbers(both[i].server);
    pthread_create(&threads[i], NULL, run_in_thread, &both[i]);
  }
  for (i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    CHECK_INT(both[i].reader->ended, streams);
    reader_free(both[i].reader);
  }
}

TEST("two loops on one client get each its own calls") {
  fault_server *server = serve();
  llm_client *client = openai_client(server);
  reader *readers[2];
  llm_call *calls[2][10];
  int i, j;
  reply_json(server, OPENAI_BODY("Hi"));
  readers[0] = reader_new(10);
  readers[1] = reader_new(10);
  for (j = 0; j < 10; j++)
    for (i = 0; i < 2; i++) calls[i][j] = start_on(readers[i], (uint64_t)j, client, LLM_OP_COMPLETE, HELLO);
  for (i = 1; i >= 0; i--) {
    while (readers[i]->ended < 10) {
      CHECK_INT(readable(descriptor_of(readers[i]->queue), 20000), 1);
      drain(readers[i]);
    }
    for (j = 0; j < 10; j++) {
      check_answer(readers[i], (uint64_t)j, "Hi");
      llm_call_free(calls[i][j]);
    }
    reader_free(readers[i]);
  }
  llm_client_destroy(client);
}
