/* A loopback server with canned answers, for the benchmarks: prints its port, and ends with its parent.
 *
 *   POST /c/...    a chat completion of about 600 bytes
 *   POST /sN/...   a stream of N chunks of about 300 bytes, sent as fast as the socket takes them, then [DONE]
 *
 * A thread a connection, nothing parsed but the path and the length. It has a core to itself, and `run` prints what CPU a
 * call costs it: about 17 µs where the bare client's call takes 57, nearly all of it the kernel's sockets.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char completion[] =
    "{\"id\":\"chatcmpl-123\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"bench\",\"choices\":[{\"index\":0,"
    "\"message\":{\"role\":\"assistant\",\"content\":\"Two and two make four, as they have for as long as anybody has counted, "
    "and as they will for as long as anybody does.\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":"
    "\"stop\"}],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":27,\"total_tokens\":46,\"prompt_tokens_details\":{"
    "\"cached_tokens\":0,\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"service_tier\":\"default\","
    "\"system_fingerprint\":\"fp_123\"}";

static const char chunk[] =
    "data: {\"id\":\"chatcmpl-123\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-mini-2024-07-18\","
    "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_1234567890\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},"
    "\"logprobs\":null,\"finish_reason\":null}],\"obfuscation\":\"abcdefghijklmnop\"}\n\n";

static const char last[] = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

static void send_all(int connection, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(connection, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes += sent, count -= (size_t)sent;
  }
}

/* One HTTP chunk of up to 32 events, so that neither the server nor the client works on tiny pieces. */
static void send_events(int connection, long events) {
  static const long batch = 32;
  char *text = malloc(batch * sizeof chunk + 64);
  while (events > 0) {
    long now = events < batch ? events : batch;
    int length = sprintf(text, "%lx\r\n", now * (long)(sizeof chunk - 1));
    for (long i = 0; i < now; i++, length += (int)sizeof chunk - 1) memcpy(text + length, chunk, sizeof chunk - 1);
    length += sprintf(text + length, "\r\n");
    send_all(connection, text, (size_t)length);
    events -= now;
  }
  send_all(connection, text, (size_t)sprintf(text, "%zx\r\n%s\r\n0\r\n\r\n", sizeof last - 1, last));
  free(text);
}

static void *serve(void *context) {
  int connection = (int)(long)context, one = 1;
  char request[65536], head[256];
  size_t have = 0;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  for (;;) {
    char *end = NULL, *length;
    size_t whole = 0;
    while (end == NULL || have < whole) {
      ssize_t got = recv(connection, request + have, sizeof request - 1 - have, 0);
      if (got <= 0) return close(connection), NULL;
      have += (size_t)got, request[have] = '\0';
      if (end == NULL && (end = strstr(request, "\r\n\r\n")) != NULL) {
        length = strcasestr(request, "content-length:");
        whole = (size_t)(end + 4 - request) + (length ? strtoul(length + 15, NULL, 10) : 0);
      }
    }
    if (strncmp(request, "POST /s", 7) == 0) {
      send_all(connection, head, (size_t)sprintf(head, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                                                       "transfer-encoding: chunked\r\n\r\n"));
      send_events(connection, atol(request + 7));
    } else {
      char answer[sizeof completion + 256];
      send_all(connection, answer, (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                                                           "x-request-id: req_1\r\ncontent-length: %zu\r\n\r\n%s",
                                                   sizeof completion - 1, completion));
    }
    have = 0; /* clients here do not pipeline */
  }
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  bind(listener, (struct sockaddr *)&address, length);
  listen(listener, 128);
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    pthread_t thread;
    long connection = accept(listener, NULL, NULL);
    if (connection < 0) return 1;
    pthread_create(&thread, NULL, serve, (void *)connection);
    pthread_detach(thread);
  }
}
