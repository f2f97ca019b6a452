extension AdmissionControl.Refusal {
    /// For a call that is refused when it comes.
    func error(of estimate: TokenEstimate, _ limits: RateLimitSettings, maxWaitMs: Int) -> LLMError {
        if isForGood {
            var error = LLMError(
                .localLimit,
                "the call takes about \(estimate.total) tokens, more than \(limit.name(limits)) ever lets go at once"
            )
            error.isRetryable = false
            return error
        }
        var error = LLMError(
            .localLimit,
            "\(limit.name(limits)) lets the call go in \(waitMs ?? 0) ms, "
                + "and it may wait \(maxWaitMs) ms (rate_limit.max_wait_ms)"
        )
        error.retryAfterMs = waitMs
        return error
    }

    /// For a call that waited in vain.
    func error(_ limits: RateLimitSettings, afterMs waitedMs: Int) -> LLMError {
        let more = waitMs.map { "; it could go in \($0) ms" } ?? ""
        var error = LLMError(
            .localLimit,
            "the call waited \(waitedMs) ms (rate_limit.max_wait_ms) for \(limit.name(limits))\(more)"
        )
        error.retryAfterMs = waitMs
        return error
    }
}

extension AdmissionControl.Limit {
    /// The field, with its value.
    fileprivate func name(_ limits: RateLimitSettings) -> String {
        switch self {
        case .perMinute: "rate_limit.per_minute (\(limits.perMinute))"
        case .perHour: "rate_limit.per_hour (\(limits.perHour))"
        case .tokensPerMinute: "rate_limit.tokens_per_minute (\(limits.tokensPerMinute))"
        case .maxConcurrent: "rate_limit.max_concurrent (\(limits.maxConcurrent))"
        case .server: "the server's own limit (rate_limit.adaptive)"
        }
    }
}
