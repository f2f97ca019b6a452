/// Writes a reply as a chat completion, whole or streamed.
/// https://platform.openai.com/docs/api-reference/chat
struct EchoChat {
    private let reply: EchoReply
    private let request: EchoRequest
    private let id: String

    init(_ reply: EchoReply, to request: EchoRequest, number: Int) {
        self.reply = reply
        self.request = request
        id = "echo-\(number)"
    }

    /// How many pieces of a stream end it: the finish reason with what follows.
    static let closingPieces = 1

    var response: LoopbackResponse {
        if request.isStream {
            let type = HTTPHeader("content-type", "text/event-stream")
            return LoopbackResponse(headers: [type], pieces: events)
        }
        var writer = JSONWriter(to: ByteBuffer())
        writer.value(whole)
        return LoopbackResponse(headers: [HTTPHeader("content-type", "application/json")], pieces: [writer.buffer])
    }

    // MARK: Whole

    private var whole: JSONValue {
        var message: JSONObject = ["role": "assistant"]
        let text = reply.pieces.joined()
        message["content"] = text.isEmpty && !reply.toolCalls.isEmpty ? .null : .string(text)
        message["reasoning_content"] = reply.reasoning.map(JSONValue.string)
        message["refusal"] = reply.refusal.map(JSONValue.string)
        if !reply.toolCalls.isEmpty {
            message["tool_calls"] = .array(reply.toolCalls.map { Self.call($0, $0.arguments) })
        }
        let choice: JSONValue = ["index": 0, "message": .object(message), "finish_reason": .string(reply.finishReason)]
        return [
            "id": .string(id), "object": "chat.completion", "model": .string(request.model), "choices": [choice],
            "usage": usage,
        ]
    }

    private static func call(_ call: ToolCall, _ arguments: String) -> JSONValue {
        let function: JSONValue = ["name": .string(call.name), "arguments": .string(arguments)]
        return ["id": .string(call.id), "type": "function", "function": function]
    }

    private var usage: JSONValue {
        let counts = reply.usage
        var usage = JSONObject()
        usage["prompt_tokens"] = counts.inputTokens.map(JSONValue.integer)
        usage["completion_tokens"] = counts.outputTokens.map(JSONValue.integer)
        usage["total_tokens"] = counts.total.map(JSONValue.integer)
        if let cached = counts.cachedInputTokens {
            usage["prompt_tokens_details"] = ["cached_tokens": .integer(cached)]
        }
        if let tokens = counts.reasoningTokens {
            usage["completion_tokens_details"] = ["reasoning_tokens": .integer(tokens)]
        }
        return .object(usage)
    }

    // MARK: Streamed

    private var events: [ByteBuffer] {
        var deltas: [JSONValue] = []
        for piece in reply.reasoning.map(EchoText.words) ?? [] { deltas.append(["reasoning_content": .string(piece)]) }
        for piece in reply.pieces { deltas.append(["content": .string(piece)]) }
        if let refusal = reply.refusal { deltas.append(["refusal": .string(refusal)]) }
        for (index, call) in reply.toolCalls.enumerated() { deltas += Self.deltas(of: call, at: index) }
        return deltas.map { event(for: chunk(["index": 0, "delta": $0])) } + [closing]
    }

    /// The name, and then the arguments in two pieces, as real servers cut them.
    private static func deltas(of call: ToolCall, at index: Int) -> [JSONValue] {
        guard var first = Self.call(call, "").object else { return [] }
        first["index"] = .integer(index)
        let half = call.arguments.index(call.arguments.startIndex, offsetBy: call.arguments.count / 2)
        let pieces = [call.arguments[..<half], call.arguments[half...]].filter { !$0.isEmpty }
        return [["tool_calls": [.object(first)]]]
            + pieces.map { piece in
                let function: JSONValue = ["arguments": .string(String(piece))]
                return ["tool_calls": [["index": .integer(index), "function": function]]]
            }
    }

    private var closing: ByteBuffer {
        let buffer = event(for: chunk(["index": 0, "delta": [:], "finish_reason": .string(reply.finishReason)]))
        if request.wantsUsage {
            var last = JSONObject()
            last["id"] = .string(id)
            last["choices"] = []
            last["usage"] = usage
            write(.object(last), to: buffer)
        }
        buffer.append("data: [DONE]\n\n")
        return buffer
    }

    private func chunk(_ choice: JSONValue) -> JSONValue {
        [
            "id": .string(id), "object": "chat.completion.chunk", "model": .string(request.model), "choices": [choice],
        ]
    }

    private func event(for value: JSONValue) -> ByteBuffer {
        let buffer = ByteBuffer()
        write(value, to: buffer)
        return buffer
    }

    private func write(_ value: JSONValue, to buffer: ByteBuffer) {
        buffer.append("data: ")
        var writer = JSONWriter(to: buffer)
        writer.value(value)
        buffer.append("\n\n")
    }
}
