/* A client or a call as a value of JavaScript. Its owner frees it; what he leaves is freed when it is collected, or when the
 * thread of JavaScript ends. */
#ifndef SCALING_MEMORY_HANDLE_H
#define SCALING_MEMORY_HANDLE_H

#include <node_api.h>

#include "library.h"

/* The value, or NULL with an exception pending; the client or call is freed by then. */
napi_value client_handle(napi_env env, const struct library *llm, llm_client *client);
napi_value call_handle(napi_env env, const struct library *llm, llm_call *call);

/* What a handle stands for. NULL, which every function of llm.h takes, for one that was freed and for what is none. */
llm_client *handle_client(napi_env env, napi_value value);
llm_call *handle_call(napi_env env, napi_value value);

/* Frees what a handle stands for, once. */
void handle_release(napi_env env, napi_value value);

#endif
