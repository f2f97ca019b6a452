/// Decides when calls may go: the rate limiter without clock, timers or tasks. What happens comes in with its time, what is
/// to be done comes out.
///
/// First come, first served: nobody overtakes, however little it asks for. A call takes from all limits at once when it
/// goes, and nothing before. What can be said at once is: a call that the buckets, with everyone ahead of it counted, cannot
/// let go before it gives up is refused when it comes.
struct AdmissionControl: Sendable {
    enum Limit: Sendable, Hashable {
        case perMinute, perHour, tokensPerMinute, maxConcurrent
        /// The server's own, or a wait that it asked for.
        case server
    }

    /// A call that has gone; to be given back with `release`, once.
    struct Grant: Sendable {
        let estimate: TokenEstimate
        fileprivate let sent: Int
        fileprivate let answered: ServerAllowance.Tally
    }

    struct Refusal: Sendable, Equatable {
        let limit: Limit
        /// How long until it could go; nil where that depends on other calls' ends.
        let waitMs: Int?
        /// Waiting would not help: it asks for more than the limit ever holds.
        var isForGood = false
    }

    enum Decision: Sendable {
        case admitted(Grant)
        case waiting(WaitQueue.Ticket)
        case refused(Refusal)
    }

    enum Event: Sendable {
        case admitted(WaitQueue.Ticket, Grant)
        case gaveUp(WaitQueue.Ticket, Refusal)
    }

    private var minute: TokenBucket?
    private var hour: TokenBucket?
    private var tokens: TokenBucket?
    private let maxConcurrent: Int
    private var server = ServerAllowance()
    private(set) var queue = WaitQueue()
    private(set) var inFlight = 0

    init(_ limits: RateLimitSettings) {
        let burst = limits.burst > 0 ? limits.burst : limits.perMinute
        minute = TokenBucket(limit: limits.perMinute, per: .minute, capacity: burst)
        // With a minute's limit beside it, the hour's bucket saves up a whole hour: with no more than the burst it would be
        // empty whenever the slower of the two rates is its own, and the minute's limit would mean nothing.
        let hourly = minute == nil && limits.burst > 0 ? limits.burst : limits.perHour
        hour = TokenBucket(limit: limits.perHour, per: .hour, capacity: hourly)
        tokens = TokenBucket(limit: limits.tokensPerMinute, per: .minute, capacity: limits.tokensPerMinute)
        maxConcurrent = limits.maxConcurrent
    }

    // MARK: Calls

    /// A call comes. It gives up at `deadline`. Where it is to wait, `advance` says what becomes of it.
    mutating func enqueue(_ estimate: TokenEstimate, givingUpAt deadline: Instant, at now: Instant) -> Decision {
        if let tokens, estimate.total > tokens.capacity {
            return .refused(Refusal(limit: .tokensPerMinute, waitMs: nil, isForGood: true))
        }
        if queue.isEmpty, obstacle(to: estimate, at: now) == nil { return .admitted(admit(estimate, at: now)) }
        let earliest = earliest(estimate, at: now)
        if let earliest, earliest.moment > deadline {
            return .refused(Refusal(limit: earliest.limit, waitMs: Self.wait(from: now, to: earliest.moment)))
        }
        return .waiting(queue.append(estimate, givingUpAt: deadline))
    }

    /// A call that waits does so no more. False when it did not.
    mutating func cancel(_ ticket: WaitQueue.Ticket) -> Bool {
        queue.remove(ticket)
    }

    /// A call has ended. `actualTokens` replaces what was reserved; nil keeps it. `wasAnswered`: `observe` was told of its
    /// response.
    mutating func release(_ grant: Grant, actualTokens: Int?, wasAnswered: Bool, at now: Instant) {
        inFlight -= 1
        if !wasAnswered { server.answer(grant.estimate) }
        guard let actualTokens else { return }
        let excess = max(0, actualTokens) - grant.estimate.total
        if excess > 0 { tokens?.take(excess, at: now) } else { tokens?.putBack(-excess) }
    }

    // MARK: The server

    /// A call's response has begun, with what it says of the server's limits. Once for each call.
    mutating func observe(_ limits: ServerLimits?, of grant: Grant, at now: Instant) {
        server.answer(grant.estimate)
        guard let limits else { return }
        server.observe(limits, of: grant.estimate, sent: (grant.sent, grant.answered), at: now)
    }

    /// Nothing goes before `moment`.
    mutating func hold(until moment: Instant) {
        server.hold(until: moment)
    }

    // MARK: Time

    /// Says who goes now and who gives up, in this order: a call that may go goes, be it at its last moment. To be called
    /// after every other input, and at `nextWakeUp`.
    mutating func advance(to now: Instant, _ take: (Event) -> Void) {
        repeat {
            while let head = queue.head, obstacle(to: head, at: now) == nil, let (ticket, estimate) = queue.popFirst() {
                take(.admitted(ticket, admit(estimate, at: now)))
            }
        } while expire(at: now, take)
    }

    /// Whether the head of the queue may have changed.
    private mutating func expire(at now: Instant, _ take: (Event) -> Void) -> Bool {
        guard let deadline = queue.nextDeadline, deadline <= now else { return false }
        let refusal = refusalOfWaiter(at: now)
        while let ticket = queue.popExpired(at: now) { take(.gaveUp(ticket, refusal)) }
        return true
    }

    /// When `advance` has something to say though nothing else happens; nil: never.
    mutating func nextWakeUp(at now: Instant) -> Instant? {
        guard let head = queue.head else { return nil }
        var wakeUp = queue.nextDeadline
        if let obstacle = obstacle(to: head, at: now), let moment = obstacle.moment {
            wakeUp = min(wakeUp ?? moment, moment)
        }
        return wakeUp
    }

    /// Whether it is as if it had just been made.
    mutating func isAtRest(at now: Instant) -> Bool {
        queue.isEmpty && inFlight == 0 && server.isForgotten(at: now)
            && [minute, hour, tokens].allSatisfy { $0?.isFull(at: now) ?? true }
    }

    /// What a limit's bucket holds; nil where there is none.
    func level(_ limit: Limit, at now: Instant) -> Int? {
        switch limit {
        case .perMinute: minute?.level(at: now)
        case .perHour: hour?.level(at: now)
        case .tokensPerMinute: tokens?.level(at: now)
        case .maxConcurrent, .server: nil
        }
    }
}

// MARK: What is in the way

extension AdmissionControl {
    private struct Obstacle {
        var limit: Limit
        /// nil: until a call that is under way has news or ends.
        var moment: Instant?
    }

    private mutating func admit(_ estimate: TokenEstimate, at now: Instant) -> Grant {
        minute?.take(1, at: now)
        hour?.take(1, at: now)
        tokens?.take(estimate.total, at: now)
        inFlight += 1
        let (sent, answered) = server.send(estimate)
        return Grant(estimate: estimate, sent: sent, answered: answered)
    }

    /// What keeps a call from going now; nil where nothing does.
    private mutating func obstacle(to estimate: TokenEstimate, at now: Instant) -> Obstacle? {
        if maxConcurrent > 0, inFlight >= maxConcurrent { return Obstacle(limit: .maxConcurrent) }
        var last = bucketsHolding(requests: 1, tokens: estimate.total)
        switch server.obstacle(to: estimate, at: now) {
        case .news: return Obstacle(limit: .server)
        case .until(let moment): last = later(last, Obstacle(limit: .server, moment: moment))
        case nil: break
        }
        guard let last, let moment = last.moment, moment > now else { return nil }
        return last
    }

    /// When all buckets will have held so much, and which is the last to.
    private func bucketsHolding(requests: Int, tokens amount: Int) -> Obstacle? {
        var last = minute.map { Obstacle(limit: .perMinute, moment: $0.moment(holding: requests)) }
        if let hour { last = later(last, Obstacle(limit: .perHour, moment: hour.moment(holding: requests))) }
        if let tokens { last = later(last, Obstacle(limit: .tokensPerMinute, moment: tokens.moment(holding: amount))) }
        return last
    }

    private func later(_ one: Obstacle?, _ other: Obstacle) -> Obstacle {
        guard let one, let moment = one.moment, let others = other.moment, moment >= others else { return other }
        return one
    }

    /// Before when a call that comes now cannot go: the buckets have to serve everyone ahead of it first, and the server's
    /// word stands while no response can change it. nil: nothing is known to be in its way but other calls.
    private mutating func earliest(_ estimate: TokenEstimate, at now: Instant) -> (moment: Instant, limit: Limit)? {
        var last = bucketsHolding(requests: queue.count + 1, tokens: queue.tokens + estimate.total)
        var word = server.heldUntil
        if inFlight == 0, case .until(let moment) = server.obstacle(to: estimate, at: now) { word = moment }
        if let word { last = later(last, Obstacle(limit: .server, moment: word)) }
        guard let last, let moment = last.moment, moment > now else { return nil }
        return (moment, last.limit)
    }

    /// For whoever gave up in the queue: what its head waits for, and how long the buckets would take to serve one more.
    private mutating func refusalOfWaiter(at now: Instant) -> Refusal {
        guard let head = queue.head, let obstacle = obstacle(to: head, at: now) else {
            return Refusal(limit: .maxConcurrent, waitMs: nil)
        }
        guard obstacle.moment != nil, let earliest = earliest(.none, at: now) else {
            return Refusal(limit: obstacle.limit, waitMs: nil)
        }
        return Refusal(limit: obstacle.limit, waitMs: Self.wait(from: now, to: earliest.moment))
    }

    /// In whole milliseconds, rounded up.
    private static func wait(from now: Instant, to moment: Instant) -> Int {
        let (nanoseconds, overflow) = moment.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        return overflow ? .max : Int(max(0, nanoseconds) / 1_000_000) + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    }
}
