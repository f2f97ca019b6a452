extension Request {
    /// The request as it may be sent: its messages in an order that providers take, and its texts without control
    /// characters and halves of surrogate pairs.
    ///
    /// What refers to something else by name is cleaned like the rest, so that equal names stay equal: tools, their calls,
    /// and the ids by which they are answered. `native` content is signed, and left as it is; so is what goes to the provider
    /// in its own words (`extra`, `metadata`, `reasoning`, `stop`). A `model` with a control character in it is no model's
    /// name, and refused.
    ///
    /// `byDefault`: whether texts are cleaned where the request does not say.
    consuming func prepared(sanitizing byDefault: Bool) throws(LLMError) -> Request {
        try MessageOrder.check(messages)
        guard sanitize ?? byDefault else {
            if let field = halvedFields.first { throw .halvedCharacter(in: field) }
            return self
        }
        for field in halvedFields where !Self.isText(field) { throw .halvedCharacter(in: field) }
        if model.holdsControls { throw .controlInModel }
        var request = self
        if request.messages.holdsControls { request.messages = request.messages.withoutControls }
        if request.tools.holdsControls { request.tools = request.tools.withoutControls }
        if request.toolChoice.holdsControls { request.toolChoice = request.toolChoice.withoutControls }
        if request.responseFormat.holdsControls { request.responseFormat = request.responseFormat.withoutControls }
        return request
    }

    /// Whether a field, named as in an error, is one of those that are cleaned.
    private static func isText(_ field: String) -> Bool {
        let name = field.prefix { $0 != "." && $0 != "[" }
        return ["messages", "tools", "tool_choice", "response_format", "content", "instruction"].contains(name)
    }
}

extension EmbeddingRequest {
    /// The request as it may be sent: its texts without control characters and halves of surrogate pairs; all else as of a
    /// chat.
    func prepared(sanitizing byDefault: Bool) throws(LLMError) -> EmbeddingRequest {
        let cleans = sanitize ?? byDefault
        for field in halvedFields where !cleans || field.prefix(while: { $0 != "[" }) != "input" {
            throw .halvedCharacter(in: field)
        }
        guard cleans else { return self }
        if model.holdsControls { throw .controlInModel }
        var request = self
        if input.holdsControls { request.input = input.withoutControls }
        return request
    }
}

extension LLMError {
    fileprivate static var controlInModel: LLMError {
        .invalidArgument("model has a control character in it; it takes a model's name")
    }

    fileprivate static func halvedCharacter(in field: String) -> LLMError {
        .invalidArgument(
            "\(field) holds half of a surrogate pair, a character cut in two, which UTF-8 has no way to write"
        )
    }
}

extension Message: Sanitizable {
    var holdsControls: Bool {
        content.holdsControls || toolCalls.holdsControls || toolCallID.holdsControls || name.holdsControls
            || refusal.holdsControls || extra.holdsControls
    }

    var withoutControls: Message {
        var message = self
        message.content = content.sanitized
        message.toolCalls = toolCalls.sanitized
        message.toolCallID = toolCallID.sanitized
        message.name = name.sanitized
        message.refusal = refusal.sanitized
        message.extra = extra.sanitized
        return message
    }
}

extension Message.Content: Sanitizable {
    var holdsControls: Bool {
        switch self {
        case .text(let text): text.holdsControls
        case .parts(let parts): parts.holdsControls
        }
    }

    var withoutControls: Message.Content {
        switch self {
        case .text(let text): .text(text.withoutControls)
        case .parts(let parts): .parts(parts.withoutControls)
        }
    }
}

extension ContentPart: Sanitizable {
    var holdsControls: Bool { type.holdsControls || members.holdsControls }
    var withoutControls: ContentPart { ContentPart(type: type.sanitized, members: members.sanitized) }
}

extension ToolCall: Sanitizable {
    var holdsControls: Bool {
        id.holdsControls || name.holdsControls || arguments.holdsControls || cleanArguments != nil
    }

    var withoutControls: ToolCall {
        ToolCall(id: id.sanitized, name: name.sanitized, arguments: (cleanArguments ?? arguments).sanitized)
    }

    /// The arguments are JSON inside of JSON: what the model wrote there as an escape becomes a character when they are
    /// read, which for some wires is before they are sent. nil where there is no such escape.
    private var cleanArguments: String? {
        guard arguments.contains(bytesOf: "\\u") else { return nil }
        return JSONRepair.removingEscapes(from: arguments) { unit in
            unit < 0x80 && ControlCharacters.contains(UInt8(truncatingIfNeeded: unit))
        }
    }
}
