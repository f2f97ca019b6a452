/* A loopback server with canned answers, for the benchmarks: prints its port, and ends with its parent.
 *
 *   POST /c/...       a completion of about 600 bytes
 *   POST /sN/...      a stream of N events of about 300 bytes, as fast as the socket takes them, 32 of them in an HTTP chunk;
 *                     the texts are "000000 ", "000001 " and so on
 *   POST /pNxR/...    a stream of N events, the first at once, the others R a second, each in a chunk of its own; the texts of
 *                     the stream whose request says "stream 17" are "17:0 ", "17:1 " and so on
 *   GET  /figures     the CPU that the server has used and how late paced events were since it was last asked, as JSON
 *
 * A path that ends in /messages speaks Anthropic's wire, every other one OpenAI's. One thread and an epoll set; nothing is
 * parsed but the path, the length and "stream N". It has a core to itself where there are two.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "answers.h"
#include "lateness.h"
#include "schedule.h"

enum { BATCH = 32, EVENT_ROOM = 512 };

typedef struct {
  int descriptor, writable_wanted;
  const wire *wire;
  size_t have;
  char request[8192];
  long sent, count, number;   /* of events */
  double period;              /* s; 0: a burst */
  char *out;                  /* what the socket did not take yet */
  size_t out_at, out_length;
} connection;

static int loop, timer;

static void connection_end(connection *c) {
  if (c->sent < c->count && c->period > 0) schedule_forget(c);
  close(c->descriptor); /* with SO_LINGER 0: no port stays behind in TIME_WAIT */
  free(c->out);
  free(c);
}

static void want_writable(connection *c, int wanted) {
  struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
  if (c->writable_wanted == wanted) return;
  c->writable_wanted = wanted;
  epoll_ctl(loop, EPOLL_CTL_MOD, c->descriptor, &event);
}

/* Sends, and keeps what the socket does not take now. */
static void put(connection *c, const char *bytes, size_t length) {
  ssize_t sent = 0;
  if (c->out_length == 0 && (sent = send(c->descriptor, bytes, length, MSG_NOSIGNAL)) < 0) {
    if (errno != EAGAIN) return; /* the client has gone: its end is read next */
    sent = 0;
  }
  if ((size_t)sent == length) return;
  c->out = realloc(c->out, c->out_length + length - (size_t)sent);
  if (!c->out) abort();
  memcpy(c->out + c->out_length, bytes + sent, length - (size_t)sent);
  c->out_length += length - (size_t)sent;
  want_writable(c, 1);
}

static void put_chunk(connection *c, const char *text, size_t length) {
  char whole[64 + BATCH * EVENT_ROOM];
  int head = sprintf(whole, "%zx\r\n", length);
  memcpy(whole + head, text, length);
  memcpy(whole + head + length, "\r\n", 2);
  put(c, whole, (size_t)head + length + 2);
}

static void put_end(connection *c) {
  put_chunk(c, c->wire->end, strlen(c->wire->end));
  put(c, "0\r\n\r\n", 5);
}

/* The next events of a burst, until it is over or the socket is full. Only their numbers are written anew: formatting would
 * cost more than the fastest client. */
static void burst(connection *c) {
  static char text[BATCH * EVENT_ROOM];
  static const wire *of;
  static size_t length, word_at;
  if (of != c->wire) {
    of = c->wire, word_at = (size_t)(strstr(of->piece, "%s") - of->piece);
    for (int i = 0; i < BATCH; i++) length = (size_t)sprintf(text + (size_t)i * length, of->piece, "000000 ");
  }
  while (c->sent < c->count && c->out_length == 0) {
    size_t events = 0;
    for (; events < BATCH && c->sent < c->count; events++, c->sent++) {
      char *digit = text + events * length + word_at + 5;
      for (long number = c->sent % 1000000, i = 0; i < 6; i++, number /= 10) *digit-- = (char)('0' + number % 10);
    }
    put_chunk(c, text, events * length);
    if (c->sent == c->count) put_end(c);
  }
}

static void paced_event(connection *c) {
  char word[32], text[EVENT_ROOM];
  sprintf(word, "%ld:%ld ", c->number, c->sent++);
  put_chunk(c, text, (size_t)sprintf(text, c->wire->piece, word));
  if (c->sent == c->count) put_end(c);
}

/* Streams that began together do not stay in step: the second event comes after a part of the period, each stream's own. */
static double phase(long number) { return (double)((uint32_t)number * 2654435761u) / 4294967296.0; }

static void start_stream(connection *c, const char *path) {
  char kind, head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_1\r\n"
                      "transfer-encoding: chunked\r\n\r\n";
  double rate = 0;
  sscanf(path, "%c%ldx%lf", &kind, &c->count, &rate);
  c->sent = 0, c->period = kind == 'p' ? 1 / rate : 0;
  put(c, head, sizeof head - 1);
  if (*c->wire->begin) put_chunk(c, c->wire->begin, strlen(c->wire->begin));
  if (c->count == 0) return put_end(c);
  if (kind == 's') return burst(c);
  char *said = strstr(strstr(c->request, "\r\n\r\n"), "stream ");
  c->number = said ? atol(said + 7) : 0;
  paced_event(c);
  if (c->sent < c->count) schedule_add(now_s() + c->period * phase(c->number), c);
}

static void answer(connection *c) {
  char *path = strchr(c->request, '/') + 1, text[2048], figures[512];
  const char *body = figures;
  size_t length = strcspn(path, " ?");
  c->wire = length > 9 && strncmp(path + length - 9, "/messages", 9) == 0 ? &anthropic : &openai;
  if (c->request[0] == 'P' && (*path == 's' || *path == 'p')) return start_stream(c, path);
  if (c->request[0] == 'P') body = c->wire->completion;
  else lateness_report(figures);
  put(c, text, (size_t)sprintf(text, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\n"
                                     "content-length: %zu\r\n\r\n%s", strlen(body), body));
}

/* Reads requests, which clients here do not pipeline; 0 when the connection has ended. */
static int readable(connection *c) {
  ssize_t got = recv(c->descriptor, c->request + c->have, sizeof c->request - 1 - c->have, 0);
  if (got < 0 && errno == EAGAIN) return 1;
  if (got <= 0) return 0;
  c->have += (size_t)got, c->request[c->have] = '\0';
  char *end = strstr(c->request, "\r\n\r\n"), *length = strcasestr(c->request, "content-length:");
  size_t body = end && length && length < end ? strtoul(length + 15, NULL, 10) : 0;
  if (!end || c->have < (size_t)(end + 4 - c->request) + body) return 1;
  answer(c);
  c->have = 0;
  return 1;
}

static void writable(connection *c) {
  ssize_t sent = send(c->descriptor, c->out + c->out_at, c->out_length - c->out_at, MSG_NOSIGNAL);
  if (sent > 0 && (c->out_at += (size_t)sent) == c->out_length) {
    c->out_at = c->out_length = 0;
    if (c->period == 0 && c->sent < c->count) burst(c);
    if (c->out_length == 0) want_writable(c, 0);
  }
}

static void accept_all(int listener) {
  static const struct linger reset = {1, 0};
  int descriptor, one = 1;
  while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    connection *c = calloc(1, sizeof *c);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (!c) abort();
    c->descriptor = descriptor;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
  }
}

/* Sends what is due, and sets the timer to what is due next. */
static void keep_schedule(void) {
  uint64_t ticks;
  if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) abort();
  double now = now_s();
  while (schedule_count > 0 && schedule[0].due <= now) {
    connection *c = schedule[0].stream;
    if (!c) {
      schedule_remove_first();
      continue;
    }
    lateness_note(now - schedule[0].due);
    paced_event(c);
    if (c->sent < c->count) schedule_delay_first(schedule[0].due + c->period);
    else schedule_remove_first();
    now = now_s();
  }
}

static void set_timer(void) {
  static double set_to;
  if (schedule_count == 0 || schedule[0].due == set_to) return;
  set_to = schedule[0].due;
  struct itimerspec when = {.it_value = {(time_t)set_to, (long)((set_to - (double)(time_t)set_to) * 1e9)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  struct rlimit files;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  getrlimit(RLIMIT_NOFILE, &files), files.rlim_cur = files.rlim_max, setrlimit(RLIMIT_NOFILE, &files);
  bind(listener, (struct sockaddr *)&address, length);
  listen(listener, 4096);
  getsockname(listener, (struct sockaddr *)&address, &length);
  loop = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.ptr = &listener});
  epoll_ctl(loop, EPOLL_CTL_ADD, timer, &(struct epoll_event){.events = EPOLLIN, .data.ptr = &timer});
  lateness_since = now_s(), lateness_cpu_since = cpu_s();
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event ready[128];
    int count = epoll_wait(loop, ready, 128, -1);
    for (int i = 0; i < count; i++) {
      connection *c = ready[i].data.ptr;
      if (ready[i].data.ptr == &listener) accept_all(listener);
      else if (ready[i].data.ptr == &timer) keep_schedule();
      else if ((ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !readable(c)) connection_end(c);
      else if (ready[i].events & EPOLLOUT) writable(c);
    }
    set_timer();
  }
}
