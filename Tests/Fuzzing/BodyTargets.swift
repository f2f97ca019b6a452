@testable import ScalingMemory

/// Answers that are read when they are whole: embeddings, model lists, errors.
enum BodyTargets {
    static let all = [
        FuzzTarget("embeddings") { input in
            for adapter in [OpenAIAdapter(), GeminiAdapter(), OllamaAdapter()] as [any ProviderAdapter] {
                try checkEmbeddings(input, by: adapter)
            }
        },
        FuzzTarget("models") { input in for adapter in adapters { try checkModels(input, by: adapter) } },
        // A head and a body, as they come over the network.
        FuzzTarget("errors") { input in
            let (head, body) = response(input)
            for adapter in adapters { try checkError(head, body, by: adapter) }
        },
    ]

    static let adapters: [any ProviderAdapter] = [
        OpenAIAdapter(quirks: .openAI), OpenAIAdapter(quirks: WireTargets.thinking), OpenAIResponsesAdapter(),
        AzureOpenAIAdapter(), AnthropicAdapter(), GeminiAdapter(), OllamaAdapter(), BedrockAdapter(),
    ]

    // MARK: Embeddings

    private static func checkEmbeddings(_ input: UnsafeRawBufferPointer, by adapter: any ProviderAdapter) throws {
        let parser = JSONParser()
        let reader = EmbeddingReader(adapter: adapter, provider: "test", parser: parser)
        // With an input of the caller's own any number of vectors is an answer.
        var request = EmbeddingRequest(["text"])
        request.extra["input"] = "text"
        let list: EmbeddingList
        do throws(LLMError) {
            list = try reader.read(whole(input), to: request)
        } catch {
            _ = try JSONTarget.read(error.json, parser)
            return
        }
        let written = try JSONTarget.read(JSONWriter.text { list.write(to: &$0) }, parser)
        for (index, vector) in list.embeddings.enumerated() {
            let count = written["embeddings"]?.array?[index].array?.count
            try require(count == vector.count, "\(vector.count) numbers were written as \(count ?? -1)")
            try require(vector.values.count == vector.count, "\(vector.count) numbers are \(vector.values.count)")
        }
    }

    private static func whole(_ body: UnsafeRawBufferPointer) -> WholeResponse {
        let buffer = ByteBuffer()
        buffer.append(body)
        return WholeResponse(head: HTTPResponseHead(status: 200), body: buffer)
    }

    // MARK: Model lists

    private static func checkModels(_ input: UnsafeRawBufferPointer, by adapter: any ProviderAdapter) throws {
        let parser = JSONParser()
        let reader = ModelListReader(adapter: adapter, provider: "test", parser: parser)
        var list = ModelList(provider: "test")
        switch Result(catching: { () throws(LLMError) in try reader.read(whole(input), into: &list) }) {
        case .success(let page):
            let next = adapter.encodeModelList(page: page, to: Endpoint(baseURL: "https://host.example"))
            try RequestTarget.checkURL(next.url)
        case .failure(let error): _ = try JSONTarget.read(error.json, parser)
        }
        _ = try JSONTarget.read(JSONWriter.text { list.write(to: &$0) }, parser)
    }

    // MARK: Errors

    /// Lines up to an empty one are the head, the rest is the body.
    private static func response(_ input: UnsafeRawBufferPointer) -> (HTTPResponseHead, UnsafeRawBufferPointer) {
        var head = HTTPResponseHead(status: 400)
        var rest = input[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = UnsafeRawBufferPointer(rebasing: rest[...end])
            rest = rest[(end + 1)...]
            if line.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) || !head.append(line: line) {
                break
            }
        }
        return (head, UnsafeRawBufferPointer(rebasing: rest))
    }

    private static func checkError(
        _ head: HTTPResponseHead,
        _ body: UnsafeRawBufferPointer,
        by adapter: any ProviderAdapter
    ) throws {
        let parser = JSONParser()
        let reading = { (pieces: Pieces) in
            Answer(to: body, in: pieces, by: adapter, head: head, streaming: true, parser: parser)
        }
        let whole = reading(.whole(body))
        try whole.check(parser)
        try require(reading(.random(body)) == whole, "cut at random it is another error: \(whole.outcome)")
        guard let error = whole.error?.bounded() else { return }
        _ = try JSONTarget.read(error.json, parser)
        let length = error.message.count
        try require(length <= LLMError.longestMessage + 1, "a message of \(length) characters")
        try require(!error.message.utf8.contains { $0 < 0x20 }, "a message of more than one line")
        try require(error.retryAfterMs ?? 0 >= 0, "a wait of \(error.retryAfterMs ?? 0) ms")
    }
}
