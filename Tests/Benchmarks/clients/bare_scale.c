/* The floor for many streams: libcurl's multi interface on epoll, one thread. Of what comes the line ends are counted, two an
 * event, which says whether all of it came. */
#include "curl_loop.h"
#include "scale.h"

static size_t take(char *bytes, size_t size, size_t members, void *user) {
  stream *one = user;
  char *end = bytes + size * members, *at = bytes;
  long lines = one->next;
  while ((at = memchr(at, '\n', (size_t)(end - at)))) at++, lines++;
  if (one->first == 0 && size * members > 0) stream_begun(one);
  delivered[0][0] += lines / 2 - one->next / 2;
  one->next = lines;
  return size * members;
}

static void finished(CURL *easy) {
  stream *one;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &one);
  if (one) {
    one->next = one->next / 2 - 2; /* the end is two events without text */
    delivered[0][0] -= 2;
    stream_ended(one);
  } else ended++;
  curl_easy_cleanup(easy);
}

static size_t ignore(char *bytes, size_t size, size_t members, void *user) {
  (void)bytes, (void)user;
  return size * members;
}

static void start(const char *url, const char *body, stream *one) {
  CURL *easy = loop_handle(url, body, one ? take : ignore, one);
  if (plan.ca) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, plan.ca);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  }
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, plan.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  if (plan.http2) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_multi_add_handle(multi, easy);
}

int main(int argc, char **argv) {
  char url[640], path[512], body[256];
  read_plan(argc, argv);
  loop_open();
  snprintf(url, sizeof url, "%s/c/chat/completions", plan.base);
  start(url, "{\"model\":\"m\",\"messages\":" MESSAGES "}", NULL);
  while (ended == 0) loop_turn(1000);
  ended = 0;

  plan_path(path, sizeof path);
  snprintf(url, sizeof url, "%s/chat/completions", path);
  begin_run();
  for (long started = 0; ended < plan.streams;) {
    for (; started < plan.streams && started < due_starts(); started++) {
      snprintf(body, sizeof body,
               "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"stream %ld\"}],\"stream\":true}", started);
      char *own = strdup(body);
      streams[started].started = wall_us();
      start(url, own, &streams[started]);
    }
    loop_turn(started < plan.streams ? 1 : 1000);
  }
  report_run();
  return 0;
}
