/// A chat request in Gemini's words. https://ai.google.dev/api/generate-content#request-body
///
/// Most settings stand in `generationConfig`, so an `extra` with that object (or `toolConfig`) is merged into ours.
struct GeminiRequest {
    private var request: Request
    private let model: GeminiModel
    private(set) var omissions: Omissions

    init(_ request: Request, _ model: GeminiModel) {
        self.request = request
        self.model = model
        omissions = Omissions(of: request, by: "Gemini's generateContent")
    }

    mutating func body() throws(LLMError) -> ByteBuffer {
        if request.metadata != nil { try omissions.leaveOut("metadata") }
        for index in request.messages.indices { try leaveOutParts(of: index) }
        var extra = request.extra
        let generation = Self.merged(try generationConfig(), extra["generationConfig"])
        let toolConfig = Self.merged(try toolConfig(), extra["toolConfig"])
        extra["generationConfig"] = nil
        extra["toolConfig"] = nil
        let contents = try GeminiContents(request.messages, model).value()
        if contents == [], request.messages.contains(where: { $0.role == .user }) { throw omissions.nothingIsLeft }
        return try RequestBody.write(extra: extra) { (body) throws(LLMError) in
            body.field("systemInstruction", try systemInstruction())
            body.field("contents", contents)
            body.field("tools", try tools())
            body.field("toolConfig", toolConfig)
            body.field("generationConfig", generation)
        }
    }

    private mutating func leaveOutParts(of message: Int) throws(LLMError) {
        guard case .parts(let parts)? = request.messages[message].content else { return }
        var taken: [ContentPart] = []
        for (index, part) in parts.enumerated() {
            let path = "messages[\(message)].content[\(index)]"
            if part.members["cache_control"] != nil { omissions.leaveOutHint("\(path).cache_control") }
            if !GeminiParts.types.contains(part.type) {
                try omissions.leaveOut("\(path), a part of type \"\(part.type)\",")
            } else if GeminiParts.isOfAnotherProvider(part) {
                try omissions.leaveOut("\(path).file.file_id, no URI and so a file of another provider,")
            } else {
                taken.append(part)
            }
        }
        request.messages[message].content = taken.isEmpty && !parts.isEmpty ? nil : .parts(taken)
    }

    /// `ours` with the members of `theirs` in place of those of the same name; nil where there are none.
    private static func merged(_ ours: JSONObject, _ theirs: JSONValue?) -> JSONValue? {
        guard let theirs else { return ours.isEmpty ? nil : .object(ours) }
        guard let members = theirs.object?.members else { return theirs }
        var result = ours
        for member in members {
            if let inner = result[member.key]?.object, member.value.object != nil {
                result[member.key] = merged(inner, member.value)
            } else {
                result[member.key] = member.value
            }
        }
        return .object(result)
    }

    // MARK: Fields

    /// System messages have a place of their own.
    private func systemInstruction() throws(LLMError) -> JSONValue? {
        var parts: [JSONValue] = []
        for (index, message) in request.messages.enumerated()
        where message.role == .system || message.role == .developer {
            parts += try GeminiParts.parts(of: message.content, path: "messages[\(index)]")
        }
        return parts.isEmpty ? nil : ["parts": .array(parts)]
    }

    private mutating func generationConfig() throws(LLMError) -> JSONObject {
        var config = JSONObject()
        config["temperature"] = request.temperature.map(JSONValue.number)
        config["topP"] = request.topP.map(JSONValue.number)
        config["maxOutputTokens"] = request.maxTokens.map(JSONValue.integer)
        config["stopSequences"] = request.stop.isEmpty ? nil : .array(request.stop.map(JSONValue.string))
        config["seed"] = request.seed.map(JSONValue.integer)
        try addResponseFormat(to: &config)
        config["thinkingConfig"] = try GeminiThinking(request.reasoning, model).config(&omissions)
        return config
    }

    /// https://ai.google.dev/gemini-api/docs/structured-output
    private func addResponseFormat(to config: inout JSONObject) throws(LLMError) {
        guard let format = request.responseFormat else { return }
        switch format["type"] {
        case .string("text")?: return
        case .string("json_object")?: config["responseMimeType"] = "application/json"
        case .string("json_schema")?:
            guard let schema = format["json_schema"]?["schema"] else {
                throw .invalidArgument("response_format.json_schema.schema is missing; it takes a JSON schema")
            }
            config["responseMimeType"] = "application/json"
            config["responseJsonSchema"] = schema
        case let type:
            throw .invalidArgument(
                "response_format.type is \(type?.json ?? "missing"); it takes \"text\", \"json_object\" or \"json_schema\""
            )
        }
    }

    /// All functions stand in one tool. `parametersJsonSchema` takes JSON Schema as it is, `parameters` a part of it.
    /// https://ai.google.dev/api/caching#FunctionDeclaration
    private func tools() throws(LLMError) -> JSONValue? {
        var functions: [JSONValue] = []
        var others: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() {
            guard let function = tool["function"]?.object else {
                others.append(tool)  // one of Gemini's own, such as {"googleSearch": {}}
                continue
            }
            guard let name = function["name"]?.string else {
                throw .invalidArgument("tools[\(index)].function.name is missing")
            }
            var declaration: JSONObject = ["name": .string(name)]
            declaration["description"] = function["description"]
            declaration["parametersJsonSchema"] = function["parameters"]
            functions.append(.object(declaration))
        }
        if !functions.isEmpty { others.insert(["functionDeclarations": .array(functions)], at: 0) }
        return others.isEmpty ? nil : .array(others)
    }

    private func toolConfig() throws(LLMError) -> JSONObject {
        switch request.toolChoice {
        case nil: return [:]
        case .string("auto")?: return ["functionCallingConfig": ["mode": "AUTO"]]
        case .string("none")?: return ["functionCallingConfig": ["mode": "NONE"]]
        case .string("required")?: return ["functionCallingConfig": ["mode": "ANY"]]
        case let choice?:
            if let name = choice["function"]?["name"] {
                return ["functionCallingConfig": ["mode": "ANY", "allowedFunctionNames": [name]]]
            }
            guard let allowed = choice["allowed_tools"], let tools = allowed["tools"]?.array else {
                throw .invalidArgument(
                    "tool_choice is \(choice.json); it takes \"auto\", \"none\", \"required\", a function or allowed tools"
                )
            }
            // VALIDATED is AUTO with a list.
            let mode: JSONValue = allowed["mode"] == "required" ? "ANY" : "VALIDATED"
            let names = tools.compactMap { $0["function"]?["name"] }
            return ["functionCallingConfig": ["mode": mode, "allowedFunctionNames": .array(names)]]
        }
    }
}
