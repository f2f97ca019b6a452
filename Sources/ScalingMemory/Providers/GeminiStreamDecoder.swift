/// Reads a stream of Gemini's chunks. The wire has no end mark: the stream is read until the server ends it, since what is
/// left of the answer, and its final counts, may come after a chunk with a finish reason.
struct GeminiStreamDecoder: StreamDecoder {
    private var answer = GeminiAnswer()

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        if event.data.isEmpty { return .goesOn }
        if StreamJSON.isDone(event) { return .isComplete }
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            if let error = root["error"], !error.isNull, let failure = GeminiAdapter().decodeError(root) {
                throw ProviderFailure.inStream(failure)
            }
            try answer.read(root, into: builder)
            return .goesOn
        }
    }

    func finish(into builder: ResponseBuilder) { builder.native = answer.native }
}
