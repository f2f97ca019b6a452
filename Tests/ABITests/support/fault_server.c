#include "fault_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

struct fault_server {
  FILE *read, *write;
  pthread_mutex_t lock;
  int port;
  char url[64];
};

/* Sends one command, with its payload if there is one, and gives the number in the answer. */
static long command(fault_server *server, char **answer, const char *data, size_t length, const char *format, ...) {
  char line[128];
  long number;
  va_list arguments;
  pthread_mutex_lock(&server->lock);
  va_start(arguments, format);
  vfprintf(server->write, format, arguments);
  va_end(arguments);
  fputc('\n', server->write);
  if (data) fwrite(data, 1, length, server->write);
  fflush(server->write);
  if (!fgets(line, sizeof line, server->read) || strncmp(line, "ok", 2) != 0)
    spec_fail(__FILE__, __LINE__, "the fault server did not understand: %s", format);
  number = strtol(line + 2, NULL, 10);
  if (answer) {
    *answer = spec_allocate((size_t)number + 1);
    if (fread(*answer, 1, (size_t)number, server->read) != (size_t)number)
      spec_fail(__FILE__, __LINE__, "the fault server's answer is short");
    (*answer)[number] = '\0';
  }
  pthread_mutex_unlock(&server->lock);
  return number;
}

static fault_server *start(const char *scheme, const char *host, const char *listen) {
  fault_server *server = spec_allocate(sizeof *server);
  struct sockaddr_in address;
  int one = 1, control = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(spec_environment("ABI_FAULT_SERVER")));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (control < 0 || connect(control, (struct sockaddr *)&address, sizeof address) != 0)
    spec_fail(__FILE__, __LINE__, "the fault server cannot be reached");
  setsockopt(control, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  pthread_mutex_init(&server->lock, NULL);
  server->read = fdopen(control, "r");
  server->write = fdopen(dup(control), "w");
  server->port = (int)command(server, NULL, NULL, 0, "listen %s", listen);
  snprintf(server->url, sizeof server->url, "%s://%s:%d", scheme, host, server->port);
  return server;
}

fault_server *serve(void) { return start("http", "127.0.0.1", "127.0.0.1"); }

fault_server *serve_on(const char *address) {
  return start("http", strcmp(address, "::1") == 0 ? "[::1]" : "127.0.0.1", address);
}

fault_server *serve_tls(const char *certificate) {
  char listen[64];
  snprintf(listen, sizeof listen, "127.0.0.1 %s", certificate);
  return start("https", "127.0.0.1", listen);
}

const char *server_url(const fault_server *server) { return server->url; }
int server_port(const fault_server *server) { return server->port; }

void reply(fault_server *server) { command(server, NULL, NULL, 0, "reply"); }

static void payload(fault_server *server, const char *verb, const char *text) {
  command(server, NULL, text, strlen(text), "%s %zu", verb, strlen(text));
}

void server_send(fault_server *server, const char *text) { payload(server, "send", text); }
void server_bytes(fault_server *server, const char *text) { payload(server, "bytes", text); }
void server_chunk(fault_server *server, const char *text) { payload(server, "chunk", text); }
void server_chunkbytes(fault_server *server, const char *text) { payload(server, "chunkbytes", text); }
void server_repeat(fault_server *server, int count, const char *text) {
  command(server, NULL, text, strlen(text), "repeat %d %zu", count, strlen(text));
}
void server_wait(fault_server *server, const char *signal) { command(server, NULL, NULL, 0, "wait %s", signal); }
void server_sleep(fault_server *server, int milliseconds) { command(server, NULL, NULL, 0, "sleep %d", milliseconds); }
void server_hang(fault_server *server) { command(server, NULL, NULL, 0, "hang"); }
void server_close(fault_server *server) { command(server, NULL, NULL, 0, "close"); }
void server_reset(fault_server *server) { command(server, NULL, NULL, 0, "reset"); }
void server_mark(fault_server *server, const char *event) { command(server, NULL, NULL, 0, "mark %s", event); }

void reply_with(fault_server *server, const char *status, const char *headers, const char *body) {
  char *text = spec_format("HTTP/1.1 %s\r\ncontent-length: %zu\r\n%s\r\n%s", status, strlen(body), headers, body);
  reply(server);
  server_send(server, text);
  free(text);
}

void reply_json(fault_server *server, const char *body) {
  reply_with(server, "200 OK", "content-type: application/json\r\n", body);
}

void server_signal(fault_server *server, const char *name) { command(server, NULL, NULL, 0, "signal %s", name); }

int server_saw(fault_server *server, const char *event, int count, int milliseconds) {
  return (int)command(server, NULL, NULL, 0, "await %s %d %d", event, count, milliseconds);
}

void server_await(fault_server *server, const char *event, int count) {
  if (!server_saw(server, event, count, 20000))
    spec_fail(__FILE__, __LINE__, "the server waited 20 s for \"%s\" to happen %d times", event, count);
}

long server_count(fault_server *server, const char *event) { return command(server, NULL, NULL, 0, "count %s", event); }

char *server_request(fault_server *server, int index) {
  char *text;
  command(server, &text, NULL, 0, "request %d", index);
  return text;
}

char *server_body(fault_server *server, int index) {
  char *text = server_request(server, index), *body = strstr(text, "\r\n\r\n");
  memmove(text, body + 4, strlen(body + 4) + 1);
  return text;
}

long server_size(fault_server *server, int index) { return command(server, NULL, NULL, 0, "size %d", index); }
