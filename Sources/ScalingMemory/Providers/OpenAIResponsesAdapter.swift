/// OpenAI's responses, which xAI, OpenRouter, llama.cpp, vLLM and others speak too.
/// https://platform.openai.com/docs/api-reference/responses
///
/// Nothing is kept at the provider (`"store": false`), as on every other wire: the conversation is the caller's.
public struct OpenAIResponsesAdapter: ProviderAdapter {
    public let wire = Self.name

    /// The wire's.
    static let name = "openai-responses"

    public init() {}

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        var encoder = OpenAIResponsesRequest(request)
        let body = try encoder.body(streaming: streaming)
        let headers = OpenAIAdapter.headers(endpoint)
        return endpoint.request(.post, "/responses", headers: headers, body: body, dropped: encoder.omissions.names)
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        guard let output = root["output"], output.kind == .array else {
            throw .protocolViolation("the answer has no \"output\"")
        }
        var items = OpenAIResponsesItems()
        try items.finish(root, into: builder)
        // mistral.rs has the reasoning beside the output.
        if !builder.hasReasoning { builder.appendReasoning(root["reasoning"]) }
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        OpenAIResponsesStreamDecoder()
    }

    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        OpenAIAdapter().encodeModelList(page: page, to: endpoint)
    }

    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        try OpenAIAdapter().decodeModelList(root, into: &list)
    }

    // Embeddings have an endpoint of their own, which is the same beside either wire.

    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        try OpenAIAdapter().encodeEmbeddings(request, to: endpoint)
    }

    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        try OpenAIAdapter().decodeEmbeddings(document, into: &list)
    }

    public func decodeError(_ root: JSONNode) -> ProviderError? {
        ProviderError(anyOf: root)
    }
}
