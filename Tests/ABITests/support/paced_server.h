/*
 * A server with many streams at once, in a process of its own: it waits until `streams` requests have come, and then sends
 * each of them an event in each of `rounds` rounds, `pause_us` microseconds apart. The texts of the stream whose request
 * says "stream 17" are "17:0 ", "17:1 " ..., so that a reader sees whether each came to the right place, once and in order.
 * When all have ended it takes new requests. It ends with its parent.
 */
#ifndef PACED_SERVER_H
#define PACED_SERVER_H

#include "calls.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int connection, number;
  size_t have;
  char request[2048];
} paced_stream;

static inline void paced_send(paced_stream *stream, const char *text) {
  size_t length = strlen(text);
  while (length > 0) {
    ssize_t sent = send(stream->connection, text, length, MSG_NOSIGNAL);
    if (sent <= 0) return;
    text += sent;
    length -= (size_t)sent;
  }
}

/* Reads a request, the number in it included; -1 where the connection has ended. */
static inline int paced_receive(paced_stream *stream) {
  for (;;) {
    char *end, *length, *number;
    ssize_t got = recv(stream->connection, stream->request + stream->have, sizeof stream->request - 1 - stream->have, 0);
    if (got <= 0) return -1;
    stream->have += (size_t)got;
    stream->request[stream->have] = '\0';
    end = strstr(stream->request, "\r\n\r\n");
    length = strcasestr(stream->request, "content-length:");
    if (!end || !length || strlen(end + 4) < strtoul(length + 15, NULL, 10)) continue;
    number = strstr(end, "stream ");
    stream->number = number ? atoi(number + 7) : 0;
    return 0;
  }
}

static inline void paced_serve(int listener, int streams, int rounds, int pause_us) {
  paced_stream *all = calloc((size_t)streams, sizeof *all);
  char text[512];
  int round, i;
  for (;;) {
    for (i = 0; i < streams; i++) {
      all[i].have = 0;
      do all[i].connection = accept(listener, NULL, NULL);
      while (all[i].connection < 0);
      if (paced_receive(&all[i]) == 0) paced_send(&all[i], UNTIL_CLOSE);
    }
    for (round = 0; round < rounds; round++) {
      for (i = 0; i < streams; i++) {
        snprintf(text, sizeof text, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%d:%d \"}}]}\n\n", all[i].number, round);
        paced_send(&all[i], text);
      }
      if (pause_us) usleep((useconds_t)pause_us);
    }
    for (i = 0; i < streams; i++) {
      paced_send(&all[i], OPENAI_END);
      close(all[i].connection);
    }
  }
}

/* Room for so many sockets in this process and in the server's. */
static inline void need_descriptors(rlim_t count) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return;
  limit.rlim_cur = count;
  if (limit.rlim_max < count || setrlimit(RLIMIT_NOFILE, &limit) != 0) spec_skip("this process may not open so many sockets");
}

/* A client of such a server. */
static inline llm_client *paced_client(int streams, int rounds, int pause_us) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  pid_t parent = getpid();
  char config[256];
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK_INT(bind(listener, (struct sockaddr *)&address, length), 0);
  CHECK_INT(listen(listener, 4096), 0);
  CHECK_INT(getsockname(listener, (struct sockaddr *)&address, &length), 0);
  need_descriptors((rlim_t)streams + 100);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
    paced_serve(listener, streams, rounds, pause_us);
  }
  close(listener);
  snprintf(config, sizeof config,
           "{\"provider\": \"openai\", \"api_key\": \"" TEST_KEY "\", \"model\": \"m\", \"base_url\": \"http://127.0.0.1:%d\","
           "\"rate_limit\": {\"per_minute\": 0, \"per_hour\": 0, \"max_concurrent\": 0}}",
           ntohs(address.sin_port));
  return client_with(config);
}

/* Yours to free. */
static inline char *paced_request(int number) {
  return spec_format("[{\"role\":\"user\",\"content\":\"stream %d\"}]", number);
}

/* What the stream must have said; yours to free. */
static inline char *paced_text(int number, int rounds) {
  char *text = spec_allocate((size_t)rounds * 24 + 1), *end = text;
  int round;
  *end = '\0';
  for (round = 0; round < rounds; round++) end += sprintf(end, "%d:%d ", number, round);
  return text;
}

#endif
