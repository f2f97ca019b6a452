/// The members of a message or delta, found in one pass.
struct OpenAIMessageMembers {
    private(set) var content: JSONNode?
    private(set) var reasoningDetails: JSONNode?
    private(set) var refusal: JSONNode?
    private(set) var toolCalls: JSONNode?
    private(set) var functionCall: JSONNode?
    private var reasoningContent: JSONNode?
    private var reasoning: JSONNode?

    init(_ message: JSONNode) {
        for (key, value) in message.entries {
            switch key {
            case "content": content = value
            case "reasoning_content": reasoningContent = value
            case "reasoning": reasoning = value
            case "reasoning_details": reasoningDetails = value
            case "refusal": refusal = value
            case "tool_calls": toolCalls = value
            case "function_call": functionCall = value
            default: break
            }
        }
    }

    /// "reasoning_content" is DeepSeek's and llama.cpp's name, "reasoning" OpenRouter's and Groq's.
    var reasoningText: JSONNode? {
        [reasoningContent, reasoning].lazy.compactMap { $0 }.first { $0.kind == .string }
    }

    /// The text or reasoning, if it is all that is said.
    var onlyText: (JSONNode, isReasoning: Bool)? {
        guard refusal?.isNull ?? true, functionCall?.isNull ?? true,
            reasoningDetails?.count ?? 0 == 0, toolCalls?.count ?? 0 == 0
        else { return nil }
        let reasoning = reasoningText.flatMap { $0.utf8?.isEmpty == false ? $0 : nil }
        switch content?.kind {
        case .string? where content?.utf8?.isEmpty == false: return reasoning == nil ? content.map { ($0, false) } : nil
        case nil, .null?, .string?: return reasoning.map { ($0, true) }
        default: return nil
        }
    }
}

/// What a message and a stream's delta have in common on the chat wire, in all its dialects.
enum OpenAIMessage {
    /// Adds the text, the reasoning and the refusal of a message or delta.
    static func read(_ message: OpenAIMessageMembers, into builder: ResponseBuilder) {
        if let reasoning = message.reasoningText {
            builder.appendReasoning(reasoning)
        } else if let details = message.reasoningDetails {
            for detail in details.elements { builder.appendReasoning(detail["text"] ?? detail["summary"]) }
        }
        builder.appendRefusal(message.refusal)
        guard let text = message.content else { return }
        if text.kind == .array {
            for part in text.elements { read(part: part, into: builder) }
        } else {
            builder.appendText(text)
        }
    }

    /// Mistral's reasoning models answer in parts: `{"type": "thinking", "thinking": [{"type": "text", "text"}]}`.
    private static func read(part: JSONNode, into builder: ResponseBuilder) {
        if let thinking = part["thinking"] {
            if thinking.kind == .array {
                for piece in thinking.elements { builder.appendReasoning(piece["text"]) }
            } else {
                builder.appendReasoning(thinking)
            }
        } else {
            builder.appendText(part["text"])
        }
    }

    /// A function's arguments as text: some servers send the object itself.
    static func arguments(_ function: JSONNode?) -> String? {
        guard let arguments = function?["arguments"], !arguments.isNull else { return nil }
        return arguments.string ?? JSONValue(arguments).json
    }
}

extension Usage {
    /// Reads `{"prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details": {"cached_tokens"},
    /// "completion_tokens_details": {"reasoning_tokens"}}`; keeps what the node does not say.
    mutating func readOpenAI(_ node: JSONNode?) {
        guard let node, node.kind == .object else { return }
        inputTokens = node["prompt_tokens"]?.integer ?? inputTokens
        outputTokens = node["completion_tokens"]?.integer ?? outputTokens
        totalTokens = node["total_tokens"]?.integer ?? totalTokens
        cachedInputTokens = node["prompt_tokens_details"]?["cached_tokens"]?.integer ?? cachedInputTokens
        reasoningTokens = node["completion_tokens_details"]?["reasoning_tokens"]?.integer ?? reasoningTokens
    }
}
