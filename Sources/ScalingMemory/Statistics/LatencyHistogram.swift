/// Counts durations so that their percentiles can be told, with an error of half a percent at most and without keeping them:
/// the log-linear method of Gil Tene's HdrHistogram (http://hdrhistogram.org).
///
/// Microseconds up to 255 have a counter each. Above, every power of two is cut into 128 counters of the same width, up to
/// 2^32 microseconds, which is more than an hour; what is longer is counted as that. A power's counters take memory only
/// once something has fallen into it.
package struct LatencyHistogram: Sendable {
    private static let countersPerPart = 128
    private static let counterBits = 7
    /// The longest duration that is told apart from longer ones, in microseconds.
    package static let maximum = (1 << 32) - 1
    private static let partCount = 32 - counterBits + 1

    /// The counters in parts: 0 to 127, 128 to 255, and then one for each power of two.
    private var parts = [[UInt32]](repeating: [], count: partCount)
    package private(set) var count = 0
    private var sum = 0.0
    private var longest = 0

    package init() {}

    /// In milliseconds; less than nothing counts as nothing.
    package mutating func record(milliseconds: Double) {
        let microseconds = (milliseconds * 1000).rounded()
        // Not a number: also nothing.
        guard microseconds > 0 else { return record(microseconds: 0) }
        record(microseconds: microseconds < Double(Self.maximum) ? Int(microseconds) : Self.maximum)
    }

    package mutating func record(microseconds: Int) {
        let value = min(max(microseconds, 0), Self.maximum)
        let (part, counter) = Self.place(of: value)
        if parts[part].isEmpty { parts[part] = [UInt32](repeating: 0, count: Self.countersPerPart) }
        if parts[part][counter] < UInt32.max { parts[part][counter] += 1 }
        count += 1
        sum += Double(value)
        longest = max(longest, value)
    }

    // MARK: Reading, in milliseconds; nil while nothing was recorded

    /// The duration that `percent` of all do not exceed.
    package func percentile(_ percent: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = min(max(Int((percent / 100 * Double(count)).rounded(.up)), 1), count)
        var passed = 0
        for (part, counters) in parts.enumerated() {
            for (counter, number) in counters.enumerated() where number > 0 {
                passed += Int(number)
                if passed >= rank { return min(Self.middle(part, counter), Double(longest)) / 1000 }
            }
        }
        return maximum
    }

    package var maximum: Double? {
        count > 0 ? Double(longest) / 1000 : nil
    }

    package var mean: Double? {
        count > 0 ? (sum / Double(count)).rounded() / 1000 : nil
    }

    // MARK: Counters

    private static func place(of value: Int) -> (part: Int, counter: Int) {
        guard value >= 2 * countersPerPart else { return (value / countersPerPart, value % countersPerPart) }
        let power = Int.bitWidth - 1 - value.leadingZeroBitCount
        let shift = power - counterBits
        return (shift + 1, (value >> shift) - countersPerPart)
    }

    /// The middle of the durations that share a counter, in microseconds.
    private static func middle(_ part: Int, _ counter: Int) -> Double {
        guard part > 1 else { return Double(part * countersPerPart + counter) }
        let shift = part - 1
        let first = (countersPerPart + counter) << shift
        return Double(first) + Double((1 << shift) - 1) / 2
    }
}
