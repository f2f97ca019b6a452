/// The content blocks of an answer, whole or as they grow in a stream.
/// https://docs.anthropic.com/en/api/messages-streaming
struct AnthropicBlocks {
    private struct Block {
        var members: JSONObject
        /// Its place among the response's tool calls.
        var toolCall: Int?
        var text = ""
        var json = ""
        var signature = ""
        var citations: [JSONValue] = []
    }

    private var blocks: [(index: Int, block: Block)] = []
    /// The block whose text was extended last, and whether that is thinking.
    private var growing = 0
    private var isThinking = false
    /// Something came that text and tool calls do not say: the message is kept as it was.
    private var needsNative = false

    private func place(_ index: Int) -> Int? {
        // Deltas are for the last block, as a rule.
        blocks.lastIndex { $0.index == index }
    }

    // MARK: Blocks as they come

    mutating func begin(_ index: Int, _ node: JSONNode, into builder: ResponseBuilder) {
        var block = Block(members: JSONObject(node))
        switch node["type"]?.string {
        case "text":
            builder.appendText(node["text"])
            if node["citations"]?.count ?? 0 > 0 { needsNative = true }
        case "tool_use":
            let place = builder.beginToolCall(id: node["id"]?.string, name: node["name"]?.string)
            block.toolCall = place
            if let input = node["input"], input.kind == .object, input.count > 0 {
                builder.appendToolCall(at: place, arguments: JSONValue(input).json)
            }
        case "thinking":
            builder.appendReasoning(node["thinking"])
            needsNative = true
        default:
            needsNative = true
        }
        blocks.append((index, block))
    }

    /// Gives the text or thinking that was all there was.
    mutating func extend(_ index: Int, _ delta: JSONNode, into builder: ResponseBuilder) -> UnsafeRawBufferPointer? {
        guard let place = place(index) else { return nil }
        switch delta["type"]?.string {
        case "text_delta", "thinking_delta":
            isThinking = delta["type"]?.equals("thinking_delta") == true
            growing = place
            guard let text = (isThinking ? delta["thinking"] : delta["text"])?.utf8 else { return nil }
            append(text, into: builder)
            return text
        case "signature_delta":
            blocks[place].block.signature += delta["signature"]?.string ?? ""
        case "input_json_delta":
            let piece = delta["partial_json"]?.string ?? ""
            blocks[place].block.json += piece
            if let toolCall = blocks[place].block.toolCall { builder.appendToolCall(at: toolCall, arguments: piece) }
        case "citations_delta":
            if let citation = delta["citation"] { blocks[place].block.citations.append(JSONValue(citation)) }
            needsNative = true
        default:
            break
        }
        return nil
    }

    /// Adds to the text or thinking that was extended last.
    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        if isThinking { builder.appendReasoning(text) } else { builder.appendText(text) }
        guard blocks.indices.contains(growing) else { return }
        blocks[growing].block.text += String(decoding: text, as: UTF8.self)
    }

    mutating func end(_ index: Int, into builder: ResponseBuilder) {
        guard let place = place(index), let toolCall = blocks[place].block.toolCall else { return }
        builder.completeToolCall(at: toolCall)
    }

    // MARK: The message as it was

    /// nil where text and tool calls say it all.
    var native: NativeContent? {
        guard needsNative else { return nil }
        return NativeContent(wire: "anthropic", content: .array(blocks.map { Self.whole($0.block) }))
    }

    private static func whole(_ block: Block) -> JSONValue {
        var members = block.members
        switch members["type"]?.string {
        case "text": members.append(block.text, to: "text")
        case "thinking":
            members.append(block.text, to: "thinking")
            members.append(block.signature, to: "signature")
        default: break
        }
        if !block.json.isEmpty, let input = try? JSONParser().parse(block.json, { JSONValue($0) }) {
            members["input"] = input
        }
        if !block.citations.isEmpty {
            members["citations"] = .array((members["citations"]?.array ?? []) + block.citations)
        }
        return .object(members)
    }
}

extension JSONObject {
    fileprivate mutating func append(_ text: String, to key: String) {
        if !text.isEmpty { self[key] = .string((self[key]?.string ?? "") + text) }
    }
}
