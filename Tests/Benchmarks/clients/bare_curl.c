/* The floor: the same exchanges with libcurl's easy interface, one handle, nothing done with what comes but counting it. */
#include <curl/curl.h>

#include "one_at_a_time.h"

static CURL *easy;
static char url[512];
static size_t received;
static double first;

static size_t count(char *bytes, size_t size, size_t members, void *context) {
  (void)bytes, (void)context;
  if (received == 0) first = wall_us();
  received += size * members;
  return size * members;
}

static void use_base(const char *base) {
  snprintf(url, sizeof url, "%s/chat/completions", base);
  curl_easy_setopt(easy, CURLOPT_URL, url);
}

static void exchange(const char *body) {
  CURLcode code;
  received = 0;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  if ((code = curl_easy_perform(easy)) != CURLE_OK) fail("libcurl", curl_easy_strerror(code));
}

static void make_call(void) { exchange("{\"model\":\"m\",\"messages\":" MESSAGES "}"); }

static double make_stream(long events) {
  exchange("{\"model\":\"m\",\"messages\":" MESSAGES ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
  if (received < (size_t)events * 300) fail("libcurl", "a stream was too short");
  return first;
}

int main(int argc, char **argv) {
  struct curl_slist *headers = NULL;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  easy = curl_easy_init();
  headers = curl_slist_append(headers, "content-type: application/json");
  headers = curl_slist_append(headers, "authorization: Bearer key");
  headers = curl_slist_append(headers, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return argc < 3 ? 2 : measure_all(argc, argv);
}
