/*
 * Reads a text from standard input and asks for its analysis.
 *
 *   cc analyze.c -lllm -o analyze
 *   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... ./analyze "List the errors." < server.log
 */
#include <llm.h>

#include "json_text.h"

static char *read_all(FILE *in) {
    size_t capacity = 65536, length = 0, count;
    char *text = malloc(capacity), *grown;
    while (text != NULL && (count = fread(text + length, 1, capacity - length - 1, in)) > 0) {
        length += count;
        if (capacity - length > 1) continue;
        if ((grown = realloc(text, capacity *= 2)) == NULL) free(text);
        text = grown;
    }
    if (text != NULL) text[length] = '\0';
    return text;
}

int main(int argc, char **argv) {
    const char *instruction = argc > 1 ? argv[1] : NULL; /* NULL: a summary with the key points */
    char *content = read_all(stdin), *response = NULL;
    llm_client *client = NULL;
    llm_error *error = NULL;
    llm_status status;
    if (content == NULL) return 1;

    /* The content is handed over as material: what it says is not taken for instructions. */
    status = llm_client_create(NULL, &client, &error);
    if (status == LLM_OK) status = llm_analyze(client, content, instruction, NULL, &response, &error);

    if (status == LLM_OK) {
        json_print(stdout, response, "content");
        putchar('\n');
    } else {
        fprintf(stderr, "%s: %s\n", llm_status_name(status), llm_error_message(error));
    }

    llm_free(response);
    llm_error_free(error);
    llm_client_destroy(client);
    free(content);
    return status == LLM_OK ? 0 : 1;
}
