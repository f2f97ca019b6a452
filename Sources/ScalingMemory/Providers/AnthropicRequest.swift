/// A chat request in Anthropic's words.
struct AnthropicRequest {
    private let request: Request

    /// The wire requires a bound; this one fits every model that is in service.
    static let defaultMaxTokens = 4096

    init(_ request: Request) {
        self.request = request
    }

    func body(streaming: Bool) throws(LLMError) -> ByteBuffer {
        if request.seed != nil { throw Self.unsupported("seed") }
        let thinking = try thinkingBudget()
        return try RequestBody.write(extra: request.extra) { (body) throws(LLMError) in
            body.field("model", request.model)
            // The wire's bound includes the reasoning's. (Wrapping: a sum that large is the server's to refuse.)
            body.field("max_tokens", (request.maxTokens ?? Self.defaultMaxTokens) &+ (thinking ?? 0))
            body.field("system", try system())
            let messages = try AnthropicMessages(request.messages).value()
            body.field("messages", messages)
            if streaming { body.field("stream", .bool(true)) }
            body.field("temperature", request.temperature)
            body.field("top_p", request.topP)
            body.field("stop_sequences", texts: request.stop)
            body.field("tools", try tools())
            body.field("tool_choice", try toolChoice())
            if let thinking { body.field("thinking", ["type": "enabled", "budget_tokens": .integer(thinking)]) }
            body.field("metadata", try metadata())
            try checkResponseFormat()
        }
    }

    private static func unsupported(_ what: String) -> LLMError {
        LLMError(.unsupported, "\(what) has no counterpart in Anthropic's messages")
    }

    // MARK: Fields

    /// System messages have a place of their own. Text alone is sent as text, so that it reads as people write it.
    private func system() throws(LLMError) -> JSONValue? {
        let messages = request.messages.filter { $0.role == .system || $0.role == .developer }
        guard !messages.isEmpty else { return nil }
        let texts = messages.compactMap { if case .text(let text) = $0.content { text } else { nil } }
        if texts.count == messages.count { return .string(texts.joined(separator: "\n\n")) }
        var blocks: [JSONValue] = []
        for message in messages { blocks += try AnthropicMessages.blocks(of: message.content, path: "system") }
        return .array(blocks)
    }

    private func tools() throws(LLMError) -> JSONValue? {
        guard !request.tools.isEmpty else { return nil }
        var result: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() {
            guard let function = tool["function"]?.object else {
                result.append(tool)  // one of Anthropic's own, such as web search
                continue
            }
            guard let name = function["name"]?.string else {
                throw .invalidArgument("tools[\(index)].function.name is missing")
            }
            var mapped: JSONObject = ["name": .string(name)]
            mapped["description"] = function["description"]
            mapped["input_schema"] = function["parameters"] ?? ["type": "object", "properties": [:]]
            mapped["cache_control"] = tool["cache_control"] ?? function["cache_control"]
            result.append(.object(mapped))
        }
        return .array(result)
    }

    private func toolChoice() throws(LLMError) -> JSONValue? {
        switch request.toolChoice {
        case nil: return nil
        case .string("auto")?: return ["type": "auto"]
        case .string("none")?: return ["type": "none"]
        case .string("required")?: return ["type": "any"]
        case let choice?:
            if let name = choice["function"]?["name"] { return ["type": "tool", "name": name] }
            throw .invalidArgument(
                "tool_choice is \(choice.json); it takes \"auto\", \"none\", \"required\" or a function"
            )
        }
    }

    /// Tokens for reasoning: given, or by effort.
    /// https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking
    private func thinkingBudget() throws(LLMError) -> Int? {
        guard let members = request.reasoning?.object?.members else { return nil }
        for member in members where member.key != "effort" && member.key != "max_tokens" {
            throw Self.unsupported("reasoning.\(member.key)")
        }
        if let budget = request.reasoning?["max_tokens"] {
            guard let tokens = budget.integer, (1024...100_000_000).contains(tokens) else {
                throw .invalidArgument("reasoning.max_tokens is \(budget.json); it takes 1024 tokens or more")
            }
            return tokens
        }
        switch request.reasoning?["effort"] {
        case nil, .string("none")?: return nil
        case .string("minimal")?, .string("low")?: return 1024
        case .string("medium")?: return 8192
        case .string("high")?: return 24_576
        case let effort?:
            throw .invalidArgument(
                "reasoning.effort is \(effort.json); it takes \"none\", \"minimal\", \"low\", \"medium\" or \"high\""
            )
        }
    }

    /// https://docs.anthropic.com/en/api/messages#body-metadata
    private func metadata() throws(LLMError) -> JSONValue? {
        guard let members = request.metadata?.object?.members else { return nil }
        for member in members where member.key != "user_id" { throw Self.unsupported("metadata.\(member.key)") }
        return request.metadata
    }

    private func checkResponseFormat() throws(LLMError) {
        guard let format = request.responseFormat, format["type"]?.string != "text" else { return }
        throw Self.unsupported("response_format \(format["type"]?.json ?? "")")
    }
}
