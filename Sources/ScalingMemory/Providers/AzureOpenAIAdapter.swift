/// Chat completions as Azure serves them: OpenAI's wire behind paths, a version and a header field of Azure's own.
/// https://learn.microsoft.com/azure/ai-foundry/openai/reference
///
/// A base URL that ends in `/openai/v1` is the newer interface, which has OpenAI's own paths and needs no version.
/// Chunks without choices that carry the verdict of Azure's filter on the prompt are passed over, as OpenAI's own are.
public struct AzureOpenAIAdapter: ProviderAdapter {
    private let openAI = OpenAIAdapter(quirks: .openAI)

    /// The latest generally available version of the interface with deployments.
    static let defaultVersion = "2024-10-21"

    public init() {}

    public var wire: String { openAI.wire }

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        let place = Self.place(endpoint, deployment: try Self.deployment(request.model))
        var encoded = try openAI.encodeChat(request, streaming: streaming, to: place)
        encoded.url += Self.query(endpoint)
        return encoded
    }

    private static func deployment(_ model: String?) throws(LLMError) -> String {
        guard let model, !model.isEmpty else {
            throw .configuration("model is missing: Azure takes the name of a deployment")
        }
        return model
    }

    // MARK: Where the interface begins, and its version

    private static func hasDeployments(_ endpoint: Endpoint) -> Bool {
        !endpoint.baseURL.hasSuffix("/openai/v1")
    }

    /// The endpoint as OpenAI's adapter takes it.
    private static func place(_ endpoint: Endpoint, deployment: String?) -> Endpoint {
        var place = endpoint
        // In place of a bearer token, unless the caller sends one.
        if let key = endpoint.apiKey, endpoint.headers.first("api-key") == nil,
            endpoint.headers.first("authorization") == nil
        {
            place.headers.append(HTTPHeader("api-key", key.value))
        }
        place.apiKey = nil
        guard hasDeployments(endpoint) else { return place }
        if !endpoint.baseURL.hasSuffix("/openai") { place.baseURL += "/openai" }
        if let deployment { place.baseURL += "/deployments/" + PercentEncoding.encoded(deployment) }
        return place
    }

    private static func query(_ endpoint: Endpoint) -> String {
        guard let version = endpoint.apiVersion ?? (hasDeployments(endpoint) ? defaultVersion : nil) else { return "" }
        return "?api-version=" + PercentEncoding.encoded(version)
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        try openAI.decodeChat(root, into: builder)
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        openAI.makeStreamDecoder()
    }

    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        var encoded = openAI.encodeModelList(page: page, to: Self.place(endpoint, deployment: nil))
        encoded.url += Self.query(endpoint)
        return encoded
    }

    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        try openAI.decodeModelList(root, into: &list)
    }

    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        let place = Self.place(endpoint, deployment: try Self.deployment(request.model))
        var encoded = try openAI.encodeEmbeddings(request, to: place)
        encoded.url += Self.query(endpoint)
        return encoded
    }

    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        try openAI.decodeEmbeddings(document, into: &list)
    }

    public func decodeError(_ root: JSONNode) -> ProviderError? {
        openAI.decodeError(root)
    }
}
