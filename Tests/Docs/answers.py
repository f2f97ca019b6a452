"""An answer of each wire that has everything: reasoning, text, all counts, each of them different."""

from __future__ import annotations

from typing import Any, Dict

ANSWERS: Dict[str, Dict[str, Any]] = {
    "openai-chat": {
        "id": "the-id", "model": "the-model", "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": "the text", "reasoning_content": "the reasoning"}}],
        "usage": {"prompt_tokens": 101, "completion_tokens": 102, "total_tokens": 203,
                  "prompt_tokens_details": {"cached_tokens": 13}, "completion_tokens_details": {"reasoning_tokens": 17}}},
    "openai-responses": {
        "id": "the-id", "model": "the-model", "status": "completed", "output": [
            {"type": "reasoning", "id": "rs1", "summary": [{"type": "summary_text", "text": "the reasoning"}]},
            {"type": "message", "id": "m1", "role": "assistant", "status": "completed",
             "content": [{"type": "output_text", "text": "the text", "annotations": []}]}],
        "usage": {"input_tokens": 101, "output_tokens": 102, "total_tokens": 203, "input_tokens_details": {"cached_tokens": 13},
                  "output_tokens_details": {"reasoning_tokens": 17}}},
    "anthropic": {
        "id": "the-id", "type": "message", "role": "assistant", "model": "the-model", "stop_reason": "end_turn", "content": [
            {"type": "thinking", "thinking": "the reasoning", "signature": "c2ln"}, {"type": "text", "text": "the text"}],
        "usage": {"input_tokens": 101, "output_tokens": 102, "cache_read_input_tokens": 13, "cache_creation_input_tokens": 19}},
    "gemini": {
        "responseId": "the-id", "modelVersion": "the-model", "candidates": [{"finishReason": "STOP", "content": {
            "role": "model", "parts": [{"text": "the reasoning", "thought": True}, {"text": "the text"}]}}],
        "usageMetadata": {"promptTokenCount": 101, "candidatesTokenCount": 102, "thoughtsTokenCount": 17,
                          "toolUsePromptTokenCount": 23, "cachedContentTokenCount": 13, "totalTokenCount": 243}},
    "ollama": {
        "model": "the-model", "message": {"role": "assistant", "content": "the text", "thinking": "the reasoning"}, "done": True,
        "done_reason": "stop", "prompt_eval_count": 101, "eval_count": 102},
    "bedrock": {
        "output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "the reasoning", "signature": "c2ln"}}}, {"text": "the text"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 101, "outputTokens": 102, "totalTokens": 235, "cacheReadInputTokens": 13,
                  "cacheWriteInputTokens": 19}},
}
