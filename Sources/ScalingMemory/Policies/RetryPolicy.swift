/// Decides after a failed attempt whether the call goes on. Pure: the failure and a random number come in, a decision comes
/// out.
struct RetryPolicy: Sendable {
    enum Decision: Equatable {
        case retry(afterMs: Int)
        /// The call ends with the attempt's failure.
        case giveUp
    }

    let strategy: any RetryStrategy
    /// A server that asks for a longer wait ends the call.
    let maxServerWaitMs: Int

    /// `retry`: the number that the next attempt would have among the retries; the first is 1.
    /// `hasDelivered`: whether the caller has been given something of the answer. It cannot be taken back, so the call ends.
    func decide(after error: LLMError, retry: Int, hasDelivered: Bool, random: Double) -> Decision {
        guard !hasDelivered, Self.mayRetry(error),
            let backoff = strategy.delayMs(beforeRetry: retry, random: random)
        else { return .giveUp }
        guard let wait = error.retryAfterMs else { return .retry(afterMs: max(0, backoff)) }
        guard wait <= maxServerWaitMs else { return .giveUp }
        // Not all callers whom the server sent away come back in the same moment.
        return .retry(afterMs: wait + Int(random * Double(min(wait / 10, 1000))))
    }

    /// What an attempt may fail with and be made again: connections that fail or break, and the statuses 408, 409, 429, 500,
    /// 502, 503, 504 and 529 (`LLMError.isRetryable` of a server's answer), unless the server says otherwise. A limit of time
    /// that ran out is not made to run out again, but for the one on connecting: nothing was sent then.
    private static func mayRetry(_ error: LLMError) -> Bool {
        if let wish = error.serverWantsRetry { return wish }
        switch error.code {
        case .connection, .truncated: return error.isRetryable
        case .timeout: return error.isRetryable && (error.isOfConnecting || (error.httpStatus ?? 0) >= 400)
        case .canceled, .localLimit, .invalidArgument, .configuration, .forked, .memory: return false
        default: return error.isRetryable
        }
    }
}

extension RetryPolicy {
    /// What a configuration's "retry" says; `own` in place of its strategy.
    init(_ settings: RetrySettings, own: (any RetryStrategy)?) {
        strategy = own ?? settings.chosenStrategy
        maxServerWaitMs = settings.maxServerWaitMs
    }
}

extension RetrySettings {
    fileprivate var chosenStrategy: any RetryStrategy {
        switch strategy {
        case .exponential:
            ExponentialBackoff(maxRetries: maxRetries, initialDelayMs: initialDelayMs, maxDelayMs: maxDelayMs)
        case .fixed: FixedDelay(maxRetries: maxRetries, delayMs: initialDelayMs)
        case .none: NoRetry()
        }
    }
}
