/* llm.h, "fork() and exit()": "The library stays loaded after dlclose()." A program that is linked with the library could
 * not close it, so these tests load a copy of the file, which for the loader is another library. */
#include "calls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the tests use of a copy. */
typedef struct {
  void *handle;
  llm_status (*client_create)(const char *, llm_client **, llm_error **);
  void (*client_destroy)(llm_client *);
  llm_status (*complete)(llm_client *, const char *, char **, llm_error **);
  llm_status (*stream)(llm_client *, const char *, llm_event_fn, void *, char **, llm_error **);
  const char *(*error_message)(const llm_error *);
  void (*free)(void *);
} copy;

/* The path of a copy of the library that ends with the process. */
static char *copy_library(void) {
  int from = open(spec_environment("LLM_LIBRARY"), O_RDONLY | O_CLOEXEC), to = memfd_create("libllm-copy", MFD_CLOEXEC);
  char buffer[65536];
  ssize_t count;
  CHECK(from >= 0 && to >= 0);
  while ((count = read(from, buffer, sizeof buffer)) > 0) CHECK_INT(write(to, buffer, (size_t)count), count);
  CHECK_INT(count, 0);
  close(from);
  return spec_format("/proc/self/fd/%d", to);
}

/* ISO C has no conversion from void * to a function's address; POSIX has this. */
static void look_up(const copy *copy, const char *name, void *function) {
  void *address = dlsym(copy->handle, name);
  CHECK(address != NULL);
  *(void **)function = address;
}

static copy load(const char *path) {
  copy copy;
  if (getenv("SANITIZE")) spec_skip("a sanitizer's build is not linked with -z nodelete, as libllm.so is");
  copy.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!copy.handle) spec_fail(__FILE__, __LINE__, "dlopen: %s", dlerror());
  look_up(&copy, "llm_client_create", &copy.client_create);
  look_up(&copy, "llm_client_destroy", &copy.client_destroy);
  look_up(&copy, "llm_complete", &copy.complete);
  look_up(&copy, "llm_stream", &copy.stream);
  look_up(&copy, "llm_error_message", &copy.error_message);
  look_up(&copy, "llm_free", &copy.free);
  CHECK(copy.free != llm_free); /* it is not the one that this program is linked with */
  return copy;
}

static int is_mapped(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[4096];
  int found = 0;
  CHECK(maps != NULL);
  while (fgets(line, sizeof line, maps)) found |= strstr(line, "libllm-copy") != NULL;
  fclose(maps);
  return found;
}

static llm_client *make_client(const copy *copy, const fault_server *server) {
  char *config = config_for(server, "openai", NULL);
  llm_client *client = NULL;
  CHECK_INT(copy->client_create(config, &client, NULL), LLM_OK);
  free(config);
  return client;
}

static void use_client(const copy *copy, llm_client *client) {
  llm_error *error = NULL;
  char *response = NULL;
  llm_status status = copy->complete(client, HELLO, &response, &error);
  if (status != LLM_OK) spec_fail(__FILE__, __LINE__, "llm_complete: %s", copy->error_message(error));
  check_member(response, "content", "Hi");
  copy->free(response);
}

static void use(const copy *copy, const fault_server *server) {
  llm_client *client = make_client(copy, server);
  use_client(copy, client);
  copy->client_destroy(client);
}

static fault_server *serve_hi(void) {
  fault_server *server = serve();
  reply_json(server, OPENAI_BODY("Hi"));
  return server;
}

TEST("loaded, used, closed, loaded again and used, many times; it stays loaded in between") {
  fault_server *server = serve_hi();
  char *path = copy_library();
  int i;
  CHECK(!is_mapped());
  for (i = 0; i < 20; i++) {
    copy copy = load(path);
    use(&copy, server);
    CHECK_INT(dlclose(copy.handle), 0);
    CHECK(is_mapped());
  }
  free(path);
}

TEST("loaded and closed without having been used") {
  char *path = copy_library();
  int i;
  for (i = 0; i < 20; i++) CHECK_INT(dlclose(load(path).handle), 0);
  free(path);
  exit(0);
}

TEST("a client that was made before goes on after dlclose, also in the middle of a call") {
  fault_server *server = serve();
  char *path = copy_library(), *response = NULL;
  copy copy = load(path);
  llm_client *client = make_client(&copy, server);
  reply_json(server, OPENAI_BODY("Hi"));
  reply(server);
  server_send(server, UNTIL_CLOSE OPENAI_TEXT("Hi"));
  server_sleep(server, 100);
  server_send(server, OPENAI_END);
  server_close(server);
  use_client(&copy, client);
  CHECK_INT(dlclose(copy.handle), 0);
  CHECK_INT(copy.stream(client, HELLO, ignore_event, NULL, &response, NULL), LLM_OK);
  check_member(response, "content", "Hi");
  copy.free(response);
  copy.client_destroy(client);
  free(path);
}

TEST("the process exits well after dlclose, with the library's thread running and connections open") {
  fault_server *server = serve_hi();
  char *path = copy_library();
  copy copy = load(path);
  use_client(&copy, make_client(&copy, server)); /* never destroyed */
  CHECK_INT(dlclose(copy.handle), 0);
  exit(0);
}

TEST("two copies of the library in one process do not disturb each other") {
  fault_server *server = serve_hi();
  char *path = copy_library();
  llm_client *client = openai_client(server);
  copy copy = load(path);
  int i;
  for (i = 0; i < 5; i++) {
    free(expect_success(complete(client, HELLO)));
    use(&copy, server);
  }
  llm_client_destroy(client);
  CHECK_INT(dlclose(copy.handle), 0);
  free(path);
}
