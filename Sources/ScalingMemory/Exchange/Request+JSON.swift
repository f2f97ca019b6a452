extension Request {
    /// Reads a request: an array of messages, or an object. Throws an error that names the field and what it takes.
    public init(json: String) throws(LLMError) {
        self = try Self.reading(json, as: "the request") { (node) throws(LLMError) in try Request(node) }
    }

    package init(_ node: JSONNode) throws(LLMError) {
        if node.kind == .array {
            self.init(messages: try Self.messages(node))
            return
        }
        guard node.kind == .object else {
            throw .invalidArgument("the request is \(node.typeName); it takes an array of messages or an object")
        }
        let object = try FieldReader(node, path: "")
        let messages = try object.required("messages")
        guard messages.kind == .array else { throw object.wrongType("messages", takes: "an array of messages") }
        try self.init(options: object, messages: try Self.messages(messages))
    }

    /// Reads everything of a request but its messages.
    /// `others`: fields that are the caller's to read.
    package init(options object: FieldReader, messages: [Message], others: Set<String> = ["messages"]) throws(LLMError)
    {
        if object.node["stream"] != nil {
            throw .invalidArgument("\"stream\" is not for requests: llm_stream streams, llm_complete does not")
        }
        try object.allowOnly(Self.fields, and: others, hint: " (a field for the provider goes into \"extra\")")
        self.init(messages: messages, model: try object.string("model"))
        maxTokens = try object.integer("max_tokens", in: 1...100_000_000)
        temperature = try object.number("temperature", in: 0...2)
        topP = try object.number("top_p", in: 0...1)
        stop = try Self.stop(object)
        seed = try object.integer("seed", in: Int.min...Int.max)
        tools = try Self.tools(object)
        toolChoice = try Self.toolChoice(object)
        responseFormat = try object.object("response_format").map { JSONValue($0.node) }
        reasoning = try object.object("reasoning").map { JSONValue($0.node) }
        metadata = try object.object("metadata").map { JSONValue($0.node) }
        dropUnsupported = try object.bool("drop_unsupported")
        extra = try object.object("extra").map { JSONObject($0.node) } ?? JSONObject()
        sanitize = try object.bool("sanitize")
        options = try CallOptions(object)
    }

    private static let fields: Set = CallOptions.fields.union([
        "model", "max_tokens", "temperature", "top_p", "stop", "seed", "tools", "tool_choice",
        "response_format", "reasoning", "metadata", "drop_unsupported", "extra", "sanitize",
    ])

    private static func messages(_ node: JSONNode) throws(LLMError) -> [Message] {
        var messages: [Message] = []
        for (index, element) in node.elements.enumerated() {
            messages.append(try Message(element, path: "messages[\(index)]"))
        }
        if messages.isEmpty { throw .invalidArgument("messages is empty; it takes at least one message") }
        return messages
    }

    private static func stop(_ object: FieldReader) throws(LLMError) -> [String] {
        guard let node = object.node["stop"], !node.isNull else { return [] }
        if let text = node.string { return [text] }
        let texts = node.elements.compactMap(\.string)
        guard node.kind == .array, texts.count == node.count else {
            throw object.wrongType("stop", takes: "text or an array of texts")
        }
        return texts
    }

    private static func toolChoice(_ object: FieldReader) throws(LLMError) -> JSONValue? {
        guard let choice = object.value("tool_choice") else { return nil }
        guard choice.string != nil || choice.object != nil else {
            throw object.wrongType("tool_choice", takes: "text or an object")
        }
        return choice
    }

    private static func tools(_ object: FieldReader) throws(LLMError) -> [JSONValue] {
        guard let node = object.node["tools"], !node.isNull else { return [] }
        guard node.kind == .array else { throw object.wrongType("tools", takes: "an array of tools") }
        for (index, element) in node.elements.enumerated() {
            _ = try FieldReader(element, path: "tools[\(index)]")
        }
        return node.elements.map(JSONValue.init)
    }

    /// Parses `text` and hands its root to `read`; `name` goes into the error.
    package static func parsing<Result>(
        _ text: String,
        as name: String,
        _ read: (JSONNode) throws(LLMError) -> Result
    ) throws(LLMError) -> Result {
        do {
            return try JSONParser().parse(text, read)
        } catch let failure as JSONParser.Failure {
            throw .invalidArgument("\(name) is not JSON: \(failure.reason), at byte \(failure.offset)")
        } catch {
            throw LLMError(error)
        }
    }
}

extension CallOptions {
    /// Refuses what would go into a header field and could end it, or into a log line.
    package func check() throws(LLMError) {
        try headers.check(failingWith: .invalidArgument)
        if let apiKey { _ = try Secret(apiKey.value, called: "api_key") }
        guard let callID else { return }
        if callID.count > 128 || callID.isEmpty {
            throw .invalidArgument("call_id has \(callID.count) characters; it takes 1 to 128")
        }
        if callID.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw .invalidArgument("call_id has a line end or another control character in it")
        }
    }

    package static let fields: Set = ["timeout", "headers", "api_key", "call_id"]

    package init(_ object: FieldReader) throws(LLMError) {
        self.init()
        timeouts = try TimeoutOverrides(object.object("timeout"))
        headers = try HTTPHeader.list(object, "headers")
        apiKey = try Secret(object, "api_key")
        callID = try object.string("call_id")
        try check()
    }

    /// Reads the options of a call that has nothing else.
    package init(json: String?) throws(LLMError) {
        guard let json else {
            self.init()
            return
        }
        self = try Request.parsing(json, as: "the options") { (node) throws(LLMError) in
            let object = try FieldReader(node, path: "")
            try object.allowOnly(Self.fields)
            return try CallOptions(object)
        }
    }
}
