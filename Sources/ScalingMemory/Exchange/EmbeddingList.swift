/// The vectors of an embedding request, in the order of its texts.
public struct EmbeddingList: Sendable {
    public var provider: String
    public var model: String?
    public var embeddings: [EmbeddingVector]
    public var usage: Usage
    public var requestID: String?
    public var callID: String?
    public var attempts: Int?
    public var latencyMs: Double?

    package init(provider: String) {
        self.provider = provider
        embeddings = []
        usage = Usage()
    }
}

extension EmbeddingList {
    /// The list as the JSON object that llm.h describes.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("provider", provider)
            writer.member("model", model)
            writer.key("embeddings")
            writer.array { writer in for embedding in embeddings { embedding.write(to: &writer) } }
            writer.key("usage")
            usage.write(to: &writer)
            writer.member("request_id", requestID)
            writer.member("call_id", callID)
            writer.member("attempts", attempts)
            writer.member("latency_ms", latencyMs)
        }
    }
}
