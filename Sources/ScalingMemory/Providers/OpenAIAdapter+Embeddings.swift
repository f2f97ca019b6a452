/// https://platform.openai.com/docs/api-reference/embeddings
extension OpenAIAdapter {
    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        let body = try RequestBody.write(extra: request.extra) { body in
            body.field("model", request.model)
            body.field("input", texts: request.input)
            body.field("dimensions", request.dimensions)
            body.field("encoding_format", request.encodingFormat?.rawValue)
        }
        return endpoint.request(.post, "/embeddings", headers: Self.headers(endpoint), body: body)
    }

    /// `{"data": [{"index", "embedding": numbers or base64}], "model", "usage"}`; vectors are put in the order of their
    /// indices.
    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        guard let data = document.root["data"], data.kind == .array else {
            throw .protocolViolation("the answer has no \"data\" with embeddings")
        }
        var vectors: [(index: Int, vector: EmbeddingVector)] = []
        for (place, element) in data.elements.enumerated() {
            guard let vector = document.vector(element["embedding"]) else {
                throw .protocolViolation("data[\(place)].embedding is neither numbers nor base64 of 32-bit ones")
            }
            vectors.append((element["index"]?.integer ?? place, vector))
        }
        let ordered = vectors.enumerated().sorted {
            ($0.element.index, $0.offset) < ($1.element.index, $1.offset)
        }
        list.embeddings = ordered.map(\.element.vector)
        list.model = document.root["model"]?.string
        list.usage.readOpenAI(document.root["usage"])
    }
}
