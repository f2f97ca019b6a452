/// What a client is made from. llm.h describes the fields.
public struct Configuration: Sendable, Hashable {
    public var provider: String
    public var apiKey: Secret?
    /// nil: the provider's own.
    public var baseURL: String?
    public var model: String?
    /// The version of the provider's interface to ask for, where it has several (Azure).
    public var apiVersion: String?
    public var aws: AWSSettings?
    public var maxTokens: Int?
    public var temperature: Double?
    /// Of requests that do not say it themselves; see `Request.dropUnsupported`.
    public var dropUnsupported = false
    public var timeouts = Timeouts()
    public var rateLimit = RateLimitSettings()
    public var retry = RetrySettings()
    public var headers: [HTTPHeader] = []
    /// Whether control characters and halves of surrogate pairs are taken out of the texts of requests.
    public var sanitize = true
    /// "" is none; nil is what the environment says.
    public var proxy: String?
    public var caFile: String?
    public var http2 = false
    public var allowInsecureHTTP = false
    public var maxResponseBytes = 64 * 1024 * 1024
    public var maxEventBytes = 16 * 1024 * 1024

    /// What the provider echo answers; nil: what it is told.
    public var script: EchoScript?

    public init(provider: String, model: String? = nil, apiKey: Secret? = nil, baseURL: String? = nil) {
        self.provider = provider
        self.model = model
        self.apiKey = apiKey
        self.baseURL = baseURL
    }
}
