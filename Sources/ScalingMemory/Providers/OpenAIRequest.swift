/// A chat request in the words of OpenAI's chat completions, as a server with these quirks takes them.
/// https://platform.openai.com/docs/api-reference/chat/create
struct OpenAIRequest {
    private let request: Request
    private let quirks: ChatQuirks
    private(set) var omissions: Omissions

    init(_ request: Request, _ quirks: ChatQuirks) {
        self.request = request
        self.quirks = quirks
        omissions = Omissions(of: request, by: "chat completions")
    }

    mutating func body(streaming: Bool) throws(LLMError) -> ByteBuffer {
        var messages = OpenAIMessages(quirks, omissions)
        for (index, message) in request.messages.enumerated() { try messages.add(message, at: index) }
        omissions = messages.omissions
        if messages.isEmpty, !request.messages.isEmpty { throw omissions.nothingIsLeft }
        let temperature = try taken("temperature", request.temperature)
        let topP = try taken("top_p", request.topP)
        let stop = try taken("stop", request.stop.isEmpty ? nil : request.stop) ?? []
        let seed = try taken("seed", request.seed)
        let tools = marked(try taken("tools", request.tools.isEmpty ? nil : request.tools) ?? [])
        let toolChoice = try taken("tool_choice", request.toolChoice)
        let responseFormat = try taken("response_format", request.responseFormat)
        let reasoning = try taken("reasoning", request.reasoning)
        let effort = try effort(reasoning)
        let metadata = try taken("metadata", request.metadata)
        return try RequestBody.write(extra: request.extra) { (body) throws(LLMError) in
            body.field("model", request.model)
            try body.field("messages") { (writer) throws(LLMError) in messages.write(to: &writer) }
            if streaming {
                body.field("stream", .bool(true))
                if quirks.takesStreamOptions { body.field("stream_options", ["include_usage": true]) }
            }
            switch quirks.maxTokensField {
            case .maxTokens: body.field("max_tokens", request.maxTokens)
            case .maxCompletionTokens: body.field("max_completion_tokens", request.maxTokens)
            }
            body.field("temperature", temperature)
            body.field("top_p", topP)
            body.field("stop", texts: stop)
            body.field(named: quirks.seedField, seed.map(JSONValue.integer))
            body.field("tools", tools.isEmpty ? nil : .array(tools))
            body.field("tool_choice", toolChoice)
            body.field("response_format", responseFormat)
            switch quirks.reasoningField {
            case .effort: body.field("reasoning_effort", effort)
            case .object: body.field("reasoning", reasoning)
            }
            body.field("metadata", metadata)
        }
    }

    /// The value, if the provider has such a field.
    private mutating func taken<Value>(_ name: String, _ value: Value?) throws(LLMError) -> Value? {
        guard let value else { return nil }
        guard quirks.lacks.contains(name) else { return value }
        try omissions.leaveOut(name, "is not for this provider of")
        return nil
    }

    /// The effort, which is all of `reasoning` that most servers know.
    private mutating func effort(_ reasoning: JSONValue?) throws(LLMError) -> String? {
        guard quirks.reasoningField == .effort, let members = reasoning?.object?.members else { return nil }
        for member in members where member.key != "effort" { try omissions.leaveOut("reasoning.\(member.key)") }
        return reasoning?["effort"]?.string
    }

    /// The tools without marks for the cache, where the provider does not take them.
    private mutating func marked(_ tools: [JSONValue]) -> [JSONValue] {
        if quirks.takesCacheControl { return tools }
        var result = tools
        for (index, tool) in tools.enumerated() {
            guard tool["cache_control"] != nil, var members = tool.object else { continue }
            members["cache_control"] = nil
            result[index] = .object(members)
            omissions.leaveOutHint("tools[\(index)].cache_control")
        }
        return result
    }
}
