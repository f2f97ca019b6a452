/// The models that a provider offers.
public struct ModelList: Sendable {
    public struct Model: Sendable, Hashable {
        public var id: String
        /// The name for people.
        public var name: String?
        /// Unix seconds.
        public var created: Int?
        public var ownedBy: String?
    }

    public var provider: String
    public var models: [Model]
    public var requestID: String?
    public var callID: String?
    public var attempts: Int?
    public var latencyMs: Double?

    package init(provider: String) {
        self.provider = provider
        models = []
    }
}

extension ModelList {
    /// The list as the JSON object that llm.h describes.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("provider", provider)
            writer.key("models")
            writer.array { writer in
                for model in models {
                    writer.object { writer in
                        writer.member("id", model.id)
                        writer.member("name", model.name)
                        writer.member("created", model.created)
                        writer.member("owned_by", model.ownedBy)
                    }
                }
            }
            writer.member("request_id", requestID)
            writer.member("call_id", callID)
            writer.member("attempts", attempts)
            writer.member("latency_ms", latencyMs)
        }
    }
}
