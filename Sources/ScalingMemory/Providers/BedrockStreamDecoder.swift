/// Reads a stream of Converse events, whose names the framing has; the last is `metadata`, with the counts.
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
struct BedrockStreamDecoder: StreamDecoder {
    private var blocks = BedrockBlocks()
    private(set) var piece: TextPiece?

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        piece = nil
        if event.isException { throw ProviderFailure.inStream(Self.error(event, with: parser)) }
        if event.data.isEmpty { return .goesOn }
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            read(event, root, into: builder)
        }
    }

    func finish(into builder: ResponseBuilder) { builder.native = blocks.native }

    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        blocks.append(text, into: builder)
    }

    private mutating func read(_ event: WireEvent, _ root: JSONNode, into builder: ResponseBuilder) -> StreamProgress {
        let index = root["contentBlockIndex"]?.integer ?? 0
        if event.isNamed("contentBlockDelta") {
            guard let delta = root["delta"] else { return .goesOn }
            piece = TextPiece(blocks.extend(index, delta, into: builder), in: event.data)
            // Padding, which hides how long the pieces are.
            for (key, _) in root.entries where key == "p" { piece?.ignore(key, in: event.data) }
        } else if event.isNamed("contentBlockStart") {
            if let start = root["start"] { blocks.begin(index, start, into: builder) }
        } else if event.isNamed("contentBlockStop") {
            blocks.end(index, into: builder)
        } else if event.isNamed("messageStop") {
            builder.finishReason = FinishReason(root["stopReason"])
        } else if event.isNamed("metadata") {
            builder.usage.readBedrock(root["usage"])
            if builder.finishReason != nil { return .isComplete }
        }
        return .goesOn
    }

    /// The name says of which kind the error is, the payload has the words.
    private static func error(_ event: WireEvent, with parser: JSONParser) -> ProviderError {
        let code = String(decoding: event.name, as: UTF8.self)
        let said = (try? parser.parseRepairing(event.data) { ProviderError(anyOf: $0) }) ?? nil
        return ProviderError(code: code, message: said?.message ?? String(decoding: event.data, as: UTF8.self))
    }
}
