/// What a model answered.
public struct Response: Sendable {
    /// The provider's name for the answer.
    public var id: String?
    public var provider: String
    public var model: String?
    /// The answer's text.
    public var content: String
    /// The model's reasoning, where the provider shows it.
    public var reasoning: String?
    /// Why the model refused, in its words.
    public var refusal: String?
    public var toolCalls: [ToolCall]
    /// nil only in the `partial` of an error.
    public var finishReason: FinishReason?
    public var usage: Usage
    /// `{"content": [...], "refusal": [...]}` as in chat completions, where the provider was asked for it (in `extra`).
    public var logprobs: JSONValue?
    /// See `Message.native`.
    public var native: NativeContent?
    public var requestID: String?
    public var callID: String?
    public var attempts: Int?
    /// From the start of the call to its end, in milliseconds.
    public var latencyMs: Double?
    /// From the start of the call to its first event, in milliseconds; nil for calls that do not stream.
    public var timeToFirstEventMs: Double?

    package init(provider: String) {
        self.provider = provider
        self.content = ""
        self.toolCalls = []
        self.usage = Usage()
    }

    /// The answer as a message to append to the conversation.
    public var message: Message {
        let hasText = !content.isEmpty || (toolCalls.isEmpty && refusal == nil)
        var message = Message(role: .assistant, content: hasText ? .text(content) : nil, toolCalls: toolCalls)
        message.refusal = refusal
        message.native = native
        return message
    }
}

/// Why the model stopped.
public enum FinishReason: String, Sendable, CaseIterable {
    case stop
    case length
    case toolCalls = "tool_calls"
    case contentFilter = "content_filter"
    case other
}

/// Token counts; nil where the provider sent none.
public struct Usage: Sendable, Hashable {
    /// The whole prompt, cached tokens included.
    public var inputTokens: Int?
    /// All that the model wrote, reasoning included.
    public var outputTokens: Int?
    public var totalTokens: Int?
    /// The part of `inputTokens` that was read from a cache.
    public var cachedInputTokens: Int?
    /// The part of `outputTokens` that was reasoning.
    public var reasoningTokens: Int?

    public init() {}

    /// The provider's total, or the sum where it sent none.
    var total: Int? {
        if let totalTokens { return totalTokens }
        guard let inputTokens, let outputTokens else { return nil }
        let (sum, overflow) = inputTokens.addingReportingOverflow(outputTokens)
        return overflow ? nil : sum
    }
}
