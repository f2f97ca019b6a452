/// How often calls may be made; 0 is no limit.
public struct RateLimitSettings: Sendable, Hashable {
    public var perMinute = 60
    public var perHour = 3600
    public var tokensPerMinute = 0
    public var maxConcurrent = 10
    /// How long a call may wait for its turn, in milliseconds.
    public var maxWaitMs = 60_000

    public init() {}

    static let counts = 0...1_000_000_000
    static let milliseconds = 0...Int(Int32.max)

    package init(_ object: FieldReader?) throws(LLMError) {
        self.init()
        guard let object else { return }
        try object.allowOnly(["per_minute", "per_hour", "tokens_per_minute", "max_concurrent", "max_wait_ms"])
        perMinute = try object.integer("per_minute", in: Self.counts) ?? perMinute
        perHour = try object.integer("per_hour", in: Self.counts) ?? perHour
        tokensPerMinute = try object.integer("tokens_per_minute", in: Self.counts) ?? tokensPerMinute
        maxConcurrent = try object.integer("max_concurrent", in: Self.counts) ?? maxConcurrent
        maxWaitMs = try object.integer("max_wait_ms", in: Self.milliseconds) ?? maxWaitMs
    }
}
