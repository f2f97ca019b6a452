/// In what a server of the chat wire differs from others: what it calls a field, what it does not know, what it does besides.
/// The defaults are what most servers take.
public struct ChatQuirks: Sendable, Hashable {
    /// What the bound of the answer is called.
    public enum MaxTokensField: String, Sendable, CaseIterable {
        case maxTokens = "max_tokens"
        /// OpenAI's newer models require this one.
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// How reasoning is asked for.
    public enum ReasoningField: String, Sendable, CaseIterable {
        /// `"reasoning_effort": "low"`
        case effort = "reasoning_effort"
        /// `"reasoning": {"effort", "max_tokens", …}` as it is: OpenRouter.
        case object = "reasoning"
    }

    public var maxTokensField = MaxTokensField.maxTokens
    public var reasoningField = ReasoningField.effort
    /// Mistral calls it "random_seed".
    public var seedField = "seed"
    /// What the length of an embedding is called: Mistral says "output_dimension".
    public var dimensionsField = "dimensions"
    /// Whether `stream_options` is known, which asks for the usage of a stream.
    public var takesStreamOptions = true
    /// Whether there is a role "developer"; where not, it is "system".
    public var takesDeveloperRole = true
    /// Whether marks for the prompt's cache (`cache_control`) are sent; where not, they are left out.
    public var takesCacheControl = true
    /// Whether a file may be given by URL, in its `file_data`: OpenRouter takes that, OpenAI does not.
    public var takesFileURLs = true
    /// What the provider does not have: fields of a request ("seed", "tools") and types of parts ("image_url").
    public var lacks: Set<String> = []
    /// Members of an assistant's message that must come back with it: OpenRouter's "reasoning_details", DeepSeek's
    /// "reasoning_content".
    public var returns = ["reasoning_details"]
    /// Whether the text begins with reasoning in `<think>…</think>`.
    public var hasThinkTags = false

    public init() {}

    /// OpenAI itself.
    public static let openAI: ChatQuirks = {
        var quirks = ChatQuirks()
        quirks.maxTokensField = .maxCompletionTokens
        quirks.takesCacheControl = false
        quirks.takesFileURLs = false
        quirks.returns = []
        return quirks
    }()
}
