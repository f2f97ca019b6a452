/// Speaks one wire: turns requests into HTTP and what comes back into responses.
///
/// Adapters are pure. They do no input or output, look at no clock and keep nothing between calls; what a stream needs to
/// remember is in the decoder that `makeStreamDecoder` gives it. They may be called from any thread.
public protocol ProviderAdapter: Sendable {
    /// The wire's name, such as "openai-chat".
    var wire: String { get }

    /// The HTTP request of a chat. Throws `unsupported` where the wire has no words for what is asked.
    func encodeChat(_ request: Request, streaming: Bool, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest

    /// Reads a whole answer into `builder`. Throws `protocolViolation` where `root` is no answer.
    func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError)

    /// How the bodies of streams are cut into events.
    var framing: StreamFraming { get }

    /// Reads a whole answer that is not for the JSON parser into `builder`; false where it is, and `decodeChat` will read it.
    /// `isStream`: a stream was asked for.
    func decodeBody(_ body: ByteBuffer, isStream: Bool, into builder: ResponseBuilder) throws(LLMError) -> Bool

    /// A decoder for one stream.
    func makeStreamDecoder() -> any StreamDecoder

    /// The HTTP request of a model list, or of its next page.
    func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest

    /// Adds a page's models to `list`; gives the next page's name, nil after the last.
    func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String?

    /// The HTTP request of an embedding request. Throws `unsupported` where the wire has no words for what is asked.
    func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest

    /// Adds the vectors of an answer to `list`, in the order of the texts. Throws `protocolViolation` where it has none.
    func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError)

    /// What an error's body says; nil where it is none of this wire's. Also asked of bodies with status 200.
    func decodeError(_ root: JSONNode) -> ProviderError?
}

/// What holds for wires that have no embeddings.
extension ProviderAdapter {
    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        throw LLMError(.unsupported, "the wire \"\(wire)\" has no embeddings")
    }

    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        throw LLMError(.unsupported, "the wire \"\(wire)\" has no embeddings")
    }
}

extension ProviderAdapter {
    public var framing: StreamFraming { .serverSentEvents }
}

extension ProviderAdapter {
    public func decodeBody(_ body: ByteBuffer, isStream: Bool, into builder: ResponseBuilder) throws(LLMError) -> Bool {
        false
    }
}

/// Reads one stream, event by event.
public protocol StreamDecoder {
    /// Reads an event into `builder`. Throws the error that an error event stands for, or `protocolViolation`.
    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError)
        -> StreamProgress

    /// What the event that was decoded last came to, if it was one piece of text and nothing else.
    var piece: TextPiece? { get }

    /// Reads an event that is like the one decoded last but for its text, which may be empty.
    mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder)

    /// The stream has ended and the answer is whole: adds what is made of all its events, such as the message as it was.
    /// Made at each event, it would cost more the longer the answer is.
    func finish(into builder: ResponseBuilder)
}

/// What holds for wires on which every event says all that it means.
extension StreamDecoder {
    public func finish(into builder: ResponseBuilder) {}
}

/// What holds for wires whose every event is parsed.
extension StreamDecoder {
    public var piece: TextPiece? { nil }
    public mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {}
}

/// How far a stream has come.
public enum StreamProgress: Sendable {
    case goesOn
    /// The provider has said that nothing follows.
    case isComplete
}

/// Where requests go and what they carry besides the body.
public struct Endpoint: Sendable {
    /// Without a slash at the end.
    public var baseURL: String
    public var apiKey: Secret?
    /// Set by the configuration and the request; in place of the adapter's own of the same name.
    public var headers: [HTTPHeader]
    /// See `Configuration.apiVersion`.
    public var apiVersion: String?
    /// Who signs, where requests are signed instead of carrying a key.
    var signer: AWSSigner?

    public init(baseURL: String, apiKey: Secret? = nil, headers: [HTTPHeader] = []) {
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.headers = headers
    }

    /// A request to `path` with the adapter's header fields and this endpoint's own.
    func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers own: [HTTPHeader],
        body: ByteBuffer? = nil,
        dropped: [String] = []
    ) -> HTTPRequest {
        var fields: [HTTPHeader] = []
        fields.reserveCapacity(own.count + headers.count + 3)  // and one for the call's name
        fields += own
        fields.append(Self.userAgent)
        if body != nil { fields.append(Self.contentType) }
        for header in headers { fields.set(header) }
        return HTTPRequest(method: method, url: baseURL + path, headers: fields, body: body, dropped: dropped)
    }

    private static let userAgent = HTTPHeader("user-agent", "libllm/\(Version.text)")
    private static let contentType = HTTPHeader("content-type", "application/json")
}

/// What a provider says of an error.
public struct ProviderError: Sendable {
    /// The most exact of its code and type.
    public var code: String?
    public var message: String?
    /// An HTTP status named in the body, for errors that come under another one or in a stream.
    public var httpStatus: Int?
    /// Other names that the provider gives the error, such as its type or the code of an inner error.
    public var otherCodes: [String] = []
    /// What the error is, where the provider says so in a way of its own.
    public var meaning: LLMError.Code?
    /// The wait that the body asks for, in milliseconds.
    public var retryAfterMs: Int?
    /// The request's name, where the body has it.
    public var requestID: String?

    public init(code: String?, message: String?, httpStatus: Int? = nil) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
    }

    /// All its names, the most exact first.
    var codes: [String] { (code.map { [$0] } ?? []) + otherCodes }

    /// Adds a name, less exact than those that it has.
    mutating func add(code name: String?) {
        guard let name, !name.isEmpty, !codes.contains(name) else { return }
        if code == nil { code = name } else { otherCodes.append(name) }
    }
}
