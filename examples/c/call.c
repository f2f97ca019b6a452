/*
 * Starts a call, reads it at its own pace and ends it early: with Ctrl-C, or after the first 200 bytes of text.
 *
 *   cc call.c -lllm -o call
 *   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... ./call "Tell me a long story."
 */
#include <llm.h>
#include <signal.h>

#include "json_text.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) { interrupted = number; }

int main(int argc, char **argv) {
    char *request = json_request(argc > 1 ? argv[1] : "Tell me a long story about a lighthouse.");
    size_t length = 0, printed = 0;
    const char *data = NULL;
    int32_t kind = 0;
    llm_client *client = NULL;
    llm_call *call = NULL;
    llm_error *error = NULL;
    llm_status status;

    signal(SIGINT, on_interrupt);
    status = llm_client_create(NULL, &client, &error);
    if (status == LLM_OK) status = llm_call_start(client, LLM_OP_STREAM, request, NULL, 0, &call, &error);

    /* A wait of -1 has no end of its own, but a signal cuts it short: that is LLM_PENDING. */
    while (status == LLM_OK || status == LLM_PENDING) {
        status = llm_call_next(call, -1, &kind, &data, &length, &error);
        if (status == LLM_OK && kind == LLM_EVENT_TEXT) {
            printed += fwrite(data, 1, length, stdout);
            fflush(stdout);
        }
        if (interrupted || printed > 200) llm_call_cancel(call); /* more than once is fine */
    }

    if (status == LLM_END) puts("\n\n[the whole answer]");
    else if (status == LLM_ERROR_CANCELED) printf("\n\n[canceled after %lu bytes]\n", (unsigned long)printed);
    else fprintf(stderr, "%s: %s\n", llm_status_name(status), llm_error_message(error));

    llm_error_free(error);
    llm_call_free(call);
    llm_client_destroy(client);
    free(request);
    return status == LLM_END || status == LLM_ERROR_CANCELED ? 0 : 1;
}
