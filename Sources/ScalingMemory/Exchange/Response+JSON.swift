extension Response {
    /// The response as the JSON object that llm.h describes.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("provider", provider)
            writer.member("model", model)
            writer.member("content", content)
            writer.member("reasoning", reasoning)
            writer.member("refusal", refusal)
            writer.key("message")
            message.write(to: &writer)
            writer.member("finish_reason", finishReason?.rawValue)
            writer.key("usage")
            usage.write(to: &writer)
            writer.member("logprobs", logprobs)
            writer.member("request_id", requestID)
            writer.member("call_id", callID)
            writer.member("attempts", attempts)
            writer.member("latency_ms", latencyMs)
            writer.member("time_to_first_event_ms", timeToFirstEventMs)
        }
    }

    /// The response as compact JSON.
    public var json: String {
        JSONWriter.text { write(to: &$0) }
    }
}

extension Usage {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("input_tokens", inputTokens)
            writer.member("output_tokens", outputTokens)
            writer.member("total_tokens", total)
            writer.member("cached_input_tokens", cachedInputTokens)
            writer.member("reasoning_tokens", reasoningTokens)
        }
    }
}
