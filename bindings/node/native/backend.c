#include "backend.h"

#include <fcntl.h>
#include <stdlib.h>

#include "handle.h"
#include "values.h"

#define MOST_ARGUMENTS 4

/* What a function was called with. The arguments that were not given are undefined. */
struct arguments {
    struct backend *backend;
    napi_value values[MOST_ARGUMENTS];
};

static struct arguments arguments_of(napi_env env, napi_callback_info info) {
    struct arguments given;
    size_t count = MOST_ARGUMENTS;
    void *data = NULL;
    napi_get_cb_info(env, info, &count, given.values, NULL, &data);
    given.backend = data;
    return given;
}

/* Throws the error that a function has handed out, which is freed. Always NULL. */
static napi_value fail(napi_env env, struct backend *backend, llm_status status, llm_error *error) {
    napi_value create, undefined, thrown, arguments[2];
    napi_status made = napi_create_int32(env, status, &arguments[0]);
    if (made == napi_ok) made = napi_create_string_utf8(env, backend->llm.llm_error_json(error), NAPI_AUTO_LENGTH, &arguments[1]);
    backend->llm.llm_error_free(error);
    if (made == napi_ok) made = napi_get_reference_value(env, backend->error_from_json, &create);
    if (made == napi_ok) made = napi_get_undefined(env, &undefined);
    if (made == napi_ok) made = napi_call_function(env, undefined, create, 2, arguments, &thrown);
    if (made == napi_ok) made = napi_throw(env, thrown);
    if (made != napi_ok) throw_problem(env, "a failure of libllm could not be turned into an error");
    return NULL;
}

/* The JSON text that a function has handed out, which is freed; or its failure, thrown. */
static napi_value take_text(napi_env env, struct backend *backend, llm_status status, char *text, llm_error *error) {
    napi_value value;
    if (status != LLM_OK) return fail(env, backend, status, error);
    value = text_value(env, text);
    backend->llm.llm_free(text);
    return value;
}

/* The queue, made when it is first needed. NULL: an exception is pending. */
static llm_queue *open_queue(napi_env env, struct backend *backend) {
    llm_error *error;
    llm_status status;
    if (backend->queue != NULL) return backend->queue;
    status = backend->llm.llm_queue_create(&backend->queue, &error);
    if (status != LLM_OK) fail(env, backend, status, error);
    return backend->queue;
}

static napi_value abi_version(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    return number_value(env, given.backend->llm.llm_abi_version());
}

static napi_value version(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    return text_value(env, given.backend->llm.llm_version());
}

static napi_value config_from_env(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    char *provider, *config;
    llm_error *error;
    llm_status status;
    if (!get_text(env, given.values[0], &provider)) return NULL;
    status = given.backend->llm.llm_config_from_env(provider, &config, &error);
    free(provider);
    return take_text(env, given.backend, status, config, error);
}

static napi_value create_client(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    char *config;
    llm_client *client;
    llm_error *error;
    llm_status status;
    if (!get_text(env, given.values[0], &config)) return NULL;
    status = given.backend->llm.llm_client_create(config, &client, &error);
    free_secret(config);
    if (status != LLM_OK) return fail(env, given.backend, status, error);
    return client_handle(env, &given.backend->llm, client);
}

static napi_value client_stats(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    char *stats;
    llm_error *error;
    llm_status status = given.backend->llm.llm_client_stats(handle_client(env, given.values[0]), &stats, &error);
    return take_text(env, given.backend, status, stats, error);
}

static napi_value start_call(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    struct library *llm = &given.backend->llm;
    llm_client *client = handle_client(env, given.values[0]);
    llm_queue *queue = open_queue(env, given.backend);
    int32_t operation;
    int64_t tag;
    char *request;
    llm_call *call;
    llm_error *error;
    llm_status status;
    if (queue == NULL || !get_int32(env, given.values[1], &operation) || !get_int64(env, given.values[3], &tag)) return NULL;
    if (!get_text(env, given.values[2], &request)) return NULL;
    status = llm->llm_call_start(client, operation, request, queue, (uint64_t)tag, &call, &error);
    free(request);
    if (status != LLM_OK) return fail(env, given.backend, status, error);
    return call_handle(env, llm, call);
}

static napi_value pause_call(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    bool paused;
    if (!get_bool(env, given.values[1], &paused)) return NULL;
    given.backend->llm.llm_call_pause(handle_call(env, given.values[0]), paused);
    return NULL;
}

static napi_value cancel_call(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    given.backend->llm.llm_call_cancel(handle_call(env, given.values[0]));
    return NULL;
}

/* destroyClient and freeCall. */
static napi_value release(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    handle_release(env, given.values[0]);
    return NULL;
}

static napi_value read_queue(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    llm_queue *queue = open_queue(env, given.backend);
    void *memory;
    size_t capacity, used;
    llm_status status;
    if (queue == NULL || !get_memory(env, given.values[0], &memory, &capacity)) return NULL;
    status = given.backend->llm.llm_queue_read(queue, 0, memory, capacity, &used);
    if (status == LLM_OK) return number_value(env, (double)used);
    if (status == LLM_PENDING) return number_value(env, 0);
    if (status == LLM_TOO_SMALL) return number_value(env, -(double)used);
    return fail(env, given.backend, status, NULL);
}

/* A duplicate, for the caller to close. Processes that Node starts do not inherit it. */
static napi_value queue_descriptor(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    llm_queue *queue = open_queue(env, given.backend);
    int duplicate;
    if (queue == NULL) return NULL;
    duplicate = fcntl(given.backend->llm.llm_queue_fd(queue), F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) return throw_problem(env, "the system has no file descriptor left for the events of calls");
    return number_value(env, duplicate);
}

static napi_value log_queue(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    llm_queue *queue = open_queue(env, given.backend);
    int32_t level;
    llm_status status;
    if (queue == NULL || !get_int32(env, given.values[0], &level)) return NULL;
    status = given.backend->llm.llm_queue_log(queue, level);
    return status == LLM_OK ? NULL : fail(env, given.backend, status, NULL);
}

static napi_value list_providers(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    char *providers;
    llm_error *error;
    llm_status status = given.backend->llm.llm_provider_list(&providers, &error);
    return take_text(env, given.backend, status, providers, error);
}

static napi_value define_provider(napi_env env, napi_callback_info info) {
    struct arguments given = arguments_of(env, info);
    char *definition;
    llm_error *error;
    llm_status status;
    if (!get_text(env, given.values[0], &definition)) return NULL;
    status = given.backend->llm.llm_provider_define(definition, &error);
    free_secret(definition);
    return status == LLM_OK ? NULL : fail(env, given.backend, status, error);
}

napi_value backend_object(napi_env env, struct backend *backend) {
    static const struct { const char *name; napi_callback function; } members[] = {
        {"abiVersion", abi_version},       {"version", version},
        {"configFromEnv", config_from_env}, {"createClient", create_client},
        {"destroyClient", release},        {"clientStats", client_stats},
        {"startCall", start_call},         {"pauseCall", pause_call},
        {"cancelCall", cancel_call},       {"freeCall", release},
        {"readQueue", read_queue},         {"queueDescriptor", queue_descriptor},
        {"logQueue", log_queue},           {"listProviders", list_providers},
        {"defineProvider", define_provider},
    };
    napi_value object, function;
    size_t i;
    napi_status made = napi_create_object(env, &object);
    for (i = 0; made == napi_ok && i < sizeof members / sizeof *members; i++) {
        made = napi_create_function(env, members[i].name, NAPI_AUTO_LENGTH, members[i].function, backend, &function);
        if (made == napi_ok) made = napi_set_named_property(env, object, members[i].name, function);
    }
    return made == napi_ok ? object : throw_problem(env, "the functions of libllm could not be made");
}
