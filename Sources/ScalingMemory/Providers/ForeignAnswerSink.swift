/// Takes what `decode` and `decode_event` read of a chat: the kinds of `LLM_EVENT_*`, of which events and the response are
/// built as for the library's own adapters.
final class ForeignAnswerSink: ForeignSink {
    private let builder: ResponseBuilder
    /// Where each of the adapter's indices has its call.
    private var callsByIndex: [Int: Int] = [:]
    /// `LLM_EVENT_RESPONSE` was written, which ends a stream.
    private(set) var isComplete = false

    init(_ builder: ResponseBuilder) {
        self.builder = builder
    }

    override func take(_ kind: Int32, _ bytes: UnsafeRawBufferPointer) throws(LLMError) {
        switch EventKind(rawValue: kind) {
        case .text: try builder.appendText(Self.checked(bytes))
        case .reasoning: try builder.appendReasoning(Self.checked(bytes))
        case .toolCallDelta:
            try Self.read(bytes, "LLM_EVENT_TOOL_CALL_DELTA") { (root) throws(LLMError) in _ = try takeCall(root) }
        case .toolCall:
            try Self.read(bytes, "LLM_EVENT_TOOL_CALL") { (root) throws(LLMError) in
                builder.completeToolCall(at: try takeCall(root))
            }
        case .response:
            try Self.read(bytes, "LLM_EVENT_RESPONSE") { (root) throws(LLMError) in takeResponse(root) }
            isComplete = true
        case .error: try takeError(bytes)
        case .log, nil: throw Self.unknown(kind)
        }
    }

    private static func checked(_ bytes: UnsafeRawBufferPointer) throws(LLMError) -> UnsafeRawBufferPointer {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .invalidArgument("the adapter wrote text that is not whole, valid UTF-8")
        }
        return bytes
    }

    /// `{"index", "id"?, "name"?, "arguments"?}`; gives the call's place.
    private func takeCall(_ root: JSONNode) throws(LLMError) -> Int {
        guard let index = root["index"]?.integer ?? (callsByIndex.isEmpty ? 0 : nil) else {
            throw .invalidArgument("the adapter wrote a tool call without its \"index\"")
        }
        let id = root["id"]?.string
        let name = root["name"]?.string
        let arguments = root["arguments"].flatMap { $0.isNull ? nil : $0.string ?? JSONValue($0).json }
        if let place = callsByIndex[index] {
            builder.appendToolCall(at: place, id: id, name: name, arguments: arguments)
            return place
        }
        let place = builder.beginToolCall(id: id, name: name)
        callsByIndex[index] = place
        builder.appendToolCall(at: place, arguments: arguments)
        return place
    }

    /// The fields of a response, as llm.h spells them; what is absent stays as it is.
    private func takeResponse(_ root: JSONNode) {
        builder.id = root["id"]?.string ?? builder.id
        builder.model = root["model"]?.string ?? builder.model
        builder.finishReason = FinishReason(root["finish_reason"]) ?? builder.finishReason
        builder.appendReasoning(root["reasoning"])
        builder.appendText(root["content"])
        builder.appendRefusal(root["refusal"])
        if let native = root["native"], let wire = native["wire"]?.string, let content = native["content"] {
            builder.native = NativeContent(wire: wire, content: JSONValue(content))
        }
        guard let usage = root["usage"] else { return }
        builder.usage.inputTokens = usage["input_tokens"]?.integer ?? builder.usage.inputTokens
        builder.usage.outputTokens = usage["output_tokens"]?.integer ?? builder.usage.outputTokens
        builder.usage.totalTokens = usage["total_tokens"]?.integer ?? builder.usage.totalTokens
        builder.usage.cachedInputTokens = usage["cached_input_tokens"]?.integer ?? builder.usage.cachedInputTokens
        builder.usage.reasoningTokens = usage["reasoning_tokens"]?.integer ?? builder.usage.reasoningTokens
    }
}

/// Takes what `decode` reads of a model list or of embeddings: one `LLM_EVENT_RESPONSE`, the result as llm.h spells it.
final class ForeignResultSink: ForeignSink {
    private let readResult: (JSONNode) throws(LLMError) -> Void
    private(set) var hasResult = false

    init(_ readResult: @escaping (JSONNode) throws(LLMError) -> Void) {
        self.readResult = readResult
    }

    override func take(_ kind: Int32, _ bytes: UnsafeRawBufferPointer) throws(LLMError) {
        switch EventKind(rawValue: kind) {
        case .response:
            try Self.read(bytes, "LLM_EVENT_RESPONSE", readResult)
            hasResult = true
        case .error: try takeError(bytes)
        default: throw Self.unknown(kind)
        }
    }
}
