/*
 * Describes to fault_server.py what a port of its own shall answer, and asks what happened there.
 *
 *     fault_server *server = serve();
 *     reply(server);                                    // the first request, and all later ones
 *     server_send(server, EVENT_STREAM_HEAD);
 *     server_wait(server, "go-on");                     // until server_signal(server, "go-on")
 *     server_close(server);
 *
 * Everything ends with the process. The server's functions may be called from any thread, one at a time. A forked child
 * makes a server of its own.
 */
#ifndef FAULT_SERVER_H
#define FAULT_SERVER_H

#include "spec.h"

typedef struct fault_server fault_server;

/* "http://127.0.0.1:PORT"; of serve_on: address "::1" or "full", a port on which nobody gets through. */
fault_server *serve(void);
fault_server *serve_on(const char *address);

/* "https://127.0.0.1:PORT" with a certificate that the runner made: "good" (localhost, 127.0.0.1) or "elsewhere". */
fault_server *serve_tls(const char *certificate);

const char *server_url(const fault_server *server);
int server_port(const fault_server *server);

/* Begins what answers the next request. The last reply answers all that follow. */
void reply(fault_server *server);

/* The steps of a reply; see fault_server.py. */
void server_send(fault_server *server, const char *text);
void server_bytes(fault_server *server, const char *text);
void server_chunk(fault_server *server, const char *text);
void server_chunkbytes(fault_server *server, const char *text);
void server_repeat(fault_server *server, int count, const char *text);
void server_wait(fault_server *server, const char *signal);
void server_sleep(fault_server *server, int milliseconds);
void server_hang(fault_server *server);
void server_close(fault_server *server);
void server_reset(fault_server *server);
void server_mark(fault_server *server, const char *event);

/* A reply in one piece: status line, headers ("name: value\r\n"..., may be ""), body. The connection stays open. */
void reply_with(fault_server *server, const char *status, const char *headers, const char *body);
/* 200 with JSON. */
void reply_json(fault_server *server, const char *body);

void server_signal(fault_server *server, const char *name);

/* Waits until `event` has happened `count` times; fails the test after 20 seconds. */
void server_await(fault_server *server, const char *event, int count);
/* Waits `milliseconds` and tells whether it did. */
int server_saw(fault_server *server, const char *event, int count, int milliseconds);
long server_count(fault_server *server, const char *event);

/* The head and the body of request number `index`, from 0; yours to free. */
char *server_request(fault_server *server, int index);
/* Only the body. */
char *server_body(fault_server *server, int index);
long server_size(fault_server *server, int index);

#endif
