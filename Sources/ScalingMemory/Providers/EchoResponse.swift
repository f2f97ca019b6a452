/// Makes the HTTP response to one attempt. Pure.
struct EchoResponse {
    private let step: EchoStep
    /// Of the attempt, for names.
    private let number: Int

    init(_ step: EchoStep, number: Int) {
        self.step = step
        self.number = number
    }

    /// `body` is nil for a request without one, and where it is not JSON.
    func response(to url: String, saying body: JSONValue?) -> LoopbackResponse {
        switch step.fault {
        case .refuse: return .refused
        case .garbage: return garbage(isStream: body?["stream"] == true)
        default: break
        }
        if let status = step.status { return ended(refusal(status)) }
        if url.hasSuffix("/models") { return ended(json(["data": .array(EchoServer.models.map(Self.model))])) }
        guard let body else { return json(["error": ["message": "the body is not JSON"]], status: 400) }
        if url.hasSuffix("/embeddings") { return ended(json(EchoEmbedding.answer(to: body))) }
        guard url.hasSuffix("/chat/completions") else {
            return json(["error": ["message": "there is nothing at this path"]], status: 404)
        }
        let request = EchoRequest(body)
        return ended(EchoChat(EchoReply(step, to: request), to: request, number: number).response)
    }

    private static func model(_ name: String) -> JSONValue {
        ["id": .string(name), "object": "model", "owned_by": "libllm"]
    }

    private func json(_ value: JSONValue, status: Int = 200) -> LoopbackResponse {
        var writer = JSONWriter(to: ByteBuffer())
        writer.value(value)
        let type = HTTPHeader("content-type", "application/json")
        return LoopbackResponse(status: status, headers: [type], pieces: [writer.buffer])
    }

    private func refusal(_ status: Int) -> LoopbackResponse {
        guard let text = step.body else {
            return json(["error": ["message": "the script says so", "type": "scripted"]], status: status)
        }
        let body = ByteBuffer()
        body.append(text)
        return LoopbackResponse(status: status, pieces: [body])
    }

    /// The response with the step's fault at its end: what the step says of an answer comes before.
    private func ended(_ response: LoopbackResponse) -> LoopbackResponse {
        guard let fault = step.fault else { return response }
        var response = response
        response.pieces = cut(response)
        switch fault {
        case .reset: response.end = .broken(LLMError(.connection, "the connection was reset, as the script says"))
        case .stall: response.end = .never
        case .truncate:
            // The end of a stream is seen by its reader, that of a body by HTTP.
            let error = LLMError(
                .truncated,
                "the connection was closed in the middle of the response, as the script says"
            )
            response.end = response.isStream ? .whole : .broken(error)
        case .refuse, .garbage: break
        }
        return response
    }

    /// All of a stream but what ends it, and half of a body; nothing where the step says nothing of an answer.
    private func cut(_ response: LoopbackResponse) -> [ByteBuffer] {
        let saysSomething =
            step.text != nil || step.chunks != nil || step.reasoning != nil || step.refusal != nil
            || !step.toolCalls.isEmpty || step.status != nil
        guard saysSomething, let first = response.pieces.first else { return [] }
        if response.isStream { return response.pieces.dropLast(EchoChat.closingPieces) }
        let half = ByteBuffer()
        half.append(UnsafeRawBufferPointer(rebasing: first.bytes.prefix(first.count / 2)))
        return [half]
    }

    private func garbage(isStream: Bool) -> LoopbackResponse {
        let piece = ByteBuffer()
        piece.append(isStream ? "data: {\"choices\": [nonsense\n\n" : "{\"choices\": [nonsense" as StaticString)
        let type = isStream ? "text/event-stream" : "application/json"
        return LoopbackResponse(headers: [HTTPHeader("content-type", type)], pieces: [piece])
    }
}

extension LoopbackResponse {
    fileprivate var isStream: Bool { headers.first("content-type") == "text/event-stream" }
}
