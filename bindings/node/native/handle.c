#include "handle.h"

#include <stdlib.h>

/* One of the two, until it is freed, with the function that frees it: a backend is gone before its last handles are. */
struct handle {
    llm_client *client;
    llm_call *call;
    __typeof__(llm_client_destroy) *destroy_client;
    __typeof__(llm_call_free) *free_call;
};

static void release(struct handle *handle) {
    struct handle left = *handle;
    handle->client = NULL;
    handle->call = NULL;
    if (left.client != NULL) left.destroy_client(left.client);
    if (left.call != NULL) left.free_call(left.call);
}

static void on_collected(napi_env env, void *data, void *hint) {
    (void)env, (void)hint;
    release(data);
    free(data);
}

static napi_value create(napi_env env, struct handle content) {
    napi_value value;
    struct handle *handle = malloc(sizeof *handle);
    if (handle != NULL) {
        *handle = content;
        if (napi_create_external(env, handle, on_collected, NULL, &value) == napi_ok) return value;
    }
    free(handle);
    release(&content);
    napi_throw_error(env, NULL, "there is no memory left for a handle");
    return NULL;
}

napi_value client_handle(napi_env env, const struct library *llm, llm_client *client) {
    struct handle content = {client, NULL, llm->llm_client_destroy, NULL};
    return create(env, content);
}

napi_value call_handle(napi_env env, const struct library *llm, llm_call *call) {
    struct handle content = {NULL, call, NULL, llm->llm_call_free};
    return create(env, content);
}

static struct handle *handle_of(napi_env env, napi_value value) {
    void *data;
    return napi_get_value_external(env, value, &data) == napi_ok ? data : NULL;
}

llm_client *handle_client(napi_env env, napi_value value) {
    struct handle *handle = handle_of(env, value);
    return handle == NULL ? NULL : handle->client;
}

llm_call *handle_call(napi_env env, napi_value value) {
    struct handle *handle = handle_of(env, value);
    return handle == NULL ? NULL : handle->call;
}

void handle_release(napi_env env, napi_value value) {
    struct handle *handle = handle_of(env, value);
    if (handle != NULL) release(handle);
}
