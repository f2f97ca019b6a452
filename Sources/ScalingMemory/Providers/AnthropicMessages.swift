/// A conversation in Anthropic's words: turns of content blocks, tool calls and results among them.
struct AnthropicMessages {
    private let messages: [Message]

    init(_ messages: [Message]) {
        self.messages = messages
    }

    func value() throws(LLMError) -> JSONValue {
        var turns: [JSONValue] = []
        var results: [JSONValue] = []
        for (index, message) in messages.enumerated() {
            let path = "messages[\(index)]"
            if message.role == .tool || message.role == .function {
                results.append(try Self.result(message, path: path))
                continue
            }
            // All results of a turn's calls stand in one message.
            Self.flush(&results, into: &turns)
            switch message.role {
            case .assistant: turns.append(try Self.assistant(message, path: path))
            case .user: turns.append(Self.turn("user", try Self.content(message, path: path)))
            case .system, .developer, .tool, .function: break
            }
        }
        Self.flush(&results, into: &turns)
        if turns.isEmpty {
            throw .invalidArgument("messages has system messages only; Anthropic's messages take one of another role")
        }
        return .array(turns)
    }

    private static func flush(_ results: inout [JSONValue], into turns: inout [JSONValue]) {
        guard !results.isEmpty else { return }
        turns.append(turn("user", .array(results)))
        results = []
    }

    private static func turn(_ role: String, _ content: JSONValue) -> JSONValue {
        ["role": .string(role), "content": content]
    }

    private static func content(_ message: Message, path: String) throws(LLMError) -> JSONValue {
        if case .text(let text) = message.content { return .string(text) }
        return .array(try blocks(of: message.content, path: path))
    }

    private static func assistant(_ message: Message, path: String) throws(LLMError) -> JSONValue {
        if let native = message.native, native.wire == "anthropic" { return turn("assistant", native.content) }
        if message.toolCalls.isEmpty { return turn("assistant", try content(message, path: path)) }
        var content = try blocks(of: message.content, path: path)
        for (index, call) in message.toolCalls.enumerated() {
            content.append([
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": try input(call, path: "\(path).tool_calls[\(index)]"),
            ])
        }
        return turn("assistant", .array(content))
    }

    /// The arguments as the object that the wire takes.
    private static func input(_ call: ToolCall, path: String) throws(LLMError) -> JSONValue {
        if call.arguments.allSatisfy(\.isWhitespace) || call.arguments == "null" { return [:] }
        let arguments = try? JSONParser().parse(call.arguments) { JSONValue($0) }
        guard let arguments, arguments.object != nil else {
            throw .invalidArgument("\(path).function.arguments is not the text of a JSON object")
        }
        return arguments
    }

    private static func result(_ message: Message, path: String) throws(LLMError) -> JSONValue {
        guard let id = message.toolCallID else {
            throw .invalidArgument("\(path).tool_call_id is missing: it names the call that the message answers")
        }
        var result: JSONObject = ["type": "tool_result", "tool_use_id": .string(id)]
        result["content"] = try content(message, path: path)
        result["is_error"] = message.extra["is_error"]
        result["cache_control"] = message.extra["cache_control"]
        return .object(result)
    }

    /// Content as blocks. Empty text, which the wire refuses, is left out.
    static func blocks(of content: Message.Content?, path: String) throws(LLMError) -> [JSONValue] {
        switch content {
        case nil: return []
        case .text(let text): return text.isEmpty ? [] : [["type": "text", "text": .string(text)]]
        case .parts(let parts):
            var blocks: [JSONValue] = []
            for (index, part) in parts.enumerated() {
                blocks.append(try block(part, path: "\(path).content[\(index)]"))
            }
            return blocks
        }
    }

    private static func block(_ part: ContentPart, path: String) throws(LLMError) -> JSONValue {
        switch part.type {
        case "image_url":
            guard let url = part.members["image_url"]?["url"]?.string ?? part.members["image_url"]?.string else {
                throw .invalidArgument("\(path).image_url.url is missing")
            }
            var block: JSONObject = ["type": "image", "source": try source(url, path: path)]
            block["cache_control"] = part.members["cache_control"]
            return .object(block)
        case "input_audio", "file", "video_url", "input_image", "input_file":
            throw LLMError(.unsupported, "\(path) is of type \"\(part.type)\", which Anthropic's messages do not take")
        default:
            // Text, and blocks in Anthropic's own words.
            var block: JSONObject = ["type": .string(part.type)]
            for member in part.members.members { block[member.key] = member.value }
            return .object(block)
        }
    }

    private static func source(_ url: String, path: String) throws(LLMError) -> JSONValue {
        guard url.hasPrefix("data:") else { return ["type": "url", "url": .string(url)] }
        // data:image/png;base64,…  (RFC 2397)
        let parts = url.dropFirst(5).split(separator: ",", maxSplits: 1)
        guard parts.count == 2, parts[0].hasSuffix(";base64") else {
            throw .invalidArgument("\(path).image_url.url is a data: URL without base64 data")
        }
        let type = String(parts[0].dropLast(7))
        return ["type": "base64", "media_type": .string(type), "data": .string(String(parts[1]))]
    }
}
