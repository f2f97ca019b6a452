/* A backend, which src/backend.js describes: libllm and the queue of one thread. */
#ifndef SCALING_MEMORY_BACKEND_H
#define SCALING_MEMORY_BACKEND_H

#include <node_api.h>

#include "library.h"

struct backend {
    struct library llm;
    llm_queue *queue;             /* NULL until it is needed */
    napi_ref error_from_json;     /* (status, JSON of an llm_error): the LLMError to throw */
};

/* The value of JavaScript whose members are the functions of this backend. NULL: an exception is pending. */
napi_value backend_object(napi_env env, struct backend *backend);

#endif
