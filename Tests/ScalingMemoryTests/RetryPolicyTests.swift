import Testing

@testable import ScalingMemory

@Suite("Retrying")
struct RetryPolicyTests {
    private func policy(_ strategy: any RetryStrategy = FixedDelay(maxRetries: 3, delayMs: 50)) -> RetryPolicy {
        RetryPolicy(strategy: strategy, maxServerWaitMs: 60_000)
    }

    private func answered(_ status: Int, retryAfterMs: Int? = nil, wish: Bool? = nil) -> LLMError {
        var error = ProviderFailure.inResponse(status: status, error: nil, body: "", provider: "openai")
        error.retryAfterMs = retryAfterMs
        error.serverWantsRetry = wish
        return error
    }

    private func decision(
        _ error: LLMError,
        retry: Int = 1,
        delivered: Bool = false,
        random: Double = 0
    )
        -> RetryPolicy.Decision
    {
        policy().decide(after: error, retry: retry, hasDelivered: delivered, random: random)
    }

    @Test("These statuses are retried", arguments: [408, 409, 429, 500, 502, 503, 504, 529])
    func retried(_ status: Int) {
        #expect(decision(answered(status)) == .retry(afterMs: 50))
    }

    @Test("These statuses are not", arguments: [301, 400, 401, 402, 403, 404, 413, 422, 501])
    func notRetried(_ status: Int) {
        #expect(decision(answered(status)) == .giveUp)
    }

    @Test("Nothing is retried once the caller has been given something", arguments: [429, 500, 503])
    func delivered(_ status: Int) {
        #expect(decision(answered(status), delivered: true) == .giveUp)
        #expect(decision(LLMError(.connection, ""), delivered: true) == .giveUp)
    }

    @Test("Connections that fail or break are retried, an untrusted certificate is not")
    func connections() {
        #expect(decision(LLMError(.connection, "refused")) == .retry(afterMs: 50))
        #expect(decision(LLMError(.truncated, "half a body")) == .retry(afterMs: 50))
        var untrusted = LLMError(.connection, "certificate")
        untrusted.isRetryable = false
        #expect(decision(untrusted) == .giveUp)
    }

    @Test("Of the limits of time only the one on connecting is tried again")
    func timeouts() {
        #expect(decision(LLMError(.timeout, "idle")) == .giveUp)
        var connecting = LLMError(.timeout, "connecting")
        connecting.isOfConnecting = true
        #expect(decision(connecting) == .retry(afterMs: 50))
    }

    @Test("Cancelled calls, refusals of our own and a quota that is used up are not retried")
    func final() {
        for code: LLMError.Code in [.canceled, .localLimit, .invalidArgument, .unsupported, .protocolViolation] {
            #expect(decision(LLMError(code, "")) == .giveUp)
        }
        let quota = ProviderFailure.inResponse(
            status: 429,
            error: ProviderError(code: "insufficient_quota", message: nil),
            body: "",
            provider: "openai"
        )
        #expect(decision(quota) == .giveUp)
    }

    @Test("x-should-retry counts before the status")
    func wish() {
        #expect(decision(answered(503, wish: false)) == .giveUp)
        #expect(decision(answered(400, wish: true)) == .retry(afterMs: 50))
        #expect(decision(answered(400, wish: true), delivered: true) == .giveUp)
    }

    @Test("The server's wait is kept, with at most a tenth on top")
    func serverWait() {
        #expect(decision(answered(429, retryAfterMs: 2000)) == .retry(afterMs: 2000))
        #expect(decision(answered(429, retryAfterMs: 2000), random: 0.999) == .retry(afterMs: 2199))
        #expect(decision(answered(503, retryAfterMs: 0), random: 0.5) == .retry(afterMs: 0))
        #expect(decision(answered(429, retryAfterMs: 60_000)) == .retry(afterMs: 60_000))
    }

    @Test("A server that asks for a longer wait than the cap ends the call")
    func cap() {
        #expect(decision(answered(429, retryAfterMs: 60_001)) == .giveUp)
    }

    @Test("There are as many retries as the strategy gives")
    func count() {
        #expect(decision(answered(500), retry: 3) == .retry(afterMs: 50))
        #expect(decision(answered(500), retry: 4) == .giveUp)
        let none = policy(NoRetry()).decide(after: answered(500), retry: 1, hasDelivered: false, random: 0)
        #expect(none == .giveUp)
    }

    @Test("Exponential backoff draws evenly below a bound that doubles up to its maximum")
    func exponential() {
        let backoff = ExponentialBackoff(maxRetries: 100, initialDelayMs: 100, maxDelayMs: 1000)
        let bounds = (1...6).map { backoff.delayMs(beforeRetry: $0, random: 0.999_999) }
        #expect(bounds == [99, 199, 399, 799, 999, 999])
        #expect(backoff.delayMs(beforeRetry: 5, random: 0) == 0)
        #expect(backoff.delayMs(beforeRetry: 3, random: 0.5) == 200)
        #expect(backoff.delayMs(beforeRetry: 101, random: 0.5) == nil)
    }

    @Test("Neither many retries nor long delays overflow")
    func overflow() {
        let backoff = ExponentialBackoff(maxRetries: .max, initialDelayMs: .max / 2 + 1, maxDelayMs: .max - 4096)
        #expect(backoff.delayMs(beforeRetry: .max - 1, random: 0.25) != nil)
        let still = ExponentialBackoff(maxRetries: 5, initialDelayMs: 0, maxDelayMs: 0)
        #expect(still.delayMs(beforeRetry: 5, random: 0.9) == 0)
    }
}
