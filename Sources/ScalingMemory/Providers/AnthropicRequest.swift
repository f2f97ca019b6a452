/// A chat request in Anthropic's words.
struct AnthropicRequest {
    private let request: Request
    private(set) var omissions: Omissions
    /// Whether a message holds a file that was uploaded to the provider.
    private(set) var namesFiles = false

    /// The wire requires a bound; this one fits every model that is in service.
    static let defaultMaxTokens = 4096

    init(_ request: Request) {
        self.request = request
        omissions = Omissions(of: request, by: "Anthropic's messages")
    }

    mutating func body(streaming: Bool) throws(LLMError) -> ByteBuffer {
        if request.seed != nil { try omissions.leaveOut("seed") }
        let reasoning = try AnthropicReasoning(request.reasoning, model: request.model, &omissions)
        var messages = AnthropicMessages(omissions)
        let turns = try messages.turns(of: request.messages)
        let system = try messages.system(of: request.messages)
        omissions = messages.omissions
        namesFiles = messages.namesFiles
        let temperature = try temperature(reasoning)
        let metadata = try metadata()
        let output = try outputConfig(reasoning)
        let toolChoice = try toolChoice()
        return try RequestBody.write(extra: request.extra) { (body) throws(LLMError) in
            body.field("model", request.model)
            // (Wrapping: a sum that large is the server's to refuse.)
            body.field("max_tokens", (request.maxTokens ?? Self.defaultMaxTokens) &+ reasoning.tokens)
            body.field("system", system)
            body.field("messages", turns)
            if streaming { body.field("stream", .bool(true)) }
            body.field("temperature", temperature)
            body.field("top_p", request.topP)
            body.field("stop_sequences", texts: request.stop)
            body.field("tools", try tools())
            body.field("tool_choice", toolChoice)
            body.field("thinking", reasoning.thinking)
            body.field("output_config", output)
            body.field("metadata", metadata)
        }
    }

    // MARK: Fields

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
            mapped["strict"] = function["strict"]
            mapped["cache_control"] = tool["cache_control"] ?? function["cache_control"]
            result.append(.object(mapped))
        }
        return .array(result)
    }

    private mutating func toolChoice() throws(LLMError) -> JSONValue? {
        switch request.toolChoice {
        case nil: return nil
        case .string("auto")?: return ["type": "auto"]
        case .string("none")?: return ["type": "none"]
        case .string("required")?, .string("any")?: return ["type": "any"]  // Mistral's word for it is "any", too.
        case let choice?:
            if let name = choice["function"]?["name"] { return ["type": "tool", "name": name] }
            if let list = choice["type"], list == "allowed_tools" {
                try omissions.leaveOut("tool_choice \(list.json)")
                return nil
            }
            throw .invalidArgument(
                "tool_choice is \(choice.json); it takes \"auto\", \"none\", \"required\" or a function"
            )
        }
    }

    /// Beside reasoning the wire takes no other temperature than 1.
    private mutating func temperature(_ reasoning: AnthropicReasoning) throws(LLMError) -> Double? {
        guard let temperature = request.temperature else { return nil }
        if reasoning.thinking == nil || temperature == 1 { return temperature }
        try omissions.leaveOut("temperature", "other than 1 beside reasoning has no counterpart in")
        return nil
    }

    /// https://docs.anthropic.com/en/api/messages#body-metadata
    private mutating func metadata() throws(LLMError) -> JSONValue? {
        guard let members = request.metadata?.object?.members else { return nil }
        for member in members where member.key != "user_id" { try omissions.leaveOut("metadata.\(member.key)") }
        return request.metadata?["user_id"].map { ["user_id": $0] }
    }

    /// The answer's form, and the effort.
    /// https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs
    private mutating func outputConfig(_ reasoning: AnthropicReasoning) throws(LLMError) -> JSONValue? {
        var config = JSONObject()
        config["effort"] = reasoning.effort
        let format = request.responseFormat
        switch format?["type"] {
        case nil, "text"?: break
        case "json_schema"?:
            guard let schema = format?["json_schema"]?["schema"] else {
                throw .invalidArgument("response_format.json_schema.schema is missing")
            }
            config["format"] = ["type": "json_schema", "schema": AnthropicSchema.closed(schema)]
        case "json_object"?:
            try omissions.leaveOut("response_format \"json_object\"", AnthropicSchema.isMissing)
        case let type?: try omissions.leaveOut("response_format \(type.json)")
        }
        return config.isEmpty ? nil : .object(config)
    }
}
