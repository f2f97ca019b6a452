extension FinishReason {
    /// What the providers' words mean; a word that nobody here knows is `other`.
    init(wireName: String) {
        switch wireName {
        case "stop", "end_turn", "stop_sequence", "STOP", "completed", "eos", "end": self = .stop
        case "length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length",
            "model_context_window_exceeded":
            self = .length
        case "tool_calls", "tool_use", "function_call": self = .toolCalls
        case "content_filter", "content_filtered", "guardrail_intervened", "refusal", "SAFETY", "RECITATION",
            "PROHIBITED_CONTENT", "BLOCKLIST", "SPII":
            self = .contentFilter
        default: self = .other
        }
    }

    /// nil for a value that is absent, null or empty.
    init?(_ node: JSONNode?) {
        guard let name = node?.string, !name.isEmpty else { return nil }
        self.init(wireName: name)
    }
}
