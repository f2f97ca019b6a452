/* How long it takes to load the library and to make the first client, in µs. */
#include <dlfcn.h>
#include <stdint.h>

#include "measure.h"

int main(int argc, char **argv) {
  double before = wall_us();
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  double loaded = wall_us();
  int32_t (*create)(const char *, void **, void **);
  void *client = NULL;
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  *(void **)&create = dlsym(library, "llm_client_create");
  if (!create || create("{\"provider\": \"openai\", \"api_key\": \"key\"}", &client, NULL) != 0) return 1;
  printf("%.0f %.0f\n", loaded - before, wall_us() - before);
  return 0;
}
