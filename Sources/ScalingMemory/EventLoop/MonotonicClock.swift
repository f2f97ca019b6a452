#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A moment of the machine's monotonic clock, in nanoseconds.
package struct Instant: Sendable, Comparable, Hashable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// The wall clock, in Unix milliseconds: for dates that come from outside.
    static var unixMilliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment `milliseconds` later; the end of time where that is past it.
    package func adding(milliseconds: Int) -> Instant {
        let (offset, overflow) = Int64(milliseconds).multipliedReportingOverflow(by: 1_000_000)
        if overflow { return Instant(nanoseconds: .max) }
        let (sum, pastEnd) = nanoseconds.addingReportingOverflow(offset)
        return Instant(nanoseconds: pastEnd ? .max : sum)
    }

    /// Milliseconds from `earlier` to here, to the microsecond.
    package func milliseconds(since earlier: Instant) -> Double {
        Double((nanoseconds - earlier.nanoseconds) / 1000) / 1000
    }
}
