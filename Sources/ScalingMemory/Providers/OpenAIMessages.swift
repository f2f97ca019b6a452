/// A conversation as the chat wire takes it, which is nearly as it came.
struct OpenAIMessages {
    private let quirks: ChatQuirks
    private(set) var omissions: Omissions
    private var messages: [Message] = []

    init(_ quirks: ChatQuirks, _ omissions: Omissions) {
        self.quirks = quirks
        self.omissions = omissions
    }

    mutating func add(_ message: Message, at index: Int) throws(LLMError) {
        var message = message
        let path = "messages[\(index)]"
        if message.role == .developer, !quirks.takesDeveloperRole { message.role = .system }
        if !quirks.takesCacheControl, message.extra["cache_control"] != nil {
            message.extra["cache_control"] = nil
            omissions.leaveOutHint("\(path).cache_control")
        }
        if isAnswer(message), let isError = message.extra["is_error"] {
            // Here a result is its text.
            message.extra["is_error"] = nil
            if isError == true { omissions.leaveOutHint("\(path).is_error") }
        }
        if message.hasParts, case .parts(let parts)? = message.content {
            let taken = try taken(parts, path: path)
            if taken.isEmpty {
                if message.isContentAlone { return }
                message.content = isAnswer(message) ? .text("") : nil
            } else {
                message.content = .parts(taken)
            }
        }
        messages.append(message)
    }

    /// Whether nothing was added that is sent.
    var isEmpty: Bool { messages.isEmpty }

    private func isAnswer(_ message: Message) -> Bool { message.role == .tool || message.role == .function }

    // MARK: Parts

    private mutating func taken(_ parts: [ContentPart], path: String) throws(LLMError) -> [ContentPart] {
        var result: [ContentPart] = []
        for (index, part) in parts.enumerated() {
            let path = "\(path).content[\(index)]"
            var part = part
            if !quirks.takesCacheControl, part.members["cache_control"] != nil {
                part.members["cache_control"] = nil
                omissions.leaveOutHint("\(path).cache_control")
            }
            if part.type == "file", case .url(let url) = try MediaSource(part, path: path) {
                guard quirks.takesFileURLs else {
                    try omissions.leaveOut("\(path), a file by URL,")
                    continue
                }
                part.members["file"] = Self.file(part.members["file"], at: url)
            }
            if quirks.lacks.contains(part.type) || Self.isOfAnotherWire(part) {
                try omissions.leaveOut("\(path), a part of type \"\(part.type)\",", "is not for this provider of")
                continue
            }
            result.append(part)
        }
        return result
    }

    /// The place where servers that take a file's URL look for it.
    private static func file(_ file: JSONValue?, at url: String) -> JSONValue {
        var members = file?.object ?? [:]
        members["file_url"] = nil
        members["file_data"] = .string(url)
        return .object(members)
    }

    /// Anthropic's own images and documents.
    private static func isOfAnotherWire(_ part: ContentPart) -> Bool {
        ["image", "document"].contains(part.type) && part.members["source"] != nil
    }

    // MARK: The messages as they are sent

    func write(to writer: inout JSONWriter) {
        writer.array { writer in for message in messages { write(message, to: &writer) } }
    }

    private func write(_ message: Message, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("role", message.role.rawValue)
            writer.key("content")
            message.writeContent(to: &writer)
            if !message.toolCalls.isEmpty {
                writer.key("tool_calls")
                message.writeToolCalls(to: &writer)
            }
            writer.member("tool_call_id", message.toolCallID)
            writer.member("name", message.name)
            writer.member("refusal", message.refusal)
            let returned = returned(message)
            for member in message.extra.members + returned {
                writer.key(member.key)
                writer.value(member.value)
            }
        }
    }

    /// What this wire's provider said in members of its own, and wants to see again.
    private func returned(_ message: Message) -> [JSONObject.Member] {
        guard let native = message.native, native.wire == OpenAIAdapter.name else { return [] }
        return (native.content.object?.members ?? []).filter { member in
            quirks.returns.contains(member.key) && message.extra[member.key] == nil
        }
    }
}
