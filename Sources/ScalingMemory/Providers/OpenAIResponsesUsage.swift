extension Usage {
    /// Reads `{"input_tokens", "output_tokens", "total_tokens", "input_tokens_details": {"cached_tokens"},
    /// "output_tokens_details": {"reasoning_tokens"}}`; keeps what the node does not say.
    mutating func readOpenAIResponses(_ node: JSONNode?) {
        guard let node, node.kind == .object else { return }
        inputTokens = node["input_tokens"]?.integer ?? inputTokens
        outputTokens = node["output_tokens"]?.integer ?? outputTokens
        totalTokens = node["total_tokens"]?.integer ?? totalTokens
        cachedInputTokens = node["input_tokens_details"]?["cached_tokens"]?.integer ?? cachedInputTokens
        reasoningTokens = node["output_tokens_details"]?["reasoning_tokens"]?.integer ?? reasoningTokens
    }
}
