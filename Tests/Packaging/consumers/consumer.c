/* A program as somebody writes it who has installed libllm: no more than <llm.h>, and an answer without a network. */
#include <llm.h>
#include <stdio.h>

static int32_t on_event(int32_t kind, const char *data, size_t length, void *user_data) {
    if (kind == LLM_EVENT_TEXT) fwrite(data, 1, length, (FILE *)user_data);
    return 0;
}

int main(void) {
    llm_client *client = NULL;
    llm_error *error = NULL;
    llm_status status = llm_client_create("{\"provider\": \"echo\"}", &client, &error);
    printf("libllm %s, ABI %u: ", llm_version(), (unsigned)llm_abi_version());
    if (status == LLM_OK)
        status = llm_stream(client, "[{\"role\": \"user\", \"content\": \"picked up in a minute\"}]", on_event, stdout, NULL,
                            &error);
    printf("%s\n", llm_error_message(error));
    llm_error_free(error);
    llm_client_destroy(client);
    return status == LLM_OK ? 0 : 1;
}
