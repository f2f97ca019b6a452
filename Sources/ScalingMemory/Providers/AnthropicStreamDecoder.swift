/// Reads a stream of Anthropic's events, ended by `message_stop`. The event's name is also in its data, which is what
/// counts here. https://docs.anthropic.com/en/api/messages-streaming
struct AnthropicStreamDecoder: StreamDecoder {
    private var blocks = AnthropicBlocks()
    private var usage = AnthropicUsage()
    private(set) var piece: TextPiece?

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        piece = nil
        if event.data.isEmpty { return .goesOn }
        if StreamJSON.isDone(event) { return .isComplete }
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            try read(root, of: event.data, into: builder)
        }
    }

    func finish(into builder: ResponseBuilder) { builder.native = blocks.native }

    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        blocks.append(text, into: builder)
    }

    private mutating func read(
        _ event: JSONNode,
        of data: UnsafeRawBufferPointer,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        switch event["type"]?.string {
        case "message_start":
            builder.id = event["message"]?["id"]?.string
            builder.model = event["message"]?["model"]?.string
            take(event["message"]?["usage"], into: builder)
        case "content_block_start":
            if let block = event["content_block"] { blocks.begin(event["index"]?.integer ?? 0, block, into: builder) }
        case "content_block_delta":
            guard let delta = event["delta"] else { break }
            piece = TextPiece(blocks.extend(event["index"]?.integer ?? 0, delta, into: builder), in: data)
        case "content_block_stop":
            blocks.end(event["index"]?.integer ?? 0, into: builder)
        case "message_delta":
            if let reason = FinishReason(event["delta"]?["stop_reason"]) { builder.finishReason = reason }
            take(event["usage"], into: builder)
        case "message_stop":
            return .isComplete
        default:
            // "ping", kinds that are new, and errors, which some gateways send in OpenAI's shape.
            if let error = ProviderError(errorIn: event) { throw ProviderFailure.inStream(error) }
        }
        return .goesOn
    }

    private mutating func take(_ node: JSONNode?, into builder: ResponseBuilder) {
        usage.read(node)
        builder.usage = usage.usage
    }
}
