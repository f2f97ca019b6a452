extension CallRunner {
    /// Sends `request` until an attempt succeeds or the retry policy has had enough. `prepare` makes the exchange of each
    /// attempt.
    func exchange<Kind: Exchange>(
        _ request: HTTPRequest,
        _ prepare: () -> Kind
    ) async throws(LLMError) -> Kind.Output {
        var retry = 0
        while true {
            let exchange = prepare()
            do throws(LLMError) {
                return try await attempt(request, exchange)
            } catch {
                retry += 1
                try await waitForRetry(retry, after: error, hasDelivered: exchange.hasDelivered)
            }
        }
    }

    /// One attempt, when it is its turn.
    func attempt<Kind: Exchange>(_ request: HTTPRequest, _ exchange: Kind) async throws(LLMError) -> Kind.Output {
        let permit = try await turn()
        // What a broken answer has used nobody says, so the estimate stands. What did not get as far used nothing.
        var usedTokens: Int? = 0
        defer { permit?.release(actualTokens: usedTokens) }
        exchange.permit = permit
        attempts += 1
        plan.statistics.attemptStarted()
        log.attempt(attempts, url: request.url, body: request.body)
        var failure: LLMError?
        do throws(LLMError) {
            _ = try await plan.settings.transport.perform(
                request,
                settings: plan.settings.connection,
                timeouts: plan.timeouts,
                handler: exchange
            )
        } catch {
            failure = error
        }
        if exchange.head.status != 0 {
            log.responded(status: exchange.head.status, requestID: exchange.head.requestID, attempt: attempts)
        }
        if (200..<300).contains(exchange.head.status) { usedTokens = nil }
        let output = try exchange.finish(failure)
        usedTokens = exchange.tokens(in: output)
        return output
    }

    /// Waits for the rate limiter.
    private func turn() async throws(LLMError) -> Permit? {
        guard let key = plan.limiter else { return nil }
        let maxWaitMs = plan.settings.configuration.rateLimit.maxWaitMs
        var queuedAt: Instant?
        defer {
            if let queuedAt { plan.statistics.dequeued(waitMs: Instant.now.milliseconds(since: queuedAt)) }
        }
        return try await RateLimiters.limiter(for: key).acquire(plan.estimate, maxWaitMs: maxWaitMs) { others in
            queuedAt = .now
            plan.statistics.queued()
            log.queued(waiting: others)
        }
    }

    /// Backs off before retry number `retry`, or throws the failure on.
    private func waitForRetry(_ retry: Int, after failure: LLMError, hasDelivered: Bool) async throws(LLMError) {
        let decision = plan.settings.retry.decide(
            after: failure,
            retry: retry,
            hasDelivered: hasDelivered,
            random: .random(in: 0..<1)
        )
        guard case .retry(let delayMs) = decision else { throw failure }
        let reason = described(failure)
        lastFailure = reason
        // A call that would have gone on ends for the one reason that it does not.
        if Task.isCancelled { throw LLMError(.canceled, "") }
        plan.statistics.retried(reason.code)
        log.retrying(after: reason, delayMs: delayMs, attempt: attempts)
        // Other calls are kept from running into the same refusal. (A wait that the server named holds already.)
        if failure.httpStatus == 429, failure.retryAfterMs == nil, let key = plan.limiter, key.isAdaptive {
            RateLimiters.limiter(for: key).hold(until: Instant.now.adding(milliseconds: delayMs))
        }
        await Reactor.current.pause(milliseconds: delayMs)
        if Task.isCancelled { throw LLMError(.canceled, "") }
    }
}
