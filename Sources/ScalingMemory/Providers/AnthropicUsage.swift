/// Anthropic's token counts, which tell cached tokens apart from the rest of the prompt, and come in two parts in a stream.
struct AnthropicUsage {
    private var input: Int?
    private var cacheRead: Int?
    private var cacheCreation: Int?
    private var output: Int?

    /// Takes the counts that the node has; later ones are cumulative and replace earlier ones.
    mutating func read(_ node: JSONNode?) {
        guard let node, node.kind == .object else { return }
        input = node["input_tokens"]?.integer ?? input
        cacheRead = node["cache_read_input_tokens"]?.integer ?? cacheRead
        cacheCreation = node["cache_creation_input_tokens"]?.integer ?? cacheCreation
        output = node["output_tokens"]?.integer ?? output
    }

    /// The counts as DESIGN.md has them: the whole prompt, cached tokens included.
    var usage: Usage {
        var usage = Usage()
        usage.inputTokens = input.map { $0 &+ (cacheRead ?? 0) &+ (cacheCreation ?? 0) }
        usage.outputTokens = output
        usage.cachedInputTokens = cacheRead
        return usage
    }
}
