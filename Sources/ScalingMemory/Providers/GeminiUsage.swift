/// Gemini's token counts, which a stream's chunks repeat as they grow.
/// https://ai.google.dev/api/generate-content#UsageMetadata
struct GeminiUsage {
    private var prompt: Int?
    private var toolUsePrompt: Int?
    private var candidates: Int?
    private var thoughts: Int?
    private var cached: Int?
    private var total: Int?

    /// Takes the counts that the node has in place of earlier ones.
    mutating func read(_ node: JSONNode?) {
        guard let node, node.kind == .object else { return }
        prompt = node["promptTokenCount"]?.integer ?? prompt
        toolUsePrompt = node["toolUsePromptTokenCount"]?.integer ?? toolUsePrompt
        candidates = node["candidatesTokenCount"]?.integer ?? candidates
        thoughts = node["thoughtsTokenCount"]?.integer ?? thoughts
        cached = node["cachedContentTokenCount"]?.integer ?? cached
        total = node["totalTokenCount"]?.integer ?? total
    }

    /// The counts as DESIGN.md has them: the whole prompt, and all that was written, reasoning included.
    var usage: Usage {
        var usage = Usage()
        usage.inputTokens = Self.sum(prompt, toolUsePrompt)
        usage.outputTokens = Self.sum(candidates, thoughts)
        usage.totalTokens = total
        usage.cachedInputTokens = cached
        usage.reasoningTokens = thoughts
        return usage
    }

    private static func sum(_ first: Int?, _ second: Int?) -> Int? {
        guard first != nil || second != nil else { return nil }
        return (first ?? 0) &+ (second ?? 0)
    }
}
