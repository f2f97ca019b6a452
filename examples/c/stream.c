/*
 * Prints an answer while it comes, then a line about it.
 *
 *   cc stream.c -lllm -o stream
 *   LLM_PROVIDER=anthropic ANTHROPIC_API_KEY=... ANTHROPIC_MODEL=... ./stream "Tell me about the sea."
 */
#include <llm.h>

#include "json_text.h"

/* Called with each event on the thread that is in llm_stream. */
static int32_t on_event(int32_t kind, const char *data, size_t length, void *user_data) {
    FILE *out = user_data;
    if (kind != LLM_EVENT_TEXT) return 0;
    fwrite(data, 1, length, out);
    return fflush(out); /* anything but 0 cancels: nobody reads any more */
}

static void print_summary(const char *response) {
    printf("\n\n[");
    json_print(stdout, response, "provider");
    printf(", ");
    json_print(stdout, response, "model");
    printf(": ");
    json_print(stdout, response, "input_tokens");
    printf(" tokens in, ");
    json_print(stdout, response, "output_tokens");
    printf(" out; first after ");
    json_print(stdout, response, "time_to_first_event_ms");
    printf(" ms, all after ");
    json_print(stdout, response, "latency_ms");
    printf(" ms]\n");
}

int main(int argc, char **argv) {
    char *request = json_request(argc > 1 ? argv[1] : "What is a dynamic library? Answer in one sentence.");
    char *response = NULL;
    llm_client *client = NULL;
    llm_error *error = NULL;

    llm_status status = llm_client_create(NULL, &client, &error);
    if (status == LLM_OK) status = llm_stream(client, request, on_event, stdout, &response, &error);

    if (status == LLM_OK) print_summary(response);
    else fprintf(stderr, "%s: %s\n", llm_status_name(status), llm_error_message(error));

    llm_free(response);
    llm_error_free(error);
    llm_client_destroy(client);
    free(request);
    return status == LLM_OK ? 0 : 1;
}
