/// What a message and a stream's delta have in common on the chat wire, in all its dialects.
enum OpenAIMessage {
    /// Adds the text, the reasoning and the refusal of a message or delta.
    static func read(_ message: JSONNode, into builder: ResponseBuilder) {
        // "reasoning_content" is DeepSeek's and llama.cpp's name, "reasoning" OpenRouter's and Groq's.
        let content = message["reasoning_content"]
        if let reasoning = content?.kind == .string ? content : message["reasoning"], reasoning.kind == .string {
            builder.appendReasoning(reasoning)
        } else {
            for detail in (message["reasoning_details"] ?? message).elements {
                builder.appendReasoning(detail["text"] ?? detail["summary"])
            }
        }
        builder.appendRefusal(message["refusal"])
        guard let text = message["content"] else { return }
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
