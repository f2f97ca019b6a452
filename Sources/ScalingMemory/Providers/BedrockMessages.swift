/// A conversation in Converse's words: turns of content blocks, tool calls and results among them.
struct BedrockMessages {
    private(set) var omissions: Omissions

    init(_ omissions: Omissions) {
        self.omissions = omissions
    }

    static let cachePoint: JSONValue = ["cachePoint": ["type": "default"]]

    /// Turns alternate: what one side says in several messages is one turn, results of tools included.
    mutating func turns(of messages: [Message]) throws(LLMError) -> [JSONValue] {
        var turns: [(role: String, content: [JSONValue])] = []
        for (index, message) in messages.enumerated() {
            let path = "messages[\(index)]"
            let role: String
            let content: [JSONValue]
            switch message.role {
            case .system, .developer: continue
            case .user: (role, content) = ("user", try self.content(message, path: path))
            case .assistant: (role, content) = ("assistant", try assistant(message, path: path))
            case .tool, .function: (role, content) = ("user", try result(message, path: path))
            }
            if content.isEmpty { continue }
            if let last = turns.last, last.role == role {
                turns[turns.count - 1].content += content
            } else {
                turns.append((role, content))
            }
        }
        return turns.map { ["role": .string($0.role), "content": .array($0.content)] }
    }

    /// System messages have a place of their own.
    mutating func system(of messages: [Message]) throws(LLMError) -> [JSONValue] {
        var blocks: [JSONValue] = []
        for (index, message) in messages.enumerated() where message.role == .system || message.role == .developer {
            blocks += try content(message, path: "messages[\(index)]")
        }
        return blocks
    }

    private mutating func assistant(_ message: Message, path: String) throws(LLMError) -> [JSONValue] {
        if let native = message.native, native.wire == "bedrock", let blocks = native.content.array { return blocks }
        // What another provider's model said in refusing is text here.
        var message = message
        if let refusal = message.refusal, message.text.isEmpty { message.content = .text(refusal) }
        var content = try self.content(message, path: path)
        for (index, call) in message.toolCalls.enumerated() {
            content.append([
                "toolUse": [
                    "toolUseId": .string(Self.toolUseID(call.id)), "name": .string(call.name),
                    "input": try call.argumentsObject(path: "\(path).tool_calls[\(index)]"),
                ]
            ])
        }
        return content
    }

    private mutating func result(_ message: Message, path: String) throws(LLMError) -> [JSONValue] {
        guard let id = message.toolCallID else {
            throw .invalidArgument("\(path).tool_call_id is missing: it names the call that the message answers")
        }
        var result: JSONObject = ["toolUseId": .string(Self.toolUseID(id))]
        var content = try self.content(message, path: path)
        // A mark stands behind the result, not in it.
        let hasMark = content.last == Self.cachePoint
        if hasMark { content.removeLast() }
        result["content"] = .array(content)
        if message.extra["is_error"] == true { result["status"] = "error" }
        return [["toolResult": .object(result)]] + (hasMark ? [Self.cachePoint] : [])
    }

    /// The wire takes 1 to 64 letters, digits, "_" and "-". An id of another provider that is not so gets another name,
    /// the same for the call and its result.
    private static func toolUseID(_ id: String) -> String {
        let isFit =
            (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isFit ? id : "call_" + Array(SHA256.hash(Array(id.utf8)).prefix(16)).hexadecimal
    }

    /// Content as blocks, with marks for the prompt's cache behind what they are for. Blank text, which the wire refuses, is
    /// left out.
    private mutating func content(_ message: Message, path: String) throws(LLMError) -> [JSONValue] {
        var blocks: [JSONValue] = []
        switch message.content {
        case nil: break
        case .text(let text): if let block = Self.block(of: text) { blocks.append(block) }
        case .parts(let parts):
            for (index, part) in parts.enumerated() {
                guard let block = try block(part, path: "\(path).content[\(index)]") else { continue }
                blocks.append(block)
                if part.members["cache_control"] != nil { blocks.append(Self.cachePoint) }
            }
        }
        if message.extra["cache_control"] != nil, !blocks.isEmpty { blocks.append(Self.cachePoint) }
        return blocks
    }

    private static func block(of text: String) -> JSONValue? {
        text.allSatisfy(\.isWhitespace) ? nil : ["text": .string(text)]
    }

    /// nil for what is left out.
    private mutating func block(_ part: ContentPart, path: String) throws(LLMError) -> JSONValue? {
        switch part.type {
        case "text", "refusal": return Self.block(of: part.members[part.type]?.string ?? "")
        case "image_url", "video_url", "document_url", "input_audio", "file":
            if let block = try BedrockMedia.block(part, path: path) { return block }
            try omissions.leaveOut("\(path), a file that is neither in the message nor at an s3: URL,")
        default: try omissions.leaveOut("\(path), a part of type \"\(part.type)\",")
        }
        return nil
    }
}
