/* libllm as the addon has it: found by its path when the program runs, so that the addon is linked with no library. */
#ifndef SCALING_MEMORY_LIBRARY_H
#define SCALING_MEMORY_LIBRARY_H

#include <stdbool.h>

#include <llm.h>

/* Every function that the addon calls, in the order of llm.h. Their types are llm.h's own. */
#define LLM_FUNCTIONS(FUNCTION)   \
    FUNCTION(llm_abi_version)     \
    FUNCTION(llm_version)         \
    FUNCTION(llm_error_json)      \
    FUNCTION(llm_error_free)      \
    FUNCTION(llm_config_from_env) \
    FUNCTION(llm_client_create)   \
    FUNCTION(llm_client_destroy)  \
    FUNCTION(llm_client_stats)    \
    FUNCTION(llm_free)            \
    FUNCTION(llm_call_start)      \
    FUNCTION(llm_call_pause)      \
    FUNCTION(llm_call_cancel)     \
    FUNCTION(llm_call_free)       \
    FUNCTION(llm_queue_create)    \
    FUNCTION(llm_queue_read)      \
    FUNCTION(llm_queue_fd)        \
    FUNCTION(llm_queue_destroy)   \
    FUNCTION(llm_queue_log)       \
    FUNCTION(llm_provider_list)   \
    FUNCTION(llm_provider_define)

struct library {
#define DECLARED(name) __typeof__(name) *name;
    LLM_FUNCTIONS(DECLARED)
#undef DECLARED
};

/* Loads the library at `path`, for as long as the process runs, and looks its functions up. One of another ABI version is
 * not looked into further: only its llm_abi_version may be called. False: `*problem` says why, until the next call. */
bool library_open(struct library *library, const char *path, const char **problem);

#endif
