/// https://docs.ollama.com/api/embed
extension OllamaAdapter {
    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        if request.encodingFormat == .base64 {
            throw LLMError(.unsupported, "encoding_format \"base64\" has no counterpart in Ollama's embeddings")
        }
        let body = try RequestBody.write(extra: request.extra) { body in
            body.field("model", request.model)
            body.field("input", texts: request.input)
            body.field("dimensions", request.dimensions)
        }
        return endpoint.request(.post, Self.path("/embed", endpoint), headers: Self.headers(endpoint), body: body)
    }

    /// `{"model", "embeddings": [[numbers]], "prompt_eval_count"}`
    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        guard let vectors = document.root["embeddings"], vectors.kind == .array else {
            throw .protocolViolation("the answer has no \"embeddings\"")
        }
        for (index, element) in vectors.elements.enumerated() {
            guard let vector = document.vector(element) else {
                throw .protocolViolation("embeddings[\(index)] is not an array of numbers")
            }
            list.embeddings.append(vector)
        }
        list.model = document.root["model"]?.string
        list.usage.inputTokens = document.root["prompt_eval_count"]?.integer
    }
}
