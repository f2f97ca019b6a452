/// Ollama's own wire, newline-delimited JSON. https://docs.ollama.com/api/chat
public struct OllamaAdapter: ProviderAdapter {
    public let wire = "ollama"
    public let framing = StreamFraming.newlineDelimitedJSON

    public init() {}

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        var encoder = OllamaRequest(request)
        let body = try encoder.body(streaming: streaming)
        var http = endpoint.request(
            .post,
            Self.path("/chat", endpoint),
            headers: Self.headers(endpoint),
            body: body
        )
        http.dropped = encoder.omissions.names
        return http
    }

    /// The wire's paths begin with /api; a base URL may have it at its end or not.
    static func path(_ path: String, _ endpoint: Endpoint) -> String {
        endpoint.baseURL.hasSuffix("/api") ? path : "/api" + path
    }

    /// A server of one's own takes no key; ollama.com does.
    static func headers(_ endpoint: Endpoint) -> [HTTPHeader] {
        endpoint.apiKey.map { [HTTPHeader("authorization", "Bearer " + $0.value)] } ?? []
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        guard root["message"]?.kind == .object else { throw .protocolViolation("the answer has no \"message\"") }
        var answer = OllamaAnswer()
        answer.read(root, into: builder)
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        OllamaStreamDecoder()
    }

    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        endpoint.request(.get, Self.path("/tags", endpoint), headers: Self.headers(endpoint))
    }

    /// https://docs.ollama.com/api/tags
    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        guard let models = root["models"], models.kind == .array else {
            throw .protocolViolation("the model list has no \"models\"")
        }
        for model in models.elements {
            guard let id = model["model"]?.string ?? model["name"]?.string else { continue }
            list.models.append(
                ModelList.Model(
                    id: id,
                    name: model["name"]?.string,
                    created: model["modified_at"]?.string.flatMap(UnixTime.seconds(iso8601:)),
                    ownedBy: nil
                )
            )
        }
        return nil
    }

    /// `{"error": "…"}`
    public func decodeError(_ root: JSONNode) -> ProviderError? {
        ProviderError(anyOf: root)
    }
}
