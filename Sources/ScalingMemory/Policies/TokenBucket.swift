/// A token bucket: holds `capacity` at most, starts full, and refills evenly by `limit` in each `period`. In any window of a
/// period no more than `limit + capacity` can be taken.
///
/// It keeps one number, the moment at which it is full again, as the generic cell rate algorithm does (ITU-T I.371). That
/// moment is counted in nanoseconds times `limit`, so that what one nanosecond refills and what one taken unit costs are
/// both whole numbers: nothing is rounded, and nothing drifts.
struct TokenBucket: Sendable {
    enum Period: Int64, Sendable {
        case minute = 60_000_000_000
        case hour = 3_600_000_000_000
    }

    let capacity: Int
    private let limit: Int128
    private let period: Int128
    private var fullAt: Int128

    /// nil where `limit` is 0, which is none. `capacity` is 1 at least.
    init?(limit: Int, per period: Period, capacity: Int) {
        guard limit > 0 else { return nil }
        self.capacity = max(1, capacity)
        self.limit = Int128(limit)
        self.period = Int128(period.rawValue)
        fullAt = Int128(Int64.min) * self.limit
    }

    /// What it holds, whole units only; negative where more was used than there was.
    func level(at now: Instant) -> Int {
        let missing = max(0, fullAt - Int128(now.nanoseconds) * limit)
        let (quotient, remainder) = missing.quotientAndRemainder(dividingBy: period)
        return capacity - Int(clamping: quotient) - (remainder > 0 ? 1 : 0)
    }

    func isFull(at now: Instant) -> Bool {
        fullAt <= Int128(now.nanoseconds) * limit
    }

    /// The first moment at which as much as `amount` will have come in, if nothing else is taken. `amount` may be above the
    /// capacity: that of several calls, which take theirs one after the other.
    func moment(holding amount: Int) -> Instant {
        let target = fullAt + (Int128(amount) - Int128(capacity)) * period
        let (quotient, remainder) = target.quotientAndRemainder(dividingBy: limit)
        return Instant(nanoseconds: Int64(clamping: remainder > 0 ? quotient + 1 : quotient))
    }

    /// Takes `amount`, whether it is there or not.
    mutating func take(_ amount: Int, at now: Instant) {
        fullAt = max(fullAt, Int128(now.nanoseconds) * limit) + Int128(amount) * period
    }

    /// Gives back what was taken and not used. What the bucket cannot hold is lost.
    mutating func putBack(_ amount: Int) {
        fullAt -= Int128(amount) * period
    }
}
