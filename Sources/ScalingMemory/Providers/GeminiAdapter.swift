/// Google's Gemini. https://ai.google.dev/api/generate-content
public struct GeminiAdapter: ProviderAdapter {
    public let wire = "gemini"

    public init() {}

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        let model = try GeminiModel(request.model)
        var encoder = GeminiRequest(request, model)
        let body = try encoder.body()
        // Without alt=sse a stream is one JSON array.
        let method = streaming ? ":streamGenerateContent?alt=sse" : ":generateContent"
        var http = Self.request(.post, model.path + method, body, to: endpoint)
        http.dropped = encoder.omissions.names
        return http
    }

    /// The wire's paths begin with a version; a base URL may have it at its end or not. The key is in a header field, where
    /// no log of URLs finds it.
    static func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: ByteBuffer?,
        to endpoint: Endpoint
    ) -> HTTPRequest {
        let base = endpoint.baseURL
        let isVersioned = base.hasSuffix("/v1beta") || base.hasSuffix("/v1") || base.hasSuffix("/v1alpha")
        let headers = endpoint.apiKey.map { [HTTPHeader("x-goog-api-key", $0.value)] } ?? []
        return endpoint.request(method, (isVersioned ? "/" : "/v1beta/") + path, headers: headers, body: body)
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        var answer = GeminiAnswer()
        if root.kind == .array {
            // A stream from a server that does not look at alt=sse.
            for chunk in root.elements { try answer.read(chunk, into: builder) }
        } else {
            try answer.read(root, into: builder)
        }
        guard answer.hasCandidate else { throw .protocolViolation("the answer has no \"candidates\"") }
        builder.native = answer.native
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        GeminiStreamDecoder()
    }

    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        let query = "?pageSize=1000" + (page.map { "&pageToken=" + Self.escaped($0) } ?? "")
        return Self.request(.get, "models" + query, nil, to: endpoint)
    }

    /// A page's name is the server's to choose. RFC 3986, section 2.3: what needs no escaping.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// https://ai.google.dev/api/models#method:-models.list
    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        guard let models = root["models"], models.kind == .array else {
            throw .protocolViolation("the model list has no \"models\"")
        }
        for model in models.elements {
            guard let name = model["name"]?.string else { continue }
            let id = name.hasPrefix("models/") ? String(name.dropFirst(7)) : name
            list.models.append(ModelList.Model(id: id, name: model["displayName"]?.string))
        }
        return root["nextPageToken"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    public func decodeError(_ root: JSONNode) -> ProviderError? {
        ProviderError(anyOf: root)
    }
}
