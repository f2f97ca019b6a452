/// How long each stage of a call may take, in milliseconds; 0 is no limit.
public struct Timeouts: Sendable, Hashable {
    /// Until the connection, TLS included, is up.
    public var connectMs = 10_000
    /// From there to the first byte of the response.
    public var firstByteMs = 60_000
    /// Between two pieces of the response, not counting the time in which the reader holds up the transfer.
    public var idleMs = 60_000
    /// The whole call.
    public var totalMs = 600_000

    public init() {}

    /// These limits with the overrides that are set.
    package func applying(_ overrides: TimeoutOverrides) -> Timeouts {
        var result = self
        result.connectMs = overrides.connectMs ?? connectMs
        result.firstByteMs = overrides.firstByteMs ?? firstByteMs
        result.idleMs = overrides.idleMs ?? idleMs
        result.totalMs = overrides.totalMs ?? totalMs
        return result
    }
}

/// Limits that one call or configuration sets; nil leaves the default.
public struct TimeoutOverrides: Sendable, Hashable {
    public var connectMs: Int?
    public var firstByteMs: Int?
    public var idleMs: Int?
    public var totalMs: Int?

    public init() {}

    package init(_ object: FieldReader?) throws(LLMError) {
        guard let object else { return }
        try object.allowOnly(["connect_ms", "first_byte_ms", "idle_ms", "total_ms"])
        let range = 0...Int(Int32.max)
        connectMs = try object.integer("connect_ms", in: range)
        firstByteMs = try object.integer("first_byte_ms", in: range)
        idleMs = try object.integer("idle_ms", in: range)
        totalMs = try object.integer("total_ms", in: range)
    }
}
