/// What the server still allows, going by what its responses said: windows of which so much is left, and a moment before
/// which it wants to hear nothing.
///
/// A response tells what was left when the server wrote it. Calls that were on their way then may or may not be in that
/// count; here they are taken not to be. Known to be in it are those alone whose own responses had begun before the call
/// that brought the news was sent.
struct ServerAllowance: Sendable {
    /// Amounts of calls, since the beginning.
    struct Tally: Sendable {
        fileprivate var calls = 0
        fileprivate var estimate = TokenEstimate.none

        fileprivate mutating func add(_ other: TokenEstimate) {
            calls += 1
            estimate.prompt &+= other.prompt
            estimate.output &+= other.output
        }

        fileprivate func amount(_ window: ServerLimits.Window) -> Int {
            switch window {
            case .requests: calls
            case .tokens: estimate.prompt &+ estimate.output
            case .inputTokens: estimate.prompt
            case .outputTokens: estimate.output
            }
        }
    }

    private struct Known: Sendable {
        var window: ServerWindow
        /// How many calls had gone before the one that brought the news.
        var source: Int
    }

    private var sent = Tally()
    private var answered = Tally()
    private var known = [Known?](repeating: nil, count: ServerLimits.Window.allCases.count)
    private var knowsNothing = true
    private(set) var heldUntil: Instant?

    // MARK: Calls

    /// A call goes. The tally is to be given back with what its response says.
    mutating func send(_ estimate: TokenEstimate) -> (sent: Int, answered: Tally) {
        let before = (sent.calls, answered)
        sent.add(estimate)
        if !knowsNothing {
            for window in ServerLimits.Window.allCases {
                known[window.rawValue]?.window.take(Self.amount(of: estimate, window))
            }
        }
        return before
    }

    /// A call's response has begun, or the call has ended without one. Once for each call.
    mutating func answer(_ estimate: TokenEstimate) {
        answered.add(estimate)
    }

    // MARK: What the server says

    mutating func hold(until moment: Instant) {
        heldUntil = max(heldUntil ?? moment, moment)
    }

    /// Takes what the response to a call says, which `send` gave `before`. A call that was sent before the one that brought
    /// what is known can only make it stricter: its response may be the older one.
    mutating func observe(
        _ limits: ServerLimits,
        of estimate: TokenEstimate,
        sent before: (sent: Int, answered: Tally),
        at now: Instant
    ) {
        for window in ServerLimits.Window.allCases {
            let uncounted =
                sent.amount(window) &- before.answered.amount(window) &- Self.amount(of: estimate, window)
            guard let new = ServerWindow(limits[window], uncounted: uncounted, at: now) else { continue }
            if let old = known[window.rawValue], old.source > before.sent, !new.isStricter(than: old.window) {
                continue
            }
            known[window.rawValue] = Known(window: new, source: before.sent)
            knowsNothing = false
        }
    }

    /// What keeps a call from going.
    enum Obstacle: Sendable {
        case until(Instant)
        /// A response of a call that is under way, or its end.
        case news
    }

    /// nil where the call may go at `now`.
    mutating func obstacle(to estimate: TokenEstimate, at now: Instant) -> Obstacle? {
        var latest: Instant?
        if let held = heldUntil {
            if held > now { latest = held } else { heldUntil = nil }
        }
        if knowsNothing { return latest.map(Obstacle.until) }
        for window in ServerLimits.Window.allCases {
            switch obstacle(in: window, to: Self.amount(of: estimate, window), at: now) {
            case .until(let reset): latest = max(latest ?? reset, reset)
            case .news: return .news
            case nil: break
            }
        }
        return latest.map(Obstacle.until)
    }

    private mutating func obstacle(in window: ServerLimits.Window, to amount: Int, at now: Instant) -> Obstacle? {
        guard var known = known[window.rawValue] else { return nil }
        let underWay = sent.amount(window) &- answered.amount(window)
        // Where nothing is left nothing goes, also what is taken to cost nothing.
        let amount = max(1, amount)
        guard known.window.renew(for: amount, at: now, underWay: underWay) else {
            self.known[window.rawValue] = nil
            return nil
        }
        self.known[window.rawValue] = known
        guard known.window.left < amount else { return nil }
        if let renewal = known.window.renewal(for: amount) { return .until(renewal) }
        if underWay > 0 { return .news }
        // Nobody is left who could bring news: somebody has to go and ask.
        self.known[window.rawValue] = nil
        return nil
    }

    /// Whether nothing of what was said counts any more, provided that nothing is under way: what is known then is that the
    /// whole limit is there.
    mutating func isForgotten(at now: Instant) -> Bool {
        obstacle(to: .none, at: now) == nil && known.allSatisfy { !($0?.window.isToReset ?? false) }
    }

    private static func amount(of estimate: TokenEstimate, _ window: ServerLimits.Window) -> Int {
        switch window {
        case .requests: 1
        case .tokens: estimate.total
        case .inputTokens: estimate.prompt
        case .outputTokens: estimate.output
        }
    }
}
