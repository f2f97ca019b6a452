/// One limit of the server's, as its last response told it: so much may still go until it is renewed.
///
/// A fixed window is renewed as a whole, when it resets. Any other refills evenly until it is whole again at its reset: a
/// share of what was missing is there at any time before.
struct ServerWindow: Sendable {
    /// What refills is taken in portions, for each of which so much time passes at least. A window that resets sooner is
    /// waited for: a server whose windows turn out to be fixed and short does not have to refuse anything.
    private static let portionMs = 5000

    /// What comes back evenly in some time.
    private struct Refill: Sendable {
        let amount: Int
        let nanoseconds: Int64

        /// How long it takes until `part` of it is there, rounded up.
        func time(for part: Int) -> Int64 {
            let product = Int128(part) * Int128(nanoseconds)
            let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(amount))
            return Int64(clamping: remainder > 0 ? quotient + 1 : quotient)
        }

        /// How much of it is there after `time`, whole units only.
        func part(after time: Int64) -> Int {
            Int(clamping: Int128(time) * Int128(amount) / Int128(nanoseconds))
        }
    }

    private let limit: Int?
    /// What may still go. Below 0 where more is on its way than the server has left.
    private(set) var left: Int
    /// nil when the server did not say, or when that moment has passed: what is left then holds until a response says
    /// something newer.
    private var resetsAt: Instant?
    /// nil where the window is fixed, or the server did not say how much is missing.
    private let refill: Refill?
    /// `left` holds what has refilled up to here.
    private var refilledAt: Instant

    /// `uncounted` is what was sent and may have reached the server after it wrote the reading, which came at `now`. nil
    /// where the reading does not say how much is left.
    init?(_ reading: ServerLimits.Reading, uncounted: Int, at now: Instant) {
        guard let remaining = reading.remaining else { return nil }
        limit = reading.limit
        left = remaining - uncounted
        resetsAt = reading.resetsAt
        refilledAt = now
        if !reading.isFixedWindow, let limit, limit > remaining, let reset = resetsAt, reset > now {
            refill = Refill(amount: limit - remaining, nanoseconds: reset.nanoseconds - now.nanoseconds)
        } else {
            refill = nil
        }
    }

    /// Whether its reset is still to come.
    var isToReset: Bool { resetsAt != nil }

    /// Whether this allows less than `other`, and for as long.
    func isStricter(than other: ServerWindow) -> Bool {
        guard let resetsAt, let theirs = other.resetsAt else { return false }
        return left < other.left && resetsAt >= theirs
    }

    mutating func take(_ amount: Int) {
        left -= amount
    }

    /// When it is renewed so far that there is enough for `amount`, or as far as it ever is; nil where nothing is known to
    /// come.
    func renewal(for amount: Int) -> Instant? {
        guard let resetsAt, let refill else { return resetsAt }
        let time = refill.time(for: amount - max(0, left))
        let (enough, overflow) = refilledAt.nanoseconds.addingReportingOverflow(time)
        let portion = refilledAt.adding(milliseconds: Self.portionMs)
        return min(resetsAt, overflow ? resetsAt : max(portion, Instant(nanoseconds: enough)))
    }

    /// Renews the window if the moment has come for which `amount` waits. At the reset the whole limit is left, but for what
    /// is `underWay`, which the server may count in the new window. Before it there is more by what has refilled; what was on
    /// its way when nothing was left has been counted or refused by then, and is not owed. False when the window says nothing
    /// any more.
    mutating func renew(for amount: Int, at now: Instant, underWay: Int) -> Bool {
        if let reset = resetsAt, reset <= now {
            resetsAt = nil
            guard let limit else { return false }
            left = limit - underWay
        } else if let refill, left < amount, let renewal = renewal(for: amount), renewal <= now {
            left = max(0, left) + refill.part(after: now.nanoseconds - refilledAt.nanoseconds)
            refilledAt = now
        }
        return true
    }
}
