/// How often and how fast a failed attempt is made again.
public struct RetrySettings: Sendable, Hashable {
    public enum Strategy: String, Sendable, CaseIterable {
        /// Waits that double, with full jitter.
        case exponential
        /// `initialDelayMs` each time.
        case fixed
        case none
    }

    public var strategy = Strategy.exponential
    /// Attempts after the first.
    public var maxRetries = 3
    public var initialDelayMs = 100
    public var maxDelayMs = 30_000
    /// A server that asks for a longer wait than this ends the call.
    public var maxServerWaitMs = 60_000

    public init() {}

    static let counts = 0...100
    static let milliseconds = 0...Int(Int32.max)

    package init(_ object: FieldReader?) throws(LLMError) {
        self.init()
        guard let object else { return }
        try object.allowOnly([
            "strategy", "max_retries", "initial_delay_ms", "max_delay_ms", "max_server_wait_ms",
        ])
        if let name = try object.string("strategy") {
            guard let strategy = Strategy(rawValue: name) else {
                let names = Strategy.allCases.map(\.rawValue).joined(separator: ", ")
                throw object.invalid("\(object.name("strategy")) is \"\(name)\"; it takes one of \(names)")
            }
            self.strategy = strategy
        }
        maxRetries = try object.integer("max_retries", in: Self.counts) ?? maxRetries
        initialDelayMs = try object.integer("initial_delay_ms", in: Self.milliseconds) ?? initialDelayMs
        maxDelayMs = try object.integer("max_delay_ms", in: Self.milliseconds) ?? maxDelayMs
        maxServerWaitMs = try object.integer("max_server_wait_ms", in: Self.milliseconds) ?? maxServerWaitMs
        guard initialDelayMs <= maxDelayMs else {
            throw object.invalid(
                "\(object.name("initial_delay_ms")) is \(initialDelayMs), which is more than max_delay_ms, \(maxDelayMs)"
            )
        }
    }
}
