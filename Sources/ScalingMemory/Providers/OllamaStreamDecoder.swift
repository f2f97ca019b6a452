/// Reads a stream of Ollama's chat objects; the last one is `"done": true`. https://docs.ollama.com/api/streaming
struct OllamaStreamDecoder: StreamDecoder {
    private var answer = OllamaAnswer()
    private(set) var piece: TextPiece?
    private var pieceIsThinking = false

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        piece = nil
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            if let error = ProviderError(errorIn: root) { throw ProviderFailure.inStream(error) }
            answer.read(root, into: builder)
            if root["done"]?.bool == true { return .isComplete }
            piece = onlyText(root, of: event.data)
            return .goesOn
        }
    }

    private mutating func onlyText(_ root: JSONNode, of data: UnsafeRawBufferPointer) -> TextPiece? {
        guard let message = root["message"], message["tool_calls"]?.count ?? 0 == 0 else { return nil }
        let texts = [message["thinking"]?.utf8, message["content"]?.utf8].map { $0?.isEmpty == false ? $0 : nil }
        guard (texts[0] == nil) != (texts[1] == nil) else { return nil }
        pieceIsThinking = texts[0] != nil
        var piece = TextPiece(texts[0] ?? texts[1], in: data)
        for (key, _) in root.entries where key == "created_at" { piece?.ignore(key, in: data) }
        return piece
    }

    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        if pieceIsThinking { answer.think(text, into: builder) } else { builder.appendText(text) }
    }
}

/// What a whole answer and a stream's objects have in common: a message, or a piece of one, and at the end the counts.
struct OllamaAnswer {
    private var thinking = ""

    mutating func read(_ root: JSONNode, into builder: ResponseBuilder) {
        if builder.model == nil { builder.model = root["model"]?.string }
        if let message = root["message"] {
            if let text = message["thinking"]?.utf8 { think(text, into: builder) }
            builder.appendText(message["content"])
            for call in (message["tool_calls"] ?? message).elements { read(call: call, of: root, into: builder) }
        }
        guard root["done"]?.bool == true else { return }
        builder.finishReason = FinishReason(root["done_reason"]) ?? .stop
        builder.usage.inputTokens = root["prompt_eval_count"]?.integer
        builder.usage.outputTokens = root["eval_count"]?.integer
        // Models that think want their thoughts back with the results of the tools that they called.
        if !thinking.isEmpty {
            builder.native = NativeContent(wire: "ollama", content: ["thinking": .string(thinking)])
        }
    }

    mutating func think(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        builder.appendReasoning(text)
        thinking += String(decoding: text, as: UTF8.self)
    }

    /// Calls come whole. Versions before 0.12 give them no id.
    private func read(call: JSONNode, of root: JSONNode, into builder: ResponseBuilder) {
        let function = call["function"]
        let name = function?["name"]?.string ?? ""
        let arguments = OpenAIMessage.arguments(function) ?? "{}"
        let ownID = call["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let id = ownID ?? Self.id(root["created_at"]?.string ?? "", builder.toolCallCount, name, arguments)
        let index = builder.beginToolCall(id: id, name: name)
        builder.appendToolCall(at: index, arguments: arguments)
        builder.completeToolCall(at: index)
    }

    /// An id from what the call is: the same answer read again has the same ids, another one of the conversation has
    /// others.
    private static func id(_ createdAt: String, _ place: Int, _ name: String, _ arguments: String) -> String {
        let text = [createdAt, String(place), name, arguments].joined(separator: "\n")
        return "call_" + Array(SHA256.hash(Array(text.utf8)).prefix(8)).hexadecimal
    }
}
