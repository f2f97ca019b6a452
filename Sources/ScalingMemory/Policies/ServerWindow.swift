/// One limit of the server's, as its last response told it: so much may still go until it is renewed.
struct ServerWindow: Sendable {
    private let limit: Int?
    /// What may still go. Below 0 where more is on its way than the server has left.
    private(set) var left: Int
    /// nil when the server did not say, or when that moment has passed: what is left then holds until a response says
    /// something newer.
    private(set) var resetsAt: Instant?

    /// `uncounted` is what was sent and may have reached the server after it wrote the reading. nil where the reading does
    /// not say how much is left.
    init?(_ reading: ServerLimits.Reading, uncounted: Int) {
        guard let remaining = reading.remaining else { return nil }
        limit = reading.limit
        left = remaining - uncounted
        resetsAt = reading.resetsAt
    }

    /// Whether this allows less than `other`, and for as long.
    func isStricter(than other: ServerWindow) -> Bool {
        guard let resetsAt, let theirs = other.resetsAt else { return false }
        return left < other.left && resetsAt >= theirs
    }

    mutating func take(_ amount: Int) {
        left -= amount
    }

    /// Renews the window when its time has come: the whole limit is left then, but for what is `underWay`, which the server
    /// may count in the new window. False when the window says nothing any more.
    mutating func renew(at now: Instant, underWay: Int) -> Bool {
        guard let reset = resetsAt, reset <= now else { return true }
        resetsAt = nil
        guard let limit else { return false }
        left = limit - underWay
        return true
    }
}
