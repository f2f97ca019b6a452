/// A chat request in the words of OpenAI's responses.
/// https://platform.openai.com/docs/api-reference/responses/create
struct OpenAIResponsesRequest {
    private let request: Request
    private(set) var omissions: Omissions

    init(_ request: Request) {
        self.request = request
        omissions = Omissions(of: request, by: "OpenAI's responses")
    }

    mutating func body(streaming: Bool) throws(LLMError) -> ByteBuffer {
        if request.seed != nil { try omissions.leaveOut("seed") }
        if !request.stop.isEmpty { try omissions.leaveOut("stop") }
        var input = OpenAIResponsesInput(omissions, isStored: request.extra["store"] == true)
        for (index, message) in request.messages.enumerated() { try input.add(message, path: "messages[\(index)]") }
        omissions = input.omissions
        if input.items.isEmpty, !request.messages.isEmpty { throw omissions.nothingIsLeft }
        let reasoning = try self.reasoning()
        let tools = try self.tools()
        return try RequestBody.write(extra: request.extra) { (body) throws(LLMError) in
            body.field("model", request.model)
            body.field("input", .array(input.items))
            if streaming { body.field("stream", .bool(true)) }
            body.field("store", .bool(false))
            body.field("max_output_tokens", request.maxTokens)
            body.field("temperature", request.temperature)
            body.field("top_p", request.topP)
            body.field("tools", tools)
            body.field("tool_choice", Self.toolChoice(request.toolChoice))
            body.field("text", try Self.text(request.responseFormat))
            body.field("reasoning", reasoning)
            // Reasoning that is not kept at the provider comes back to it encrypted, with the message.
            if let reasoning, reasoning["effort"] != "none" {
                body.field("include", ["reasoning.encrypted_content"])
            }
            body.field("metadata", request.metadata)
        }
    }

    /// `{"effort", "summary"}` and what else a server of this wire knows; a budget is none of it.
    private mutating func reasoning() throws(LLMError) -> JSONValue? {
        guard var reasoning = request.reasoning?.object else { return nil }
        if reasoning["max_tokens"] != nil {
            try omissions.leaveOut("reasoning.max_tokens")
            reasoning["max_tokens"] = nil
        }
        return reasoning.isEmpty ? nil : .object(reasoning)
    }

    // MARK: Tools

    private mutating func tools() throws(LLMError) -> JSONValue? {
        guard !request.tools.isEmpty else { return nil }
        var tools: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() {
            guard let function = tool["function"]?.object else {
                tools.append(tool)  // one of the provider's own, such as web search
                continue
            }
            guard let name = function["name"] else {
                throw .invalidArgument("tools[\(index)].function.name is missing")
            }
            if tool["cache_control"] != nil { omissions.leaveOutHint("tools[\(index)].cache_control") }
            var flat: JSONObject = ["type": "function", "name": name]
            flat["description"] = function["description"]
            flat["parameters"] = function["parameters"] ?? ["type": "object", "properties": [:]]
            // Where nothing is said, chat completions are not strict, and responses are.
            flat["strict"] = function["strict"] ?? false
            tools.append(.object(flat))
        }
        return .array(tools)
    }

    /// `{"type": "function", "name"}` in place of `{"type": "function", "function": {"name"}}`, also in a list of allowed
    /// tools; anything else as it is.
    private static func toolChoice(_ choice: JSONValue?) -> JSONValue? {
        if let name = choice?["function"]?["name"] { return ["type": "function", "name": name] }
        if choice == "any" { return "required" }  // Mistral's word for it
        guard let choice, let allowed = choice["allowed_tools"]?.object else { return choice }
        var flat: JSONObject = ["type": "allowed_tools"]
        flat["mode"] = allowed["mode"]
        flat["tools"] = allowed["tools"]?.array.map { .array($0.compactMap(toolChoice)) }
        return .object(flat)
    }

    // MARK: The answer's form

    /// `{"format": {"type": "json_schema", "name", "schema", "strict"}}` of a chat's `response_format`.
    private static func text(_ format: JSONValue?) throws(LLMError) -> JSONValue? {
        guard let format else { return nil }
        guard format["type"] == "json_schema" else { return ["format": format] }
        guard var members = format["json_schema"]?.object, members["schema"] != nil else {
            throw .invalidArgument("response_format.json_schema.schema is missing")
        }
        members["type"] = "json_schema"
        members["name"] = members["name"] ?? "answer"  // required here
        return ["format": .object(members)]
    }
}
