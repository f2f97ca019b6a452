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

    /// One attempt, when it is its turn. What does not wait is in functions of its own that are not inlined: what they handle
    /// would have its place in the task while the attempt runs.
    func attempt<Kind: Exchange>(_ request: HTTPRequest, _ exchange: Kind) async throws(LLMError) -> Kind.Output {
        if let place = try askForTurn(exchange) { exchange.permit = try await turn(at: place) }
        let transfer = begin(request, exchange)
        // `stop` ends it too. A handler of the task's cancellation would have its place beside it.
        return try end(exchange, await withUnsafeContinuation { transfer.start($0) })
    }

    /// The place in the rate limiter's line of one that has to wait.
    @inline(never)
    private func askForTurn(_ exchange: some Exchange) throws(LLMError) -> RateLimiter.Place? {
        guard let key = plan.limiter else { return nil }
        let maxWaitMs = plan.settings.configuration.rateLimit.maxWaitMs
        switch try RateLimiters.limiter(for: key).enter(plan.estimate, maxWaitMs: maxWaitMs) {
        case .admitted(let permit):
            exchange.permit = permit
            return nil
        case .waiting(let place): return place
        }
    }

    private func turn(at place: RateLimiter.Place) async throws(LLMError) -> Permit {
        let queuedAt = Instant.now
        plan.statistics.queued()
        log.queued(waiting: place.others)
        defer { plan.statistics.dequeued(waitMs: Instant.now.milliseconds(since: queuedAt)) }
        return try await place.turn()
    }

    @inline(never)
    private func begin(_ request: HTTPRequest, _ exchange: some Exchange) -> any Transfer {
        attempts += 1
        plan.statistics.attemptStarted()
        log.attempt(attempts, url: request.url, body: request.body)
        let transfer = plan.settings.transport.makeTransfer(
            request,
            settings: plan.settings.connection,
            timeouts: plan.timeouts,
            handler: exchange
        )
        self.transfer = transfer
        if Task.isCancelled { transfer.cancel() }
        return transfer
    }

    @inline(never)
    private func end<Kind: Exchange>(_ exchange: Kind, _ failure: LLMError?) throws(LLMError) -> Kind.Output {
        transfer = nil
        // What a broken answer has used nobody says, so the estimate stands. What did not get as far used nothing.
        var usedTokens: Int? = 0
        defer { exchange.permit?.release(actualTokens: usedTokens) }
        if exchange.head.status != 0 {
            log.responded(status: exchange.head.status, requestID: exchange.head.requestID, attempt: attempts)
        }
        if (200..<300).contains(exchange.head.status) { usedTokens = nil }
        let output = try exchange.finish(failure)
        usedTokens = exchange.tokens(in: output)
        return output
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
