/// https://platform.openai.com/docs/api-reference/embeddings
extension OpenAIAdapter {
    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        let dimensionsField = quirks?.dimensionsField ?? "dimensions"
        let body = try RequestBody.write(extra: request.extra) { body in
            body.field("model", request.model)
            body.field("input", texts: request.input)
            body.field(named: dimensionsField, request.dimensions.map(JSONValue.integer))
            body.field("encoding_format", request.encodingFormat?.rawValue)
        }
        return endpoint.request(.post, "/embeddings", headers: Self.headers(endpoint), body: body)
    }

    /// `{"data": [{"index", "embedding": numbers or base64}], "model", "usage"}`
    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        guard let data = document.root["data"], data.kind == .array else {
            throw .protocolViolation("the answer has no \"data\" with embeddings")
        }
        var vectors: [EmbeddingVector] = []
        var ordered = [EmbeddingVector?](repeating: nil, count: data.count)
        for (place, element) in data.elements.enumerated() {
            guard let vector = document.vector(element["embedding"]) else {
                throw .protocolViolation("data[\(place)].embedding is neither numbers nor base64 of 32-bit ones")
            }
            vectors.append(vector)
            if let index = element["index"]?.integer, ordered.indices.contains(index) { ordered[index] = vector }
        }
        // Indices that name every place once are the order; servers that give all the same one answer in the texts' order.
        let whole = ordered.compactMap(\.self)
        list.embeddings = whole.count == vectors.count ? whole : vectors
        list.model = document.root["model"]?.string
        list.usage.readOpenAI(document.root["usage"])
    }
}
