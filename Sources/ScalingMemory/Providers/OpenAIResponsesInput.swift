/// A conversation as the input items of OpenAI's responses: messages, tool calls, their results, and what the provider
/// itself said before.
struct OpenAIResponsesInput {
    private(set) var items: [JSONValue] = []
    private(set) var omissions: Omissions

    /// Whether the provider keeps its answers, and knows them by their ids.
    private let isStored: Bool

    init(_ omissions: Omissions, isStored: Bool) {
        self.omissions = omissions
        self.isStored = isStored
    }

    /// Adds a message; `path`, such as "messages[2]", goes into errors.
    mutating func add(_ message: Message, path: String) throws(LLMError) {
        if message.extra["cache_control"] != nil { omissions.leaveOutHint("\(path).cache_control") }
        switch message.role {
        case .system, .developer, .user:
            let content = try content(message.content, of: message.role, path: path)
            // None of its parts could be taken.
            if content == [], message.hasParts { return }
            addMessage(message.role, content)
        case .assistant:
            if let native = message.native, native.wire == OpenAIResponsesAdapter.name, let said = native.content.array
            {
                items += isStored ? said : OpenAIResponsesNative.items(of: said)
            } else {
                try addAnswer(message, path: path)
            }
        case .tool, .function:
            items.append(try result(message, path: path))
        }
    }

    private mutating func addMessage(_ role: Message.Role, _ content: JSONValue) {
        items.append(["type": "message", "role": .string(role.rawValue), "content": content])
    }

    private mutating func addAnswer(_ message: Message, path: String) throws(LLMError) {
        var said = try content(message.content, of: .assistant, path: path)
        if let refusal = message.refusal {
            let before: [JSONValue] =
                message.text.isEmpty ? [] : said.array ?? [["type": "output_text", "text": said, "annotations": []]]
            said = .array(before + [["type": "refusal", "refusal": .string(refusal)]])
        }
        let isEmpty = said == "" || said == []
        if !isEmpty || message.toolCalls.isEmpty && !message.hasParts { addMessage(.assistant, said) }
        for call in message.toolCalls {
            items.append([
                "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments),
            ])
        }
    }

    private mutating func result(_ message: Message, path: String) throws(LLMError) -> JSONValue {
        guard let id = message.toolCallID else {
            throw .invalidArgument("\(path).tool_call_id is missing: it names the call that the message answers")
        }
        if message.extra["is_error"] == true { omissions.leaveOutHint("\(path).is_error") }
        let output = try content(message.content, of: .tool, path: path)
        return ["type": "function_call_output", "call_id": .string(id), "output": output == [] ? "" : output]
    }

    // MARK: Content

    private mutating func content(
        _ content: Message.Content?,
        of role: Message.Role,
        path: String
    ) throws(LLMError) -> JSONValue {
        switch content {
        case nil: return ""
        case .text(let text): return .string(text)
        case .parts(let parts):
            var result: [JSONValue] = []
            for (index, part) in parts.enumerated() {
                let path = "\(path).content[\(index)]"
                if part.members["cache_control"] != nil { omissions.leaveOutHint("\(path).cache_control") }
                if let mapped = try self.part(part, of: role, path: path) { result.append(mapped) }
            }
            let isAnswer = role == .assistant || role == .tool || role == .function
            // Parts of answers are not understood everywhere, and of an answer that has no id not at all by the letter.
            return isAnswer && parts.allSatisfy { $0.text != nil } ? .string(content?.text ?? "") : .array(result)
        }
    }

    private mutating func part(
        _ part: ContentPart,
        of role: Message.Role,
        path: String
    ) throws(LLMError) -> JSONValue? {
        switch part.type {
        case "text" where role == .assistant:
            return ["type": "output_text", "text": part.members["text"] ?? "", "annotations": []]
        case "text": return ["type": "input_text", "text": part.members["text"] ?? ""]
        case "image_url" where role != .assistant: return try image(part, path: path)
        case "file" where role != .assistant, "document_url" where role != .assistant: return try file(part, path: path)
        case "input_audio" where role != .assistant:
            return ["type": "input_audio", "input_audio": part.members["input_audio"] ?? [:]]
        case "refusal" where role == .assistant:
            return ["type": "refusal", "refusal": part.members["refusal"] ?? ""]
        default:
            if part.type.hasPrefix("input_") || part.type.hasPrefix("output_") {
                var own: JSONObject = ["type": .string(part.type)]
                for member in part.members.members { own[member.key] = member.value }
                return .object(own)
            }
            try omissions.leaveOut("\(path), a part of type \"\(part.type)\" in a message of \(role.rawValue),")
            return nil
        }
    }

    private func image(_ part: ContentPart, path: String) throws(LLMError) -> JSONValue {
        let detail = part.members["image_url"]?["detail"] ?? "auto"
        switch try MediaSource(part, path: path) {
        case .fileID(let id): return ["type": "input_image", "file_id": .string(id), "detail": detail]
        case .url, .base64:
            let url = part.members["image_url"]?["url"] ?? part.members["image_url"] ?? ""
            return ["type": "input_image", "image_url": url, "detail": detail]
        }
    }

    private func file(_ part: ContentPart, path: String) throws(LLMError) -> JSONValue {
        var file: JSONObject = ["type": "input_file"]
        switch try MediaSource(part, path: path) {
        case .fileID(let id): file["file_id"] = .string(id)
        case .url(let url): file["file_url"] = .string(url)
        case .base64(let type, let data):
            let type = type.isEmpty ? "application/pdf" : type
            file["file_data"] = .string("data:\(type);base64,\(data)")
            file["filename"] = part.members["file"]?["filename"] ?? "document.pdf"  // required beside data
        }
        return .object(file)
    }
}
