/// The rate limiters of this process: one for all clients that talk to the same provider with the same key and limits.
@IOThread
package enum RateLimiters {
    /// What a limiter is for.
    package struct Key: Sendable, Hashable {
        private let provider: String
        private let baseURL: String
        private let apiKey: Secret?
        fileprivate let limits: RateLimitSettings
        private let client: UInt64?

        /// Whether what the server says counts.
        package var isAdaptive: Bool { limits.adaptive }

        /// `client` tells clients apart where the limits' scope is `client`.
        package init(
            provider: String,
            baseURL: String,
            apiKey: Secret?,
            limits: RateLimitSettings,
            client: UInt64
        ) {
            self.provider = provider
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.client = limits.scope == .client ? client : nil
            // How long a caller is ready to wait is his own affair.
            var limits = limits
            limits.maxWaitMs = 0
            self.limits = limits
        }
    }

    private static var limiters: [Key: RateLimiter] = [:]
    private static var generation = -1
    /// As many may there be before those that nobody would miss are looked for.
    private static var sweepCount = minimumSweepCount
    private static let minimumSweepCount = 16

    /// The limiter for `key`, made if there is none. To be asked for anew for each attempt at a call: one that nobody waits
    /// in and holds a permit of may be replaced.
    package static func limiter(for key: Key) -> RateLimiter {
        if generation != EventLoop.shared.generation {
            // A forked child: the parent's limiters, with the tasks that wait in them, are leaked.
            _ = Unmanaged.passRetained(Leaked(limiters))
            limiters = [:]
            sweepCount = minimumSweepCount
            generation = EventLoop.shared.generation
        }
        if let limiter = limiters[key] { return limiter }
        if limiters.count >= sweepCount { sweep() }
        let limiter = RateLimiter(key.limits)
        limiters[key] = limiter
        return limiter
    }

    /// How many there are.
    static var count: Int { limiters.count }

    /// Drops those that are as good as new. One whose buckets are not full yet is kept, though its clients are gone: a
    /// program that makes a client for each call keeps to the limits too.
    private static func sweep() {
        limiters = limiters.filter { !$0.value.isAtRest }
        sweepCount = max(minimumSweepCount, limiters.count * 2)
    }

    private final class Leaked {
        let limiters: [Key: RateLimiter]
        init(_ limiters: [Key: RateLimiter]) { self.limiters = limiters }
    }
}
