/// A conversation in Anthropic's words: turns of content blocks, tool calls and results among them.
struct AnthropicMessages {
    private(set) var omissions: Omissions
    /// Whether a block is of a file that was uploaded to the provider.
    private(set) var namesFiles = false

    init(_ omissions: Omissions) {
        self.omissions = omissions
    }

    // MARK: Turns

    mutating func turns(of messages: [Message]) throws(LLMError) -> JSONValue {
        var turns: [JSONValue] = []
        var results: [JSONValue] = []
        for (index, message) in messages.enumerated() {
            let path = "messages[\(index)]"
            if message.role == .tool || message.role == .function {
                results.append(try result(message, path: path))
                continue
            }
            // All results of a turn's calls stand in one message.
            Self.flush(&results, into: &turns)
            switch message.role {
            case .assistant: if let turn = try assistant(message, path: path) { turns.append(turn) }
            case .user:
                let content = try content(message, path: path)
                if !Self.isLeftEmpty(content, of: message) { turns.append(Self.turn("user", content)) }
            case .system, .developer, .tool, .function: break
            }
        }
        Self.flush(&results, into: &turns)
        if turns.isEmpty {
            if messages.contains(where: { $0.role == .user || $0.role == .assistant }) { throw omissions.nothingIsLeft }
            throw .invalidArgument("messages has system messages only; Anthropic's messages take one of another role")
        }
        return .array(turns)
    }

    /// System messages have a place of their own. Text alone is sent as text, so that it reads as people write it.
    mutating func system(of messages: [Message]) throws(LLMError) -> JSONValue? {
        var texts: [String] = []
        var blocks: [JSONValue] = []
        var isText = true
        for (index, message) in messages.enumerated() where message.role == .system || message.role == .developer {
            let content = try content(message, path: "messages[\(index)]")
            if Self.isLeftEmpty(content, of: message) { continue }
            if let text = content.string { texts.append(text) } else { isText = false }
            blocks += content.array ?? Self.blocks(of: content.string ?? "")
        }
        if isText { return texts.isEmpty ? nil : .string(texts.joined(separator: "\n\n")) }
        return .array(blocks)
    }

    private static func flush(_ results: inout [JSONValue], into turns: inout [JSONValue]) {
        guard !results.isEmpty else { return }
        turns.append(turn("user", .array(results)))
        results = []
    }

    private static func turn(_ role: String, _ content: JSONValue) -> JSONValue {
        ["role": .string(role), "content": content]
    }

    /// Whether none of the message's parts could be taken.
    private static func isLeftEmpty(_ content: JSONValue, of message: Message) -> Bool {
        content == [] && message.hasParts
    }

    /// nil where nothing is left of the message.
    private mutating func assistant(_ message: Message, path: String) throws(LLMError) -> JSONValue? {
        if let native = message.native, native.wire == "anthropic" {
            return Self.turn("assistant", Self.marked(native.content, message))
        }
        // What another provider's model said in refusing is text here.
        var message = message
        if let refusal = message.refusal, message.text.isEmpty { message.content = .text(refusal) }
        let content = try content(message, path: path)
        if message.toolCalls.isEmpty {
            if Self.isLeftEmpty(content, of: message) { return nil }
            return Self.turn("assistant", content)
        }
        var blocks = content.array ?? Self.blocks(of: content.string ?? "")
        for (index, call) in message.toolCalls.enumerated() {
            blocks.append([
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": try call.argumentsObject(path: "\(path).tool_calls[\(index)]"),
            ])
        }
        return Self.turn("assistant", .array(blocks))
    }

    private mutating func result(_ message: Message, path: String) throws(LLMError) -> JSONValue {
        guard let id = message.toolCallID else {
            throw .invalidArgument("\(path).tool_call_id is missing: it names the call that the message answers")
        }
        var message = message
        // The result is a block itself, and has the mark.
        let mark = message.extra["cache_control"]
        message.extra["cache_control"] = nil
        var result: JSONObject = ["type": "tool_result", "tool_use_id": .string(id)]
        result["content"] = try content(message, path: path)
        result["is_error"] = message.extra["is_error"]
        result["cache_control"] = mark
        return .object(result)
    }

    // MARK: Content

    /// Text as it is, parts as blocks. A message's mark for the prompt's cache stands at its last block.
    private mutating func content(_ message: Message, path: String) throws(LLMError) -> JSONValue {
        switch message.content {
        case nil: return .array([])
        case .text(let text): return Self.marked(.string(text), message)
        case .parts(let parts):
            var blocks: [JSONValue] = []
            for (index, part) in parts.enumerated() {
                if let block = try block(part, path: "\(path).content[\(index)]") { blocks.append(.object(block)) }
            }
            return Self.marked(.array(blocks), message)
        }
    }

    private static func marked(_ content: JSONValue, _ message: Message) -> JSONValue {
        guard let mark = message.extra["cache_control"] else { return content }
        var blocks = content.array ?? Self.blocks(of: content.string ?? "")
        guard var last = blocks.popLast()?.object else { return content }
        last["cache_control"] = mark
        return .array(blocks + [.object(last)])
    }

    /// Text as a block. Empty text, which the wire refuses, is none.
    private static func blocks(of text: String) -> [JSONValue] {
        text.isEmpty ? [] : [["type": "text", "text": .string(text)]]
    }

    private mutating func block(_ part: ContentPart, path: String) throws(LLMError) -> JSONObject? {
        switch part.type {
        case "image_url", "file", "document_url":
            if let block = try AnthropicMedia.block(part, path: path) {
                if block["source"]?["type"] == "file" { namesFiles = true }
                return block
            }
            try leaveOut("a file that is neither a PDF nor an image,", path)
            return nil
        case "input_audio", "video_url", "input_image", "input_file":
            try leaveOut("a part of type \"\(part.type)\",", path)
            return nil
        case "refusal":
            return ["type": "text", "text": part.members["refusal"] ?? ""]
        default:
            // Text, and blocks in Anthropic's own words.
            var block: JSONObject = ["type": .string(part.type)]
            for member in part.members.members { block[member.key] = member.value }
            return block
        }
    }

    private mutating func leaveOut(_ what: String, _ path: String) throws(LLMError) {
        try omissions.leaveOut("\(path), \(what)")
    }
}
