/*
 * Adds two providers: one that is declared, since it speaks a wire that libllm knows, and one that is programmed, since it
 * does not. Both are a llama.cpp server here: its chat completions, and its own /completion.
 *
 *   cc add_provider.c -lllm -o add_provider
 *   ./add_provider http://127.0.0.1:8080 "The capital of France is"
 */
#include <llm.h>

#include "json_text.h"

static llm_status write_text(llm_sink *out, int32_t kind, const char *text) { return llm_sink_write(out, kind, text, strlen(text)); }

/* {"messages": [{"role": "user", "content": "..."}]} becomes {"prompt": "..."}. */
static llm_status encode(void *user_data, int32_t operation, const char *request_json, llm_sink *out) {
    const char *prompt = strstr(request_json, "\"content\":\""), *end;
    (void)user_data;
    if (prompt == NULL) return LLM_ERROR_UNSUPPORTED;  /* a list of models, say */
    for (end = prompt += strlen("\"content\":\""); *end != '"'; end++) end += *end == '\\';
    write_text(out, LLM_SINK_REQUEST, "{\"path\": \"/completion\"}");
    write_text(out, LLM_SINK_BODY, "{\"n_predict\": 40, \"temperature\": 0, \"stream\": ");
    write_text(out, LLM_SINK_BODY, operation == LLM_OP_STREAM ? "true, \"prompt\": \"" : "false, \"prompt\": \"");
    llm_sink_write(out, LLM_SINK_BODY, prompt, (size_t)(end - prompt));
    return write_text(out, LLM_SINK_BODY, "\"}");
}

/* {"content": " Par", "stop": false}; the last one has "stop": true. */
static llm_status decode_event(void *user_data, void **stream, const char *name, const char *data, size_t length, llm_sink *out) {
    char *text = json_text(data, "content");
    (void)user_data, (void)stream, (void)name, (void)length;
    if (text != NULL) write_text(out, LLM_EVENT_TEXT, text);
    free(text);
    if (strstr(data, "\"stop\":true") == NULL) return LLM_OK;
    return write_text(out, LLM_EVENT_RESPONSE, "{\"finish_reason\": \"stop\"}");
}

/* The same for a whole answer, which is one such object. */
static llm_status decode(void *user_data, int32_t operation, const char *body, size_t length, llm_sink *out) {
    void *stream = NULL;
    (void)operation;
    return decode_event(user_data, &stream, "", body, length, out);
}

static int32_t print_text(int32_t kind, const char *data, size_t length, void *user_data) {
    if (kind == LLM_EVENT_TEXT) fwrite(data, 1, length, user_data);
    return 0;
}

static llm_status ask(const char *provider, const char *url, const char *question) {
    char config[512], *request = json_request(question);
    llm_client *client = NULL;
    llm_error *error = NULL;
    llm_status status;
    printf("%s: ", provider);
    snprintf(config, sizeof config, "{\"provider\": \"%s\", \"base_url\": \"%s\", \"max_tokens\": 40}", provider, url);
    status = llm_client_create(config, &client, &error);
    if (status == LLM_OK) status = llm_stream(client, request, print_text, stdout, NULL, &error);
    printf("\n");
    if (status != LLM_OK) fprintf(stderr, "%s: %s\n", llm_status_name(status), llm_error_message(error));
    llm_error_free(error);
    llm_client_destroy(client);
    free(request);
    return status;
}

int main(int argc, char **argv) {
    static const llm_adapter completion = {sizeof completion, encode, decode, decode_event, NULL, NULL};
    const char *server = argc > 1 ? argv[1] : "http://127.0.0.1:8080";
    const char *question = argc > 2 ? argv[2] : "The capital of France is";
    char definition[512], chat_url[400];
    llm_error *error = NULL;
    snprintf(chat_url, sizeof chat_url, "%s/v1", server);
    snprintf(definition, sizeof definition, "{\"name\": \"my-chat\", \"wire\": \"openai-chat\", \"base_url\": \"%s\", "
                                            "\"requires_key\": false, \"models\": [\"default\"]}", chat_url);
    if (llm_provider_define(definition, &error) != LLM_OK ||
        llm_provider_register("my-completion", &completion, NULL, &error) != LLM_OK) {
        fprintf(stderr, "%s\n", llm_error_message(error));
        llm_error_free(error);
        return 1;
    }
    return ask("my-chat", chat_url, question) != LLM_OK || ask("my-completion", server, question) != LLM_OK;
}
