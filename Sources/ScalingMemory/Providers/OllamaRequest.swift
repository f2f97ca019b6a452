/// A chat request in Ollama's words.
struct OllamaRequest {
    private let request: Request
    private(set) var omissions: Omissions

    init(_ request: Request) {
        self.request = request
        omissions = Omissions(of: request, by: "Ollama's chat")
    }

    mutating func body(streaming: Bool) throws(LLMError) -> ByteBuffer {
        if request.metadata != nil { try omissions.leaveOut("metadata") }
        let tools = try allowsTools() ? tools() : []
        let messages = try messages()
        let format = try format()
        let thinking = try thinking()
        var extra = request.extra
        let options = options(with: extra["options"]?.object)
        extra["options"] = nil
        return try RequestBody.write(extra: extra) { body in
            body.field("model", request.model)
            body.field("messages", .array(messages))
            // Streaming is what the server does unless told not to.
            body.field("stream", .bool(streaming))
            body.field("tools", tools.isEmpty ? nil : .array(tools))
            body.field("format", format)
            body.field("think", thinking)
            body.field("options", options.isEmpty ? nil : .object(options))
        }
    }

    // MARK: Fields

    /// The request's own, and those of `extra` beside them or in their place, such as "num_ctx".
    private func options(with extra: JSONObject?) -> JSONObject {
        var options = JSONObject()
        options["temperature"] = request.temperature.map(JSONValue.number)
        options["top_p"] = request.topP.map(JSONValue.number)
        options["seed"] = request.seed.map(JSONValue.integer)
        options["num_predict"] = request.maxTokens.map(JSONValue.integer)
        if !request.stop.isEmpty { options["stop"] = .array(request.stop.map(JSONValue.string)) }
        for member in extra?.members ?? [] { options[member.key] = member.value }
        return options
    }

    /// The tools without what only other wires know of a tool.
    private mutating func tools() -> [JSONValue] {
        request.tools.enumerated().map { index, tool in
            guard var members = tool.object, var function = members["function"]?.object else { return tool }
            if members["cache_control"] != nil { omissions.leaveOutHint("tools[\(index)].cache_control") }
            members["cache_control"] = nil
            function["strict"] = nil
            members["function"] = .object(function)
            return .object(members)
        }
    }

    private mutating func allowsTools() throws(LLMError) -> Bool {
        guard let choice = request.toolChoice else { return true }
        switch choice.string {
        case "auto": return true
        case "none": return false
        default:
            try omissions.leaveOut("tool_choice \(choice.json)")
            return true
        }
    }

    /// https://docs.ollama.com/capabilities/structured-outputs
    private mutating func format() throws(LLMError) -> JSONValue? {
        guard let format = request.responseFormat else { return nil }
        switch format["type"]?.string {
        case "text": return nil
        case "json_object": return "json"
        case "json_schema":
            guard let schema = format["json_schema"]?["schema"] else {
                throw .invalidArgument("response_format.json_schema.schema is missing")
            }
            return schema
        default:
            try omissions.leaveOut("response_format \(format["type"]?.json ?? "without a type")")
            return nil
        }
    }

    /// On or off; gpt-oss takes a level, and cannot be without. https://docs.ollama.com/capabilities/thinking
    private mutating func thinking() throws(LLMError) -> JSONValue? {
        guard let members = request.reasoning?.object?.members else { return nil }
        for member in members where member.key != "effort" && member.key != "summary" {
            try omissions.leaveOut("reasoning.\(member.key)")
        }
        let takesLevels = request.model?.contains(bytesOf: "gpt-oss") == true
        guard let effort = request.reasoning?["effort"] else { return nil }
        switch effort.string {
        case "none": return false
        case "minimal": return takesLevels ? "low" : true
        case "low", "medium", "high": return takesLevels ? effort : true
        case "xhigh", "max": return takesLevels ? "high" : true
        default:
            throw .invalidArgument(
                "reasoning.effort is \(effort.json); it takes \"none\", \"minimal\", \"low\", \"medium\" or \"high\""
            )
        }
    }

    // MARK: Messages

    private mutating func messages() throws(LLMError) -> [JSONValue] {
        var result: [JSONValue] = []
        // The names by which results are told apart, as they have no ids here.
        var toolNames: [String: String] = [:]
        for (index, message) in request.messages.enumerated() {
            let path = "messages[\(index)]"
            for call in message.toolCalls { toolNames[call.id] = call.name }
            var mapped: JSONObject = ["role": .string(Self.role(message.role))]
            let isAnswer = message.role == .tool || message.role == .function
            if isAnswer, message.extra["is_error"] == true { omissions.leaveOutHint("\(path).is_error") }
            let (text, images, isLeftEmpty) = try content(message, path: path)
            if isLeftEmpty, message.isContentAlone { continue }
            // What another provider's model said in refusing is text here.
            mapped["content"] = .string(text.isEmpty ? message.refusal ?? "" : text)
            if !images.isEmpty { mapped["images"] = .array(images) }
            if isAnswer {
                let name = message.name ?? message.toolCallID.flatMap { toolNames[$0] }
                mapped["tool_name"] = name.map(JSONValue.string)
            }
            if let native = message.native, native.wire == "ollama" { mapped["thinking"] = native.content["thinking"] }
            if !message.toolCalls.isEmpty { mapped["tool_calls"] = .array(try Self.calls(message, path: path)) }
            result.append(.object(mapped))
        }
        if result.isEmpty, !request.messages.isEmpty { throw omissions.nothingIsLeft }
        return result
    }

    private static func role(_ role: Message.Role) -> String {
        switch role {
        case .developer: "system"
        case .function: "tool"
        default: role.rawValue
        }
    }

    private static func calls(_ message: Message, path: String) throws(LLMError) -> [JSONValue] {
        var calls: [JSONValue] = []
        for (index, call) in message.toolCalls.enumerated() {
            let arguments = try call.argumentsObject(path: "\(path).tool_calls[\(index)]")
            calls.append(["function": ["name": .string(call.name), "arguments": arguments]])
        }
        return calls
    }

    /// The text, and the images beside it; whether none of the message's parts could be taken.
    private mutating func content(
        _ message: Message,
        path: String
    ) throws(LLMError) -> (text: String, images: [JSONValue], isLeftEmpty: Bool) {
        if message.extra["cache_control"] != nil { omissions.leaveOutHint("\(path).cache_control") }
        guard case .parts(let parts) = message.content else { return (message.text, [], false) }
        var texts: [String] = []
        var images: [JSONValue] = []
        for (index, part) in parts.enumerated() {
            let path = "\(path).content[\(index)]"
            if part.members["cache_control"] != nil { omissions.leaveOutHint("\(path).cache_control") }
            switch part.type {
            case "text", "refusal": texts.append(part.members[part.type]?.string ?? "")
            case "image_url":
                if case .base64(_, let data) = try MediaSource(part, path: path) {
                    images.append(.string(data))
                } else {
                    try omissions.leaveOut("\(path), an image by URL,")
                }
            default: try omissions.leaveOut("\(path), a part of type \"\(part.type)\",")
            }
        }
        return (texts.joined(separator: "\n"), images, texts.isEmpty && images.isEmpty && !parts.isEmpty)
    }
}
