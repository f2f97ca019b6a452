/// How long to wait before an attempt is made again, and how often: the part of retrying that is a matter of taste. What may
/// be retried at all is `RetryPolicy`'s business.
///
/// Pure: the same arguments give the same answer. Called on the library's I/O thread; it must not block.
public protocol RetryStrategy: Sendable {
    /// The wait before retry number `retry`, of which the first is 1, in milliseconds; nil ends the call with the failure of
    /// the last attempt. `random` is drawn anew for each retry, evenly from 0 to 1 (without 1).
    func delayMs(beforeRetry retry: Int, random: Double) -> Int?
}

/// Exponential backoff with full jitter: before each retry a wait drawn evenly from nothing up to a bound that doubles each
/// time. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
public struct ExponentialBackoff: RetryStrategy {
    public var maxRetries: Int
    /// The bound before the first retry.
    public var initialDelayMs: Int
    /// What the bound grows to.
    public var maxDelayMs: Int

    public init(maxRetries: Int = 3, initialDelayMs: Int = 100, maxDelayMs: Int = 30_000) {
        self.maxRetries = maxRetries
        self.initialDelayMs = initialDelayMs
        self.maxDelayMs = maxDelayMs
    }

    public func delayMs(beforeRetry retry: Int, random: Double) -> Int? {
        guard retry <= maxRetries else { return nil }
        var bound = initialDelayMs
        for _ in 1..<max(1, min(retry, Int.bitWidth)) where bound < maxDelayMs {
            let (doubled, overflow) = bound.multipliedReportingOverflow(by: 2)
            bound = overflow ? maxDelayMs : doubled
        }
        return Int(random * Double(min(bound, maxDelayMs)))
    }
}

/// The same wait before each retry.
public struct FixedDelay: RetryStrategy {
    public var maxRetries: Int
    public var delayMs: Int

    public init(maxRetries: Int = 3, delayMs: Int = 100) {
        self.maxRetries = maxRetries
        self.delayMs = delayMs
    }

    public func delayMs(beforeRetry retry: Int, random: Double) -> Int? {
        retry <= maxRetries ? delayMs : nil
    }
}

/// One attempt.
public struct NoRetry: RetryStrategy {
    public init() {}

    public func delayMs(beforeRetry retry: Int, random: Double) -> Int? { nil }
}
