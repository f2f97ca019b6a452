#include "library.h"

#include <dlfcn.h>

/* ISO C has no conversion from dlsym's result to a function's address; POSIX asks for this one. */
static bool look_up(void *opened, const char *name, void *function, const char **problem) {
    *(void **)function = dlsym(opened, name);
    if (*(void **)function != NULL) return true;
    *problem = dlerror();
    return false;
}

bool library_open(struct library *library, const char *path, const char **problem) {
    void *opened = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (opened == NULL) {
        *problem = dlerror();
        return false;
    }
    if (!look_up(opened, "llm_abi_version", &library->llm_abi_version, problem)) return false;
    if (library->llm_abi_version() != LLM_ABI_VERSION) return true;
#define LOOKED_UP(name) \
    if (!look_up(opened, #name, &library->name, problem)) return false;
    LLM_FUNCTIONS(LOOKED_UP)
#undef LOOKED_UP
    return true;
}
