internal import CLLM

/// Compiles only if `ours` is of the type that the header declares: `@_cdecl` itself does not look.
private func same<Function>(_ declared: Function, _ ours: Function) {}

/// Never called. A test holds the list of names against the header and the library's symbols.
private func signaturesAgreeWithTheHeader() {
    same(CLLM.llm_abi_version, LLM.llm_abi_version)
    same(CLLM.llm_version, LLM.llm_version)
    same(CLLM.llm_status_name, LLM.llm_status_name)
    same(CLLM.llm_error_status, LLM.llm_error_status)
    same(CLLM.llm_error_message, LLM.llm_error_message)
    same(CLLM.llm_error_http_status, LLM.llm_error_http_status)
    same(CLLM.llm_error_retry_after_ms, LLM.llm_error_retry_after_ms)
    same(CLLM.llm_error_is_retryable, LLM.llm_error_is_retryable)
    same(CLLM.llm_error_json, LLM.llm_error_json)
    same(CLLM.llm_error_free, LLM.llm_error_free)
    same(CLLM.llm_config_from_env, LLM.llm_config_from_env)
    same(CLLM.llm_client_create, LLM.llm_client_create)
    same(CLLM.llm_client_destroy, LLM.llm_client_destroy)
    same(CLLM.llm_client_stats, LLM.llm_client_stats)
    same(CLLM.llm_complete, LLM.llm_complete)
    same(CLLM.llm_stream, LLM.llm_stream)
    same(CLLM.llm_analyze, LLM.llm_analyze)
    same(CLLM.llm_embed, LLM.llm_embed)
    same(CLLM.llm_list_models, LLM.llm_list_models)
    same(CLLM.llm_health_check, LLM.llm_health_check)
    same(CLLM.llm_free, LLM.llm_free)
    same(CLLM.llm_call_start, LLM.llm_call_start)
    same(CLLM.llm_call_next, LLM.llm_call_next)
    same(CLLM.llm_call_pause, LLM.llm_call_pause)
    same(CLLM.llm_call_cancel, LLM.llm_call_cancel)
    same(CLLM.llm_call_free, LLM.llm_call_free)
    same(CLLM.llm_queue_create, LLM.llm_queue_create)
    same(CLLM.llm_queue_read, LLM.llm_queue_read)
    same(CLLM.llm_queue_fd, LLM.llm_queue_fd)
    same(CLLM.llm_queue_wake, LLM.llm_queue_wake)
    same(CLLM.llm_queue_destroy, LLM.llm_queue_destroy)
    same(CLLM.llm_queue_log, LLM.llm_queue_log)
    same(CLLM.llm_set_log, LLM.llm_set_log)
}
