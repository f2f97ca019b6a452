/// Decides how long the loop leaves ready descriptors lying, so that one turn takes several.
///
/// With many streams that each bring a small event now and then, a turn for each event costs more than the event: the loop's
/// waking, its reader's waking, and the way back to sleep. Where events come from many descriptors and often, the loop waits for
/// a few more of them, a quarter of a millisecond at most. A turn that finds much to do as it is is not put off, and neither is
/// anything while there are few descriptors: a single stream or call never waits. Knows no clock.
struct TurnPacing {
    /// Linux adds some 50 microseconds.
    private static let longestPauseNs = 250_000
    /// A pause is for as many events to come.
    private static let eventsPerPause = 6
    /// Below this many a second hardly two would be taken together.
    private static let fewestPerSecond = 8000
    /// From so many descriptors on, one that waits does not keep its peer from going on: others have their turn meanwhile.
    private static let fewestDescriptors = 64
    /// A turn with this many pays for itself.
    private static let enoughPerTurn = 16
    /// Decided anew after so many turns.
    private static let turnsPerLook = 32

    /// How long to wait before the next turn; 0: not at all.
    private(set) var pauseNs = 0
    private var lookedAt = Instant(nanoseconds: 0)
    private var turns = 0
    private var ready = 0

    /// A turn begins at `now` with `count` ready descriptors of `watched`.
    mutating func turnBegins(at now: Instant, ready count: Int, of watched: Int) {
        turns += 1
        ready += count
        guard turns == Self.turnsPerLook else { return }
        let elapsedNs = Int(now.nanoseconds - lookedAt.nanoseconds)
        let comeOften = ready * 1_000_000_000 / Self.fewestPerSecond >= elapsedNs
        if watched >= Self.fewestDescriptors, comeOften, ready < turns * Self.enoughPerTurn {
            pauseNs = min(Self.longestPauseNs, elapsedNs * Self.eventsPerPause / ready)
        } else {
            pauseNs = 0
        }
        lookedAt = now
        turns = 0
        ready = 0
    }
}
