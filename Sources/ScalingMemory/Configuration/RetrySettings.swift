/// How often and how fast a failed attempt is made again.
public struct RetrySettings: Sendable, Hashable {
    /// Attempts after the first.
    public var maxRetries = 3
    public var initialDelayMs = 100
    public var maxDelayMs = 30_000

    public init() {}

    static let counts = 0...100
    static let milliseconds = 0...Int(Int32.max)

    package init(_ object: FieldReader?) throws(LLMError) {
        self.init()
        guard let object else { return }
        try object.allowOnly(["max_retries", "initial_delay_ms", "max_delay_ms"])
        maxRetries = try object.integer("max_retries", in: Self.counts) ?? maxRetries
        initialDelayMs = try object.integer("initial_delay_ms", in: Self.milliseconds) ?? initialDelayMs
        maxDelayMs = try object.integer("max_delay_ms", in: Self.milliseconds) ?? maxDelayMs
        guard initialDelayMs <= maxDelayMs else {
            throw object.invalid(
                "\(object.name("initial_delay_ms")) is \(initialDelayMs), which is more than max_delay_ms, \(maxDelayMs)"
            )
        }
    }
}
