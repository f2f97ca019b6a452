/// Reads a stream of OpenAI's response events. It ends with `response.completed`, `response.incomplete` or
/// `response.failed`; `[DONE]`, which some servers add, is not waited for.
/// https://platform.openai.com/docs/api-reference/responses-streaming
struct OpenAIResponsesStreamDecoder: StreamDecoder {
    private var items = OpenAIResponsesItems()
    private(set) var piece: TextPiece?
    private var pieceIsReasoning = false

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        piece = nil
        if event.data.isEmpty { return .goesOn }
        if StreamJSON.isDone(event) { return .isComplete }
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            let progress = try read(root, into: builder)
            piece = onlyText(root, of: event.data)
            return progress
        }
    }

    /// What the event comes to, if it is a piece of the answer's text or of reasoning.
    private mutating func onlyText(_ event: JSONNode, of data: UnsafeRawBufferPointer) -> TextPiece? {
        switch event["type"]?.string {
        case "response.output_text.delta": pieceIsReasoning = false
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta", "response.reasoning.delta":
            pieceIsReasoning = true
        default: return nil
        }
        guard event["logprobs"]?.count ?? 0 == 0 else { return nil }
        var piece = TextPiece(event["delta"]?.utf8, in: data)
        for (key, _) in event.entries where key == "sequence_number" || key == "obfuscation" {
            piece?.ignore(key, in: data)
        }
        return piece
    }

    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        if pieceIsReasoning { builder.appendReasoning(text) } else { builder.appendText(text) }
    }

    private mutating func read(_ event: JSONNode, into builder: ResponseBuilder) throws(LLMError) -> StreamProgress {
        switch event["type"]?.string {
        case "response.created", "response.in_progress":
            builder.id = event["response"]?["id"]?.string ?? builder.id
            builder.model = event["response"]?["model"]?.string ?? builder.model
        case "response.output_item.added":
            if let item = event["item"] { items.begin(event, item, into: builder) }
        case "response.output_text.delta":
            items.extend(event, .text, with: event["delta"], into: builder)
            builder.appendLogprobs(event["logprobs"], to: "content")
        case "response.refusal.delta":
            items.extend(event, .refusal, with: event["delta"], into: builder)
        case "response.reasoning_summary_text.delta":
            items.extend(event, .summary, with: event["delta"], into: builder)
        case "response.reasoning_text.delta", "response.reasoning.delta":
            items.extend(event, .reasoning, with: event["delta"], into: builder)
        case "response.function_call_arguments.delta":
            items.extendCall(event, with: event["delta"]?.string, into: builder)
        // The wholes, which say again what the deltas said, or say it for the first time.
        case "response.output_text.done":
            items.fill(event, .text, with: event["text"], into: builder)
        case "response.refusal.done":
            items.fill(event, .refusal, with: event["refusal"], into: builder)
        case "response.reasoning_summary_text.done":
            items.fill(event, .summary, with: event["text"], into: builder)
        case "response.reasoning_text.done":
            items.fill(event, .reasoning, with: event["text"], into: builder)
        case "response.function_call_arguments.done":
            items.fillCall(event, with: event["arguments"]?.string, into: builder)
        case "response.output_item.done":
            if let item = event["item"] { items.end(event, item, into: builder) }
        case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
            try items.finish(event["response"] ?? event, into: builder)
            return .isComplete
        default:
            // Kinds that are new or say nothing here, and errors, in whichever shape.
            if let error = ProviderError(errorIn: event) { throw ProviderFailure.inStream(error) }
        }
        return .goesOn
    }
}
