/// How often calls may be made. Of the counts 0 is no limit.
public struct RateLimitSettings: Sendable, Hashable {
    public enum Scope: String, Sendable, CaseIterable {
        /// All clients of the process with the same provider, base URL, key and limits keep to them together.
        case shared
        /// The client keeps to them by itself.
        case client
    }

    /// Any minute sees `perMinute + burst` requests at most.
    public var perMinute = 60
    /// Any hour sees twice as many at most: as many may be saved up as an hour brings.
    public var perHour = 3600
    /// What is reserved is an estimate, settled by the usage: see `TokenEstimate`.
    public var tokensPerMinute = 0
    public var maxConcurrent = 10
    /// How long a call may wait for its turn, in milliseconds; 0: not at all.
    public var maxWaitMs = 60_000
    /// Requests that may go at once; 0: as many as in a minute, or in an hour where there is no limit for the minute.
    public var burst = 0
    public var scope = Scope.shared
    /// Whether what the server says of its own limits is kept to as well.
    public var adaptive = true

    public init() {}

    static let counts = 0...1_000_000_000
    static let milliseconds = 0...Int(Int32.max)

    package init(_ object: FieldReader?) throws(LLMError) {
        self.init()
        guard let object else { return }
        try object.allowOnly([
            "per_minute", "per_hour", "tokens_per_minute", "max_concurrent", "max_wait_ms", "burst", "scope",
            "adaptive",
        ])
        perMinute = try object.integer("per_minute", in: Self.counts) ?? perMinute
        perHour = try object.integer("per_hour", in: Self.counts) ?? perHour
        tokensPerMinute = try object.integer("tokens_per_minute", in: Self.counts) ?? tokensPerMinute
        maxConcurrent = try object.integer("max_concurrent", in: Self.counts) ?? maxConcurrent
        maxWaitMs = try object.integer("max_wait_ms", in: Self.milliseconds) ?? maxWaitMs
        burst = try object.integer("burst", in: Self.counts) ?? burst
        adaptive = try object.bool("adaptive") ?? adaptive
        if let name = try object.string("scope") {
            guard let scope = Scope(rawValue: name) else {
                let names = Scope.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
                throw object.invalid("\(object.name("scope")) is \"\(name)\"; it takes \(names)")
            }
            self.scope = scope
        }
    }
}
