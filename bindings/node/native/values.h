/* Values of JavaScript and of C. What takes one gives false, and what makes one NULL, when an exception is pending. */
#ifndef SCALING_MEMORY_VALUES_H
#define SCALING_MEMORY_VALUES_H

#include <stdbool.h>

#include <node_api.h>

/* A string as NUL-terminated UTF-8, to be freed; null gives NULL. */
bool get_text(napi_env env, napi_value value, char **text);
bool get_int32(napi_env env, napi_value value, int32_t *number);
bool get_int64(napi_env env, napi_value value, int64_t *number);
bool get_bool(napi_env env, napi_value value, bool *truth);

/* The memory of a Buffer or Uint8Array. */
bool get_memory(napi_env env, napi_value value, void **memory, size_t *size);

napi_value text_value(napi_env env, const char *text);
napi_value number_value(napi_env env, double number);

/* Overwrites a text that may hold a key, and frees it. */
void free_secret(char *text);

/* Throws an Error that says this, unless an exception is pending already. Always NULL. */
napi_value throw_problem(napi_env env, const char *problem);

#endif
