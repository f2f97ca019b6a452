/// An adapter made of a host program's functions. Where there is none, the chat wire's adapter does it.
struct ForeignAdapter: ProviderAdapter {
    let wire = "registered"

    let functions: ForeignFunctions
    private let chat = OpenAIAdapter()
    /// How the stream at hand is cut.
    var framing = StreamFraming.serverSentEvents

    init(_ functions: ForeignFunctions) {
        self.functions = functions
    }

    // MARK: Requests, on the thread of whoever starts the call

    func encodeChat(_ request: Request, streaming: Bool, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        let operation = streaming ? ForeignOperation.stream : ForeignOperation.complete
        if let encoded = try encode(operation, to: endpoint, { request.write(to: &$0) }) { return encoded }
        return try chat.encodeChat(request, streaming: streaming, to: endpoint)
    }

    func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        if let encoded = try encode(ForeignOperation.embed, to: endpoint, { request.write(to: &$0) }) { return encoded }
        return try chat.encodeEmbeddings(request, to: endpoint)
    }

    func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        chat.encodeModelList(page: page, to: endpoint)
    }

    /// A model list, or what a health check asks for.
    func encodeOptions(_ operation: Int32, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        if let encoded = try encode(operation, to: endpoint, { $0.object { _ in } }) { return encoded }
        return encodeModelList(page: nil, to: endpoint)
    }

    /// nil where there is no function for it.
    private func encode(
        _ operation: Int32,
        to endpoint: Endpoint,
        _ write: (inout JSONWriter) -> Void
    ) throws(LLMError) -> HTTPRequest? {
        guard let encode = functions.encode else { return nil }
        var writer = JSONWriter(to: ByteBuffer())
        write(&writer)
        let sink = ForeignRequestSink()
        try sink.check(Self.terminated(writer.buffer) { encode(operation, $0, sink) }, of: "encode")
        return try sink.request(to: endpoint)
    }

    /// Hands over the bytes with a NUL after them.
    static func terminated<Result>(_ buffer: ByteBuffer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        buffer.append(0)
        return body(UnsafeRawBufferPointer(rebasing: buffer.bytes.dropLast()))
    }

    // MARK: Answers, on the thread of whoever reads the call

    func decodeBody(_ body: ByteBuffer, isStream: Bool, into builder: ResponseBuilder) throws(LLMError) -> Bool {
        guard let decode = functions.decode else { return false }
        let sink = ForeignAnswerSink(builder)
        let operation = isStream ? ForeignOperation.stream : ForeignOperation.complete
        try sink.check(Self.terminated(body) { decode(operation, $0, sink) }, of: "decode")
        if let error = sink.error { throw ProviderFailure.inStream(error) }
        if builder.finishReason == nil { builder.finishReason = builder.hasToolCalls ? .toolCalls : .other }
        return true
    }

    func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        try chat.decodeChat(root, into: builder)
    }

    func makeStreamDecoder() -> any StreamDecoder {
        functions.decodeEvent == nil ? chat.makeStreamDecoder() : ForeignStreamDecoder(functions)
    }

    func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        try chat.decodeModelList(root, into: &list)
    }

    func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        try chat.decodeEmbeddings(document, into: &list)
    }

    func decodeError(_ root: JSONNode) -> ProviderError? {
        chat.decodeError(root)
    }
}

/// Reads a stream with a host program's function, and frees the state that the function keeps.
final class ForeignStreamDecoder: StreamDecoder {
    private let functions: ForeignFunctions
    private var state: UnsafeMutableRawPointer?
    private var sink: ForeignAnswerSink?
    private let name = ByteBuffer()
    private let data = ByteBuffer()

    init(_ functions: ForeignFunctions) {
        self.functions = functions
    }

    deinit {
        if let state { functions.freeStream?(state) }
    }

    func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        guard let decode = functions.decodeEvent else { return .goesOn }
        let sink = self.sink ?? ForeignAnswerSink(builder)
        self.sink = sink
        name.removeAll()
        name.append(event.name)
        data.removeAll()
        data.append(event.data)
        let status = ForeignAdapter.terminated(name) { name in
            ForeignAdapter.terminated(data) { data in decode(&state, name, data, sink) }
        }
        // What the stream's end has cut off need not make sense.
        if !event.isTerminated, status < 0 { return .goesOn }
        try sink.check(status, of: "decode_event")
        if let error = sink.error { throw ProviderFailure.inStream(error) }
        return sink.isComplete ? .isComplete : .goesOn
    }
}

extension ProviderRegistry {
    /// Gives the provider of this name a host program's functions in place of its wire; its address, key and header fields stay.
    /// Where there is none, adds one whose address is the configuration's `base_url`.
    package func register(_ functions: ForeignFunctions, as name: String) {
        register(as: name) { known in
            let adapter = ForeignAdapter(functions)
            guard var provider = known else {
                let prefix = Provider.environmentPrefix(for: name)
                var provider = Provider(name: name, adapter: adapter, baseURL: "", environmentPrefix: prefix)
                provider.origin = .registered
                return provider
            }
            provider.adapter = adapter
            provider.origin = .registered
            provider.lacks = []
            provider.isLoopback = false
            return provider
        }
    }
}
