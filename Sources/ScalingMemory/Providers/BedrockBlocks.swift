/// The content blocks of a Converse answer, whole or as they grow in a stream.
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
struct BedrockBlocks {
    private struct Block {
        var index: Int
        var members = JSONObject()
        /// Its place among the response's tool calls.
        var toolCall: Int?
        var text = ""
        var reasoning = ""
        var signature = ""
        var redacted = ""
        var input = ""
        var citations: [JSONValue] = []
    }

    private var blocks: [Block] = []
    /// The block whose text was extended last.
    private var growing = 0
    /// Something came that text and tool calls do not say: the message is kept as it was.
    private var needsNative = false

    // MARK: Whole blocks

    mutating func add(_ node: JSONNode, into builder: ResponseBuilder) {
        blocks.append(Block(index: blocks.count, members: JSONObject(node)))
        if let text = node["text"] {
            builder.appendText(text)
        } else if let toolUse = node["toolUse"] {
            let place = builder.beginToolCall(id: toolUse["toolUseId"]?.string, name: toolUse["name"]?.string)
            builder.appendToolCall(at: place, arguments: toolUse["input"].map { JSONValue($0).json })
            builder.completeToolCall(at: place)
        } else {
            builder.appendReasoning(node["reasoningContent"]?["reasoningText"]?["text"])
            for piece in (node["citationsContent"]?["content"] ?? node).elements { builder.appendText(piece["text"]) }
            needsNative = true
        }
    }

    // MARK: Blocks as they grow

    /// Text and reasoning need no beginning: their first piece is one.
    private mutating func place(of index: Int) -> Int {
        if let place = blocks.lastIndex(where: { $0.index == index }) { return place }
        blocks.append(Block(index: index))
        return blocks.count - 1
    }

    mutating func begin(_ index: Int, _ start: JSONNode, into builder: ResponseBuilder) {
        let place = place(of: index)
        blocks[place].members = JSONObject(start)
        if let toolUse = start["toolUse"] {
            blocks[place].toolCall = builder.beginToolCall(
                id: toolUse["toolUseId"]?.string,
                name: toolUse["name"]?.string
            )
        } else {
            needsNative = true
        }
    }

    /// Gives the text that was all there was.
    mutating func extend(_ index: Int, _ delta: JSONNode, into builder: ResponseBuilder) -> UnsafeRawBufferPointer? {
        let place = place(of: index)
        if let text = delta["text"] {
            growing = place
            if let utf8 = text.utf8 { append(utf8, into: builder) }
            return text.utf8
        } else if let piece = delta["toolUse"]?["input"]?.string {
            blocks[place].input += piece
            if let toolCall = blocks[place].toolCall { builder.appendToolCall(at: toolCall, arguments: piece) }
        } else if let reasoning = delta["reasoningContent"] {
            builder.appendReasoning(reasoning["text"])
            blocks[place].reasoning += reasoning["text"]?.string ?? ""
            blocks[place].signature += reasoning["signature"]?.string ?? ""
            blocks[place].redacted += reasoning["redactedContent"]?.string ?? ""
            needsNative = true
        } else if let citation = delta["citation"] {
            blocks[place].citations.append(JSONValue(citation))
            needsNative = true
        }
        return nil
    }

    /// Adds to the text that was extended last.
    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        builder.appendText(text)
        guard blocks.indices.contains(growing) else { return }
        blocks[growing].text += String(decoding: text, as: UTF8.self)
    }

    mutating func end(_ index: Int, into builder: ResponseBuilder) {
        if let toolCall = blocks[place(of: index)].toolCall { builder.completeToolCall(at: toolCall) }
    }

    // MARK: The message as it was

    /// nil where text and tool calls say it all.
    var native: NativeContent? {
        guard needsNative else { return nil }
        return NativeContent(wire: "bedrock", content: .array(blocks.compactMap(Self.whole)))
    }

    /// nil for a block of which nothing came.
    private static func whole(_ block: Block) -> JSONValue? {
        var members = block.members
        if var toolUse = members["toolUse"]?.object, toolUse["input"] == nil {
            toolUse["input"] = (try? JSONParser().parse(block.input) { JSONValue($0) }) ?? [:]
            members["toolUse"] = .object(toolUse)
        }
        if !block.citations.isEmpty {
            members["citationsContent"] = [
                "content": [["text": .string(block.text)]], "citations": .array(block.citations),
            ]
        } else if !block.text.isEmpty {
            members["text"] = .string(block.text)
        }
        if !block.redacted.isEmpty {
            members["reasoningContent"] = ["redactedContent": .string(block.redacted)]
        } else if !block.reasoning.isEmpty || !block.signature.isEmpty {
            var text: JSONObject = ["text": .string(block.reasoning)]
            if !block.signature.isEmpty { text["signature"] = .string(block.signature) }
            members["reasoningContent"] = ["reasoningText": .object(text)]
        }
        return members.isEmpty ? nil : .object(members)
    }
}
