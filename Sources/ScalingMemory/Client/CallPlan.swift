/// A call as its client has prepared it: everything that is decided before the first byte is sent. An object, because it goes
/// through many hands.
final class CallPlan: Sendable {
    let id: String
    let kind: Operation.Kind
    /// The model that is asked for, where the operation asks one.
    let model: String?
    let settings: ClientSettings
    /// What few calls have; thousands of open streams do without.
    private let own: OwnSettings?
    /// The first HTTP request; a retry sends it again.
    let request: HTTPRequest
    let tag: UInt64
    /// What each attempt reserves of the token limit.
    let estimate: TokenEstimate
    /// What the I/O thread leaves for the reader, where only he can decode it; nil for the library's own adapters.
    let foreign: ForeignAnswer?
    /// The client's.
    let statistics: ClientStatistics

    init(
        _ operation: Operation,
        id: String,
        tag: UInt64,
        settings: ClientSettings,
        statistics: ClientStatistics
    ) throws(LLMError) {
        self.id = id
        kind = operation.kind
        self.settings = settings
        let own = try OwnSettings(operation, settings)
        self.own = own
        request = try settings.encode(operation, to: own?.endpoint ?? settings.endpoint)
        model =
            switch operation {
            case .complete(let chat), .stream(let chat): chat.model ?? settings.configuration.model
            case .embed(let embedding): embedding.model
            case .listModels, .healthCheck: nil
            }
        self.tag = tag
        estimate = settings.estimate(operation)
        foreign = settings.provider.adapter is ForeignAdapter ? ForeignAnswer() : nil
        self.statistics = statistics
    }

    private final class OwnSettings: Sendable {
        let options: CallOptions
        let endpoint: Endpoint
        let embedding: EmbeddingRequest?

        /// nil for a call that is as its client says.
        init?(_ operation: Operation, _ settings: ClientSettings) throws(LLMError) {
            var options = operation.options
            let endpoint = try settings.endpoint(options)
            options.callID = nil
            var embedding: EmbeddingRequest?
            if case .embed(let request) = operation { embedding = request }
            if embedding == nil, options == CallOptions() { return nil }
            self.options = options
            self.embedding = embedding
            self.endpoint = endpoint
        }
    }

    /// The operation's, but for the call's id.
    var options: CallOptions { own?.options ?? CallOptions() }
    var endpoint: Endpoint { own?.endpoint ?? settings.endpoint }
    /// What an answer with embeddings answers. (A chat is not kept, beside the body that it became.)
    var embedding: EmbeddingRequest? { own?.embedding }

    /// nil for what no limit holds for: a health check tells how the provider is now.
    var limiter: RateLimiters.Key? {
        if kind == .healthCheck { return nil }
        return settings.limiter(for: options)
    }

    var provider: Provider { settings.provider }

    /// The keys that may have been sent, and are in no text.
    var secrets: [Secret?] {
        if own == nil, settings.signer == nil { return [settings.apiKey] }
        let credentials = settings.signer?.credentials
        return [
            settings.apiKey, options.apiKey, credentials?.secretAccessKey, credentials?.sessionToken,
        ]
    }

    var timeouts: Timeouts {
        var limits = settings.configuration.timeouts.applying(options.timeouts)
        if kind == .healthCheck, options.timeouts.totalMs == nil {
            limits.totalMs = limits.totalMs == 0 ? Self.healthCheckMs : min(limits.totalMs, Self.healthCheckMs)
        }
        return limits
    }

    private static let healthCheckMs = 10_000
}
