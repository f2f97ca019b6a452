/// Reads a stream of chat completion chunks, ended by `[DONE]`.
/// https://platform.openai.com/docs/api-reference/chat-streaming
struct OpenAIStreamDecoder: StreamDecoder {
    /// Where each of the provider's indices has its call: an index may be used again for another call.
    private var callsByIndex: [Int: Int] = [:]
    private var returns: OpenAIReturns
    private let hasThinkTags: Bool

    private(set) var piece: TextPiece?
    private var pieceIsReasoning = false

    init(_ quirks: ChatQuirks) {
        returns = OpenAIReturns(quirks.returns)
        hasThinkTags = quirks.hasThinkTags
    }

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        piece = nil
        if event.data.isEmpty { return .goesOn }
        if StreamJSON.isDone(event) { return .isComplete }
        return try StreamJSON.read(event, with: parser) { (root) throws(LLMError) in
            try read(root, of: event, into: builder)
            return .goesOn
        }
    }

    private mutating func read(
        _ chunk: JSONNode,
        of event: WireEvent,
        into builder: ResponseBuilder
    ) throws(LLMError) {
        let members = ChunkMembers(chunk)
        if members.mayBeError, let error = ProviderError(errorIn: chunk) { throw ProviderFailure.inStream(error) }
        if hasThinkTags { builder.expectThinkTags() }
        // Azure's first chunk, which is about the prompt, has both empty.
        if builder.id?.isEmpty != false { builder.id = members.id?.string }
        if builder.model?.isEmpty != false { builder.model = members.model?.string }
        builder.usage.readOpenAI(members.usage)
        var isOnlyText = members.usage?.isNull ?? true
        for choice in (members.choices ?? chunk).elements {
            let choice = ChoiceMembers(choice)
            // Several choices: the first is the answer.
            guard choice.index?.integer ?? 0 == 0 else { continue }
            let text = read(choice, into: builder)
            piece = isOnlyText ? TextPiece(text, in: event.data) : nil
            isOnlyText = false
        }
        piece?.ignore(members.created, in: event.data)
        piece?.ignore(members.obfuscation, in: event.data)
    }

    /// Gives the text or reasoning, if there was nothing else.
    private mutating func read(_ choice: ChoiceMembers, into builder: ResponseBuilder) -> UnsafeRawBufferPointer? {
        var text: UnsafeRawBufferPointer?
        if let delta = choice.delta, delta.kind == .object {
            let members = OpenAIMessageMembers(delta)
            OpenAIMessage.read(members, into: builder)
            let isReturned = returns.read(delta)
            readToolCalls(members, into: builder)
            if !isReturned, let only = members.onlyText { (text, pieceIsReasoning) = (only.0.utf8, only.isReasoning) }
        }
        if let logprobs = choice.logprobs, !logprobs.isNull {
            builder.appendLogprobs(logprobs)
            text = nil
        }
        if let reason = FinishReason(choice.finishReason) {
            builder.finishReason = reason
            builder.completeToolCalls()
            text = nil
        }
        return text
    }

    func finish(into builder: ResponseBuilder) { builder.native = returns.native }

    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
        if pieceIsReasoning { builder.appendReasoning(text) } else { builder.appendText(text) }
    }

    private mutating func readToolCalls(_ delta: OpenAIMessageMembers, into builder: ResponseBuilder) {
        if let calls = delta.toolCalls {
            for call in calls.elements {
                let index = place(of: call, in: builder)
                let function = call["function"]
                builder.appendToolCall(
                    at: index,
                    id: call["id"]?.string,
                    name: function?["name"]?.string,
                    arguments: OpenAIMessage.arguments(function)
                )
            }
        }
        if let function = delta.functionCall, function.kind == .object {
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

extension OpenAIStreamDecoder {
    /// The members of a chunk, found in one pass.
    private struct ChunkMembers {
        var id: JSONNode?
        var model: JSONNode?
        var choices: JSONNode?
        var usage: JSONNode?
        var created: JSONKey?
        /// A text of random length with which OpenAI hides how long the answer's pieces are.
        var obfuscation: JSONKey?
        /// Whether it is worth looking for an error.
        var mayBeError: Bool

        init(_ chunk: JSONNode) {
            mayBeError = chunk.kind == .array
            for (key, value) in chunk.entries {
                switch key {
                case "id": id = value
                case "model": model = value
                case "choices": choices = value
                case "usage": usage = value
                case "created": created = key
                case "obfuscation": obfuscation = key
                case "error": mayBeError = true
                case "object", "type": if value.equals("error") { mayBeError = true }
                default: break
                }
            }
        }
    }

    private struct ChoiceMembers {
        var index: JSONNode?
        var logprobs: JSONNode?
        var finishReason: JSONNode?
        var delta: JSONNode? { ownDelta ?? message }
        private var ownDelta: JSONNode?
        private var message: JSONNode?

        init(_ choice: JSONNode) {
            for (key, value) in choice.entries {
                switch key {
                case "index": index = value
                case "delta": ownDelta = value
                case "message": message = value
                case "logprobs": logprobs = value
                case "finish_reason": finishReason = value
                default: break
                }
            }
        }
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
    /// it off: then there was no event. One that is named "error" is an error, whatever its data is.
    static func read(
        _ event: WireEvent,
        with parser: JSONParser,
        _ read: (JSONNode) throws(LLMError) -> StreamProgress
    ) throws(LLMError) -> StreamProgress {
        do {
            return try parser.parseRepairing(event.data) { root in
                let progress = try read(root)
                guard event.isNamed("error") else { return progress }
                let said = ProviderError(anyOf: root) ?? ProviderError(code: nil, message: JSONValue(root).json)
                throw ProviderFailure.inStream(said)
            }
        } catch let failure as JSONParser.Failure {
            guard event.isTerminated else { return .goesOn }
            if event.isNamed("error") {
                let words = ErrorPage.summary(of: String(decoding: event.data, as: UTF8.self))
                throw ProviderFailure.inStream(ProviderError(code: nil, message: words))
            }
            throw .protocolViolation("an event of the stream is not JSON: \(failure.reason), at byte \(failure.offset)")
        } catch {
            throw LLMError(error)
        }
    }
}
