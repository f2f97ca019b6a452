import Testing

@testable import ScalingMemory

@Suite("The rate limiter on the event loop", .timeLimit(.minutes(1)))
@IOThread
struct RateLimiterTests {
    private static func limits(_ change: (inout RateLimitSettings) -> Void) -> RateLimitSettings {
        var limits = RateLimitSettings.none
        change(&limits)
        return limits
    }

    /// A task that waits for a permit.
    private static func acquire(
        _ limiter: RateLimiter,
        tokens: Int = 1,
        maxWaitMs: Int = 60_000,
        _ then: @escaping @IOThread (Permit) -> Void = { _ in }
    ) -> Task<LLMError?, Never> {
        Task {
            do throws(LLMError) {
                let permit = try await limiter.acquire(TokenEstimate(prompt: tokens, output: 0), maxWaitMs: maxWaitMs)
                then(permit)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Until `condition` holds: the tasks that make it so run on this thread too.
    private static func wait(for condition: @IOThread () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    @Test("Permits go out up to the limit; a release lets the next one go, in order")
    func order() async throws {
        let limiter = RateLimiter(Self.limits { $0.maxConcurrent = 1 })
        let order = Locked<[Int]>([])
        let first = try await limiter.acquire(.none, maxWaitMs: 0)
        var tasks: [Task<LLMError?, Never>] = []
        for number in 0..<50 {
            tasks.append(
                Self.acquire(limiter) { permit in
                    order.withLock { $0.append(number) }
                    permit.release(actualTokens: nil)
                }
            )
            await Self.wait { limiter.waitingCount == number + 1 }
        }
        #expect(limiter.inFlightCount == 1)
        first.release(actualTokens: nil)
        for task in tasks { #expect(await task.value?.code == nil) }
        #expect(order.withLock { $0 } == Array(0..<50))
        #expect(limiter.inFlightCount == 0)
        #expect(limiter.waitingCount == 0)
    }

    @Test("A permit counts once, however often it is released")
    func releasedTwice() async throws {
        let limiter = RateLimiter(Self.limits { $0.maxConcurrent = 2 })
        let first = try await limiter.acquire(.none, maxWaitMs: 0)
        _ = try await limiter.acquire(.none, maxWaitMs: 0)
        first.release(actualTokens: nil)
        first.release(actualTokens: nil)
        #expect(limiter.inFlightCount == 1)
    }

    @Test("Cancelling a task that waits ends it at once, takes nothing, and lets those behind it go")
    func canceled() async throws {
        let limiter = RateLimiter(Self.limits { $0.tokensPerMinute = 600 })
        _ = try await limiter.acquire(TokenEstimate(prompt: 300, output: 0), maxWaitMs: 0)
        let large = Self.acquire(limiter, tokens: 600)
        await Self.wait { limiter.waitingCount == 1 }
        let small = Self.acquire(limiter, tokens: 300)
        await Self.wait { limiter.waitingCount == 2 }
        large.cancel()
        #expect(await large.value?.code == .canceled)
        #expect(await small.value?.code == nil)
        #expect(limiter.inFlightCount == 2)
    }

    @Test("A task that is cancelled already gets no permit")
    func canceledBefore() async throws {
        let limiter = RateLimiter(.none)
        let task = Self.acquire(limiter)
        task.cancel()
        #expect(await task.value?.code == .canceled)
        #expect(limiter.inFlightCount == 0)
    }

    @Test("A crowd that is cancelled while permits come back ends each of its tasks once, and leaks no permit")
    func canceledCrowd() async throws {
        let limiter = RateLimiter(Self.limits { $0.maxConcurrent = 3 })
        let tasks = (0..<500).map { _ in
            Self.acquire(limiter) { permit in EventLoop.shared.execute { permit.release(actualTokens: nil) } }
        }
        for (index, task) in tasks.enumerated() where index % 3 != 0 {
            task.cancel()
            if index % 7 == 0 { await Task.yield() }
        }
        for task in tasks {
            let error = await task.value
            #expect([nil, .canceled].contains(error?.code))
        }
        await Self.wait { limiter.inFlightCount == 0 }
        #expect(limiter.waitingCount == 0)
    }

    @Test("The loop's timer lets a call go when its time has come")
    func timer() async throws {
        // One every 2 ms.
        let limiter = RateLimiter(Self.limits { ($0.perMinute, $0.burst) = (30_000, 1) })
        let start = Instant.now
        let tasks = (0..<10).map { _ in Self.acquire(limiter) }
        for task in tasks { #expect(await task.value?.code == nil) }
        #expect(start.adding(milliseconds: 18) <= Instant.now)
    }

    @Test("Refused at once, with the limit, the wait and how long to wait in the error")
    func refused() async throws {
        let limiter = RateLimiter(Self.limits { ($0.perMinute, $0.burst) = (1, 1) })
        _ = try await limiter.acquire(.none, maxWaitMs: 1000)
        let refusal = await Self.acquire(limiter, maxWaitMs: 1000).value
        let error = try #require(refusal)
        #expect(error.code == .localLimit)
        #expect(error.isRetryable)
        let wait = try #require(error.retryAfterMs)
        #expect(wait > 1000 && wait <= 60_000)
        let message = "rate_limit.per_minute (1) lets the call go in \(wait) ms, and it may wait 1000 ms"
        #expect(error.message == message + " (rate_limit.max_wait_ms)")
    }

    @Test("With a max wait of 0 it goes at once or not at all; one that has to wait is told how many are ahead")
    func noWait() async throws {
        let limiter = RateLimiter(Self.limits { $0.maxConcurrent = 1 })
        let permit = try await limiter.acquire(.none, maxWaitMs: 0) { _ in Issue.record("nobody is ahead") }
        #expect(await Self.acquire(limiter, maxWaitMs: 0).value?.code == .localLimit)
        let others = (0..<2).map { _ in Self.acquire(limiter) }
        await Self.wait { limiter.waitingCount == 2 }
        var ahead: Int?
        _ = try? await limiter.acquire(.none, maxWaitMs: 1) { ahead = $0 }
        #expect(ahead == 2)
        for task in others { task.cancel() }
        permit.release(actualTokens: nil)
        await Self.wait { limiter.waitingCount == 0 }
    }

    @Test("One that waits in vain is told after its wait what it waited for")
    func gaveUp() async throws {
        let limiter = RateLimiter(Self.limits { $0.maxConcurrent = 1 })
        _ = try await limiter.acquire(.none, maxWaitMs: 0)
        let refusal = await Self.acquire(limiter, maxWaitMs: 5).value
        let error = try #require(refusal)
        #expect(error.code == .localLimit)
        #expect(error.isRetryable)
        #expect(error.message == "the call waited 5 ms (rate_limit.max_wait_ms) for rate_limit.max_concurrent (1)")
        #expect(limiter.waitingCount == 0)
    }

    @Test("One that asks for more tokens than the limit ever holds is told not to try again")
    func tooDear() async throws {
        let limiter = RateLimiter(Self.limits { $0.tokensPerMinute = 100 })
        let refusal = await Self.acquire(limiter, tokens: 101).value
        let error = try #require(refusal)
        #expect(error.code == .localLimit)
        #expect(!error.isRetryable)
        #expect(error.message.contains("101 tokens"))
        #expect(error.message.contains("rate_limit.tokens_per_minute (100)"))
    }

    @Test(
        "What a response says of the server's limits, and a failure's wait, hold for the next call; unless it is switched off",
        arguments: [
            (200, "x-ratelimit-remaining-requests", "0", true), (200, "x-ratelimit-remaining-requests", "1", false),
            (200, "x-ratelimit-remaining-tokens", "0", true), (200, "x-ratelimit-remaining-tokens", "5", false),
            (429, "retry-after", "3", true), (503, "retry-after-ms", "3000", true), (429, "x-unknown", "0", false),
            (200, "retry-after", "3", false), (429, "retry-after", "99999999", false),
        ]
    )
    func adaptive(status: Int, name: String, value: String, holds: Bool) async throws {
        for isAdaptive in [true, false] {
            let limiter = RateLimiter(Self.limits { $0.adaptive = isAdaptive })
            let permit = try await limiter.acquire(.none, maxWaitMs: 0)
            let headers =
                [HTTPHeader(name, value), HTTPHeader("x-ratelimit-reset-requests", "3s")]
                + [HTTPHeader("x-ratelimit-reset-tokens", "3s")]
            permit.observe(HTTPResponseHead(status: status, headers: headers))
            permit.release(actualTokens: nil)
            let error = await Self.acquire(limiter, maxWaitMs: 1000).value
            #expect(error?.code == (holds && isAdaptive ? .localLimit : nil))
            if let error { #expect(error.message.contains("the server's own limit")) }
        }
    }

    @Test("A hold keeps everybody until its moment")
    func hold() async throws {
        let limiter = RateLimiter(.none)
        let until = Instant.now.adding(milliseconds: 10)
        limiter.hold(until: until)
        #expect(await Self.acquire(limiter).value?.code == nil)
        #expect(until <= Instant.now)
    }
}

extension RateLimiter {
    /// As a call does: asks leave, and waits for it where it has to; then `queued` is told how many are ahead.
    func acquire(
        _ estimate: TokenEstimate,
        maxWaitMs: Int,
        queued: (Int) -> Void = { _ in }
    ) async throws(LLMError) -> Permit {
        switch try enter(estimate, maxWaitMs: maxWaitMs) {
        case .admitted(let permit): return permit
        case .waiting(let place):
            queued(place.others)
            return try await place.turn()
        }
    }
}
