/*
 * libllm for Node-API: for every Node from 18 on, Electron, and others that load such addons. It starts no thread and keeps no
 * state of the process: each thread of JavaScript that loads it has its own backend and queue.
 *
 * Only functions of Node-API 8 are called, and none that hands JavaScript memory of ours, which Electron does not allow.
 */
#include <stdlib.h>

#include "backend.h"
#include "values.h"

/* The thread of JavaScript ends, however it does: its calls do too, and their connections are closed. Handles are freed after
 * this, without the backend. */
static void on_thread_end(void *data) {
    struct backend *backend = data;
    if (backend->queue != NULL) backend->llm.llm_queue_destroy(backend->queue);
    free(backend);
}

/* open(path, errorFromJSON): a backend on the library at `path`. Throws what keeps it from being loaded. The caller looks at
 * abiVersion() before he calls anything else. */
static napi_value open_backend(napi_env env, napi_callback_info info) {
    napi_value arguments[2], object;
    size_t count = 2;
    char *path;
    const char *problem = "there is no memory left";
    bool opened;
    struct backend *backend;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    if (!get_text(env, arguments[0], &path)) return NULL;
    backend = calloc(1, sizeof *backend);
    opened = backend != NULL && library_open(&backend->llm, path, &problem);
    free(path);
    if (opened && napi_create_reference(env, arguments[1], 1, &backend->error_from_json) != napi_ok) {
        problem = "errorFromJSON must be a function";
        opened = false;
    }
    if (!opened) {
        free(backend);
        return throw_problem(env, problem);
    }
    object = backend_object(env, backend);
    /* Also where that failed: some of its functions may be there. */
    napi_add_env_cleanup_hook(env, on_thread_end, backend);
    return object;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
    napi_value function;
    if (napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_backend, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, "open", function) != napi_ok)
        return throw_problem(env, "the addon could not be initialized");
    return exports;
}
