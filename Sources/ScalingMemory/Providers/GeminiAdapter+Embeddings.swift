/// https://ai.google.dev/api/embeddings
extension GeminiAdapter {
    /// Each text is a request of its own in a batch, and `extra`, such as `{"taskType": "RETRIEVAL_QUERY"}`, goes into each.
    public func encodeEmbeddings(_ request: EmbeddingRequest, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        if request.encodingFormat == .base64 {
            throw LLMError(.unsupported, "encoding_format \"base64\" has no counterpart in Gemini's batchEmbedContents")
        }
        let model = try GeminiModel(request.model)
        var requests: [JSONValue] = []
        for text in request.input {
            var one: JSONObject = ["model": .string(model.path), "content": ["parts": [["text": .string(text)]]]]
            one["outputDimensionality"] = request.dimensions.map(JSONValue.integer)
            for member in request.extra.members { one[member.key] = member.value }
            requests.append(.object(one))
        }
        let body = try RequestBody.write(extra: JSONObject()) { body in body.field("requests", .array(requests)) }
        return Self.request(.post, model.path + ":batchEmbedContents", body, to: endpoint)
    }

    /// `{"embeddings": [{"values"}]}`, in the order of the texts; of a single one also `{"embedding": {"values"}}`.
    public func decodeEmbeddings(_ document: EmbeddingDocument, into list: inout EmbeddingList) throws(LLMError) {
        let root = document.root
        guard let embeddings = root["embeddings"] ?? root["embedding"], embeddings.kind != .string else {
            throw .protocolViolation("the answer has no \"embeddings\"")
        }
        let elements = embeddings.kind == .array ? Array(embeddings.elements) : [embeddings]
        for (place, element) in elements.enumerated() {
            guard let vector = document.vector(element["values"]) else {
                throw .protocolViolation("embeddings[\(place)].values is no array of numbers")
            }
            list.embeddings.append(vector)
        }
        var counts = GeminiUsage()
        counts.read(root["usageMetadata"])
        list.usage = counts.usage
    }
}
