#include "values.h"

#include <stdlib.h>

static bool taken(napi_env env, napi_status status, const char *expected) {
    if (status != napi_ok) napi_throw_type_error(env, NULL, expected);
    return status == napi_ok;
}

bool get_text(napi_env env, napi_value value, char **text) {
    size_t length;
    napi_valuetype type;
    *text = NULL;
    if (napi_typeof(env, value, &type) == napi_ok && type == napi_null) return true;
    if (!taken(env, napi_get_value_string_utf8(env, value, NULL, 0, &length), "a string was expected")) return false;
    *text = malloc(length + 1);
    if (*text == NULL) return throw_problem(env, "there is no memory left for a text"), false;
    if (napi_get_value_string_utf8(env, value, *text, length + 1, &length) == napi_ok) return true;
    free(*text);
    return throw_problem(env, "a string could not be read"), false;
}

bool get_int32(napi_env env, napi_value value, int32_t *number) {
    return taken(env, napi_get_value_int32(env, value, number), "a number was expected");
}

bool get_int64(napi_env env, napi_value value, int64_t *number) {
    return taken(env, napi_get_value_int64(env, value, number), "a number was expected");
}

bool get_bool(napi_env env, napi_value value, bool *truth) {
    return taken(env, napi_get_value_bool(env, value, truth), "a boolean was expected");
}

bool get_memory(napi_env env, napi_value value, void **memory, size_t *size) {
    return taken(env, napi_get_buffer_info(env, value, memory, size), "a Buffer was expected");
}

napi_value text_value(napi_env env, const char *text) {
    napi_value value;
    if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok) return value;
    return throw_problem(env, "a text is too long for a string");
}

napi_value number_value(napi_env env, double number) {
    napi_value value;
    if (napi_create_double(env, number, &value) == napi_ok) return value;
    return throw_problem(env, "a number could not be made");
}

void free_secret(char *text) {
    volatile char *at = text;
    while (at != NULL && *at != '\0') *at++ = '\0';
    free(text);
}

napi_value throw_problem(napi_env env, const char *problem) {
    bool pending;
    if (napi_is_exception_pending(env, &pending) == napi_ok && !pending) napi_throw_error(env, NULL, problem);
    return NULL;
}
