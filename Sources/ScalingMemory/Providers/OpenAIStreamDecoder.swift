/// Reads a stream of chat completion chunks, ended by `[DONE]`.
/// https://platform.openai.com/docs/api-reference/chat-streaming
struct OpenAIStreamDecoder: StreamDecoder {
    /// Where each of the provider's indices has its call: an index may be used again for another call.
    private var callsByIndex: [Int: Int] = [:]
    private var returns: OpenAIReturns
    private let hasThinkTags: Bool

    init(_ quirks: ChatQuirks) {
        returns = OpenAIReturns(quirks.returns)
        hasThinkTags = quirks.hasThinkTags
    }

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        if event.data.isEmpty { return .goesOn }
        if StreamJSON.isDone(event) {
            builder.native = returns.native
            return .isComplete
        }
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            try read(root, into: builder)
            return .goesOn
        }
    }

    private mutating func read(_ chunk: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        if let error = ProviderError(errorIn: chunk) { throw ProviderFailure.inStream(error) }
        if hasThinkTags { builder.expectThinkTags() }
        // Azure's first chunk, which is about the prompt, has both empty.
        if builder.id?.isEmpty != false { builder.id = chunk["id"]?.string }
        if builder.model?.isEmpty != false { builder.model = chunk["model"]?.string }
        builder.usage.readOpenAI(chunk["usage"])
        for choice in (chunk["choices"] ?? chunk).elements {
            // Several choices: the first is the answer.
            guard choice["index"]?.integer ?? 0 == 0 else { continue }
            if let delta = choice["delta"] ?? choice["message"], delta.kind == .object {
                OpenAIMessage.read(delta, into: builder)
                returns.read(delta)
                readToolCalls(delta, into: builder)
            }
            builder.appendLogprobs(choice["logprobs"])
            if let reason = FinishReason(choice["finish_reason"]) {
                builder.finishReason = reason
                builder.native = returns.native
                builder.completeToolCalls()
            }
        }
    }

    private mutating func readToolCalls(_ delta: JSONNode, into builder: ResponseBuilder) {
        for call in (delta["tool_calls"] ?? delta).elements {
            let index = place(of: call, in: builder)
            let function = call["function"]
            builder.appendToolCall(
                at: index,
                id: call["id"]?.string,
                name: function?["name"]?.string,
                arguments: OpenAIMessage.arguments(function)
            )
        }
        if let function = delta["function_call"], function.kind == .object {
            // The forerunner of tool calls: one call, without an id.
            let index = callsByIndex[0] ?? builder.beginToolCall(id: nil, name: function["name"]?.string)
            if callsByIndex.updateValue(index, forKey: 0) != nil {
                builder.appendToolCall(at: index, name: function["name"]?.string)
            }
            builder.appendToolCall(at: index, arguments: OpenAIMessage.arguments(function))
        }
    }

    /// Which call a piece belongs to. A piece with an id that its index does not have begins a new call: some servers
    /// give every call the index 0, or none.
    private mutating func place(of call: JSONNode, in builder: ResponseBuilder) -> Int {
        let index = call["index"]?.integer
        let id = call["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let known = index.map { callsByIndex[$0] } ?? (builder.toolCallCount > 0 ? builder.toolCallCount - 1 : nil)
        if let known {
            let knownID = builder.toolCallID(at: known) ?? ""
            if id == nil || knownID.isEmpty || id == knownID { return known }
        }
        let place = builder.beginToolCall(id: id, name: call["function"]?["name"]?.string)
        if let index { callsByIndex[index] = place }
        return place
    }
}

/// Parses the JSON of a stream's events.
enum StreamJSON {
    /// Whether the event is `[DONE]`, with spaces around it or without.
    static func isDone(_ event: WireEvent) -> Bool {
        guard event.data.count < 32 else { return false }
        return event.data.filter { $0 != 0x20 && $0 != 0x09 }.elementsEqual("[DONE]".utf8)
    }

    /// Hands the event's root to `read`. An event that is no JSON is a breach of the protocol, unless the stream's end cut
    /// it off: then there was no event.
    static func read(
        _ event: WireEvent,
        with parser: JSONParser,
        _ read: (JSONNode) throws(LLMError) -> StreamProgress
    ) throws(LLMError) -> StreamProgress {
        do {
            return try parser.parseRepairing(event.data, read)
        } catch let failure as JSONParser.Failure {
            guard event.isTerminated else { return .goesOn }
            throw .protocolViolation("an event of the stream is not JSON: \(failure.reason), at byte \(failure.offset)")
        } catch {
            throw LLMError(error)
        }
    }
}
