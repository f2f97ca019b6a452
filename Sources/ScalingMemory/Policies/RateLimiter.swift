/// Lets calls go as the limits allow: `AdmissionControl`, driven by the event loop's clock.
@IOThread
package final class RateLimiter {
    private let limits: RateLimitSettings
    private var control: AdmissionControl
    private var waiters: [WaitQueue.Ticket: Waiter] = [:]
    private var timer: TimerQueue.Timer?

    package init(_ limits: RateLimitSettings) {
        self.limits = limits
        control = AdmissionControl(limits)
    }

    /// A call whose turn has not come. It may come before the call has begun to wait.
    @IOThread
    fileprivate final class Waiter {
        let maxWaitMs: Int
        private var result: Result<Permit, LLMError>?
        private var continuation: UnsafeContinuation<Result<Permit, LLMError>, Never>?

        init(maxWaitMs: Int) {
            self.maxWaitMs = maxWaitMs
        }

        func wait(_ continuation: UnsafeContinuation<Result<Permit, LLMError>, Never>) {
            if let result { return continuation.resume(returning: result) }
            self.continuation = continuation
        }

        func end(_ result: Result<Permit, LLMError>) {
            self.result = result
            continuation?.resume(returning: result)
        }
    }

    /// How many calls wait for their turn.
    package var waitingCount: Int { control.queue.count }
    /// How many permits are out.
    package var inFlightCount: Int { control.inFlight }

    /// Whether it is as if it had just been made, so that nobody would miss it.
    var isAtRest: Bool { control.isAtRest(at: .now) }

    // MARK: Calls

    /// A place in the line.
    package struct Place: Sendable {
        fileprivate let ticket: WaitQueue.Ticket
        fileprivate let waiter: Waiter
        fileprivate let limiter: RateLimiter
        /// How many are ahead.
        package let others: Int

        /// Waits for the permit. Throws as `enter` does.
        @IOThread
        package func turn() async throws(LLMError) -> Permit { try await limiter.turn(of: self) }
    }

    package enum Entry: Sendable {
        case admitted(Permit)
        case waiting(Place)
    }

    /// Asks leave for a call of this estimate, which may wait `maxWaitMs` at most; 0 does not wait. Throws `localLimit` where it
    /// cannot go in time, at once if that is known at once, and `canceled` when the task is; whoever gets no permit has used up
    /// nothing. A permit is to be released when the call has ended. Whoever gets a place is to wait for its turn: apart from
    /// this, since mostly nobody has to, and a task needs room for a wait.
    package func enter(_ estimate: TokenEstimate, maxWaitMs: Int) throws(LLMError) -> Entry {
        if Task.isCancelled { throw Self.canceled }
        let now = Instant.now
        switch control.enqueue(estimate, givingUpAt: now.adding(milliseconds: maxWaitMs), at: now) {
        case .admitted(let grant): return .admitted(Permit(grant, from: self))
        case .refused(let refusal): throw refusal.error(of: estimate, limits, maxWaitMs: maxWaitMs)
        case .waiting(let ticket):
            let others = control.queue.count - 1
            let waiter = Waiter(maxWaitMs: maxWaitMs)
            waiters[ticket] = waiter
            advance()
            return .waiting(Place(ticket: ticket, waiter: waiter, limiter: self, others: others))
        }
    }

    private func turn(of place: Place) async throws(LLMError) -> Permit {
        let (waiter, ticket) = (place.waiter, place.ticket)
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter.wait($0) }
        } onCancel: {
            EventLoop.shared.execute { self.cancel(ticket) }
        }
        return try result.get()
    }

    /// Does nothing when the call has been answered.
    private func cancel(_ ticket: WaitQueue.Ticket) {
        guard control.cancel(ticket) else { return }
        waiters.removeValue(forKey: ticket)?.end(.failure(Self.canceled))
        advance()
    }

    private static let canceled = LLMError(.canceled, "the call was cancelled")

    // MARK: Permits

    fileprivate func release(_ grant: AdmissionControl.Grant, actualTokens: Int?, wasAnswered: Bool) {
        control.release(grant, actualTokens: actualTokens, wasAnswered: wasAnswered, at: .now)
        advance()
    }

    fileprivate func observe(_ head: HTTPResponseHead, of grant: AdmissionControl.Grant) {
        let now = Instant.now
        let unixMs = Instant.unixMilliseconds
        let said = limits.adaptive ? ServerLimits(head, at: now, unixMs: unixMs) : nil
        control.observe(said, of: grant, at: now)
        if limits.adaptive, head.status >= 400, let wait = head.retryAfterMs(now: unixMs / 1000),
            wait <= ResetTime.furthestMs
        {
            control.hold(until: now.adding(milliseconds: wait))
        }
        advance()
    }

    /// Lets nothing go before `moment`.
    package func hold(until moment: Instant) {
        control.hold(until: moment)
        advance()
    }

    // MARK: Time

    private func advance() {
        let now = Instant.now
        var events: [AdmissionControl.Event] = []
        control.advance(to: now) { events.append($0) }
        for event in events {
            switch event {
            case .admitted(let ticket, let grant):
                waiters.removeValue(forKey: ticket)?.end(.success(Permit(grant, from: self)))
            case .gaveUp(let ticket, let refusal):
                guard let waiter = waiters.removeValue(forKey: ticket) else { continue }
                waiter.end(.failure(refusal.error(limits, afterMs: waiter.maxWaitMs)))
            }
        }
        wakeUp(at: control.nextWakeUp(at: now))
    }

    private func wakeUp(at moment: Instant?) {
        if let timer, timer.deadline != moment {
            Reactor.current.cancel(timer)
            self.timer = nil
        }
        guard timer == nil, let moment else { return }
        timer = Reactor.current.schedule(at: moment) { [weak self] in
            self?.timer = nil
            self?.advance()
        }
    }
}

/// Leave for one attempt at a call. Released once, when the attempt has ended.
@IOThread
package final class Permit {
    private let limiter: RateLimiter
    private let grant: AdmissionControl.Grant
    private var wasAnswered = false
    private var isReleased = false

    fileprivate init(_ grant: AdmissionControl.Grant, from limiter: RateLimiter) {
        self.grant = grant
        self.limiter = limiter
    }

    /// The call's response has begun: what it says of the server's limits, and a failure's wait, hold for all calls. Counts
    /// once, and not after `release`.
    package func observe(_ head: HTTPResponseHead) {
        guard !wasAnswered, !isReleased else { return }
        wasAnswered = true
        limiter.observe(head, of: grant)
    }

    /// The attempt has ended. `actualTokens` is what it used, in place of the estimate; nil leaves it at that. Does nothing
    /// the second time.
    package func release(actualTokens: Int?) {
        guard !isReleased else { return }
        isReleased = true
        limiter.release(grant, actualTokens: actualTokens, wasAnswered: wasAnswered)
    }
}
