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

    /// One attempt.
    func attempt<Kind: Exchange>(_ request: HTTPRequest, _ exchange: Kind) async throws(LLMError) -> Kind.Output {
        attempts += 1
        var failure: LLMError?
        do throws(LLMError) {
            _ = try await HTTPTransport.current.perform(
                request,
                settings: plan.settings.connection,
                timeouts: plan.timeouts,
                handler: exchange
            )
        } catch {
            failure = error
        }
        return try exchange.finish(failure)
    }

    /// Backs off before retry number `retry`, or throws the failure on.
    private func waitForRetry(_ retry: Int, after failure: LLMError, hasDelivered: Bool) async throws(LLMError) {
        let decision = plan.settings.retry.decide(
            after: failure,
            retry: retry,
            hasDelivered: hasDelivered,
            random: .random(in: 0..<1)
        )
        guard case .retry(let delayMs) = decision, !Task.isCancelled else { throw failure }
        lastFailure = described(failure)
        await Reactor.current.pause(milliseconds: delayMs)
        if Task.isCancelled { throw LLMError(.canceled, "") }
    }
}
