/*
 * Asks one question and prints the answer.
 *
 *   cc complete.c -lllm -o complete
 *   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... ./complete "What is 2+2?"
 */
#include <llm.h>

#include "json_text.h"

int main(int argc, char **argv) {
    char *request = json_request(argc > 1 ? argv[1] : "What is a dynamic library? Answer in one sentence.");
    char *response = NULL;
    llm_client *client = NULL;
    llm_error *error = NULL;

    /* NULL: the provider, its key and its model come from the environment. */
    llm_status status = llm_client_create(NULL, &client, &error);
    if (status == LLM_OK) status = llm_complete(client, request, &response, &error);

    if (status == LLM_OK) {
        json_print(stdout, response, "content");
        putchar('\n');
    } else {
        fprintf(stderr, "%s: %s\n", llm_status_name(status), llm_error_message(error));
    }

    llm_free(response);
    llm_error_free(error);
    llm_client_destroy(client);
    free(request);
    return status == LLM_OK ? 0 : 1;
}
