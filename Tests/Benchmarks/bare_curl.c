/* The floor: the same exchanges with libcurl's easy interface, one handle, nothing done with what comes but counting it. */
#include <curl/curl.h>

#include "measure.h"

static CURL *easy;
static size_t received;

static size_t count(char *bytes, size_t size, size_t members, void *context) {
  (void)bytes, (void)context;
  received += size * members;
  return size * members;
}

static void once(void) {
  CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) fprintf(stderr, "libcurl: %s\n", curl_easy_strerror(code)), exit(1);
}

int main(int argc, char **argv) {
  char url[256];
  struct curl_slist *headers = NULL;
  int streaming;
  if (argc != 4) return 2;
  streaming = strcmp(argv[2], "stream") == 0;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  easy = curl_easy_init();
  snprintf(url, sizeof url, "%s/chat/completions", argv[1]);
  headers = curl_slist_append(headers, "content-type: application/json");
  headers = curl_slist_append(headers, "authorization: Bearer key");
  headers = curl_slist_append(headers, "Expect:");
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                   streaming ? "{\"model\":\"m\",\"messages\":" MESSAGES ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
                             : "{\"model\":\"m\",\"messages\":" MESSAGES "}");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return measure(argv[3], once);
}
