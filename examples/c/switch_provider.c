/*
 * Asks several providers the same question. Nothing but the configuration's name of the provider changes.
 *
 *   cc switch_provider.c -lllm -o switch_provider
 *   OPENAI_API_KEY=... ANTHROPIC_API_KEY=... ./switch_provider openai anthropic
 *
 * Models are taken from OPENAI_MODEL and ANTHROPIC_MODEL.
 */
#include <llm.h>

#include "json_text.h"

static llm_status ask(const char *provider, const char *request) {
    char *config = NULL, *response = NULL;
    llm_client *client = NULL;
    llm_error *error = NULL;

    llm_status status = llm_config_from_env(provider, &config, &error);
    if (status == LLM_OK) status = llm_client_create(config, &client, &error);
    if (status == LLM_OK) status = llm_complete(client, request, &response, &error);

    if (status == LLM_OK) {
        printf("%s (", provider);
        json_print(stdout, response, "model");
        printf("): ");
        json_print(stdout, response, "content");
        putchar('\n');
    } else {
        fprintf(stderr, "%s: %s: %s\n", provider, llm_status_name(status), llm_error_message(error));
    }

    llm_free(config);
    llm_free(response);
    llm_error_free(error);
    llm_client_destroy(client);
    return status;
}

int main(int argc, char **argv) {
    static char *both[] = {"", "openai", "anthropic"};
    char *request = json_request("What is the capital of France? Answer in one word.");
    int failed = 0, i;
    if (argc < 2) {
        argc = 3;
        argv = both;
    }
    for (i = 1; i < argc; i++) failed |= ask(argv[i], request) != LLM_OK;
    free(request);
    return failed;
}
