/// Anthropic's messages. https://docs.anthropic.com/en/api/messages
public struct AnthropicAdapter: ProviderAdapter {
    public let wire = "anthropic"

    /// https://docs.anthropic.com/en/api/versioning
    static let version = "2023-06-01"
    /// https://docs.anthropic.com/en/docs/build-with-claude/files
    private static let filesVersion = "files-api-2025-04-14"

    public init() {}

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        var encoder = AnthropicRequest(request)
        let body = try encoder.body(streaming: streaming)
        var headers = Self.headers(endpoint)
        if encoder.namesFiles { headers.append(HTTPHeader("anthropic-beta", Self.filesVersion)) }
        return endpoint.request(
            .post,
            Self.path("/messages", endpoint),
            headers: headers,
            body: body,
            dropped: encoder.omissions.names
        )
    }

    /// The wire's paths begin with /v1; a base URL may have it at its end or not.
    private static func path(_ path: String, _ endpoint: Endpoint) -> String {
        endpoint.baseURL.hasSuffix("/v1") ? path : "/v1" + path
    }

    private static func headers(_ endpoint: Endpoint) -> [HTTPHeader] {
        var headers = [HTTPHeader("anthropic-version", version)]
        if let key = endpoint.apiKey { headers.append(HTTPHeader("x-api-key", key.value)) }
        return headers
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        guard let content = root["content"], content.kind == .array else {
            throw .protocolViolation("the answer has no \"content\"")
        }
        builder.id = root["id"]?.string
        builder.model = root["model"]?.string
        var blocks = AnthropicBlocks()
        for (index, block) in content.elements.enumerated() {
            blocks.begin(index, block, into: builder)
            blocks.end(index, into: builder)
        }
        builder.native = blocks.native
        builder.finishReason = FinishReason(root["stop_reason"])
        var counts = AnthropicUsage()
        counts.read(root["usage"])
        builder.usage = counts.usage
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        AnthropicStreamDecoder()
    }

    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        let query = "?limit=1000" + (page.map { "&after_id=" + $0 } ?? "")
        return endpoint.request(.get, Self.path("/models", endpoint) + query, headers: Self.headers(endpoint))
    }

    /// https://docs.anthropic.com/en/api/models-list
    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        guard let models = root["data"], models.kind == .array else {
            throw .protocolViolation("the model list has no \"data\"")
        }
        for model in models.elements {
            guard let id = model["id"]?.string else { continue }
            let created = model["created"]?.integer ?? model["created_at"]?.string.flatMap(UnixTime.seconds(iso8601:))
            list.models.append(
                ModelList.Model(
                    id: id,
                    name: model["display_name"]?.string,
                    created: created,
                    ownedBy: model["owned_by"]?.string
                )
            )
        }
        guard root["has_more"]?.bool == true, let last = root["last_id"]?.string, !last.isEmpty,
            last.utf8.allSatisfy(Self.isQuerySafe)
        else { return nil }
        return last
    }

    /// Model names need no escaping in a query; anything that would is not one.
    private static func isQuerySafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~:@/".utf8.contains(byte)
        }
    }

    public func decodeError(_ root: JSONNode) -> ProviderError? {
        ProviderError(anyOf: root)
    }
}
