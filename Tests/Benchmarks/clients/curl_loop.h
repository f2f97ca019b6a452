/* libcurl's multi interface on epoll, as curl_multi_socket_action wants to be driven: the floor for many exchanges at once. */
#ifndef CURL_LOOP_H
#define CURL_LOOP_H

#include <curl/curl.h>
#include <sys/epoll.h>

#include "measure.h"

static CURLM *multi;
static int loop;
static double curl_due;               /* when libcurl's timer is, as wall_us; 0: there is none */
static struct curl_slist *headers;

static void finished(CURL *easy);     /* the program's own: an exchange is over; the handle may be added again */

static int watch(CURL *easy, curl_socket_t socket, int what, void *user, void *known) {
  struct epoll_event event = {.data.fd = socket};
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  (void)easy, (void)user;
  if (what == CURL_POLL_REMOVE) return epoll_ctl(loop, EPOLL_CTL_DEL, socket, &event), 0;
  if (epoll_ctl(loop, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl", "no socket more");
  if (!known) curl_multi_assign(multi, socket, &loop);
  return 0;
}

static int set_timer(CURLM *of, long milliseconds, void *user) {
  (void)of, (void)user;
  curl_due = milliseconds < 0 ? 0 : wall_us() + (double)milliseconds * 1e3;
  return 0;
}

static void loop_open(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  loop = epoll_create1(EPOLL_CLOEXEC);
  multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  headers = curl_slist_append(headers, "content-type: application/json");
  headers = curl_slist_append(headers, "authorization: Bearer key");
  headers = curl_slist_append(headers, "Expect:");
}

/* Waits up to `most_ms` and does what there is to do. */
static void loop_turn(int most_ms) {
  struct epoll_event ready[256];
  int running, left, wait = most_ms;
  CURLMsg *message;
  if (curl_due > 0) {
    double until = (curl_due - wall_us()) / 1e3;
    if (until < wait) wait = until <= 0 ? 0 : (int)until + 1;
  }
  int count = epoll_wait(loop, ready, 256, wait);
  for (int i = 0; i < count; i++) {
    int what = (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) | (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(multi, ready[i].data.fd, what, &running);
  }
  if (curl_due > 0 && wall_us() >= curl_due) {
    curl_due = 0;
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  while ((message = curl_multi_info_read(multi, &left))) {
    CURL *easy = message->easy_handle;
    if (message->data.result != CURLE_OK) fail("libcurl", curl_easy_strerror(message->data.result));
    curl_multi_remove_handle(multi, easy);
    finished(easy);
  }
}

/* A handle that posts `body`, which must live on, to `url`; `take` is called with what comes, and with `user`. */
static CURL *loop_handle(const char *url, const char *body, curl_write_callback take, void *user) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, user);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, user);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return easy;
}

#endif
