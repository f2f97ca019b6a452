/// When a server's limit is renewed, in the spellings that rate limit fields have.
enum ResetTime {
    /// What is further away than this is taken for a mistake.
    static let furthestMs = 31 * 24 * 60 * 60 * 1000

    /// Reads a duration ("1s", "6m0s", "12ms", "1h2m3.5s": Go's notation, which OpenAI has), a plain number (seconds from
    /// now, Unix seconds or Unix milliseconds, by its magnitude) or a date of RFC 3339 (Anthropic). `unixMs` is the wall
    /// clock at `now`. nil for anything else. A moment that is past is `now`.
    static func instant(_ text: String, at now: Instant, unixMs: Int) -> Instant? {
        guard let milliseconds = milliseconds(text, unixMs: unixMs), milliseconds <= Double(furthestMs) else {
            return nil
        }
        return now.adding(milliseconds: Int(max(0, milliseconds).rounded(.up)))
    }

    private static func milliseconds(_ text: String, unixMs: Int) -> Double? {
        if let number = Double(text) {
            guard number.isFinite, number >= 0 else { return nil }
            if number < 1e9 { return number * 1000 }
            return (number < 1e11 ? number * 1000 : number) - Double(unixMs)
        }
        let bytes = Array(text.utf8)
        return duration(bytes) ?? date(bytes).map { $0 - Double(unixMs) }
    }

    // MARK: Durations

    private static func duration(_ bytes: [UInt8]) -> Double? {
        var rest = bytes[...]
        var sum = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(String(decoding: digits, as: UTF8.self)),
                let scale = unitMs(String(decoding: unit, as: UTF8.self))
            else { return nil }
            sum += number * scale
        }
        return sum
    }

    private static func unitMs(_ name: String) -> Double? {
        switch name {
        case "d": 86_400_000
        case "h": 3_600_000
        case "m": 60_000
        case "s": 1000
        case "ms": 1
        case "us", "µs", "μs": 0.001
        case "ns": 0.000_001
        default: nil
        }
    }

    // MARK: Dates

    /// RFC 3339, section 5.6, as Unix milliseconds.
    private static func date(_ bytes: [UInt8]) -> Double? {
        guard bytes.count >= 20,
            let seconds = UnixTime.seconds(iso8601: String(decoding: bytes[..<19], as: UTF8.self) + "Z")
        else { return nil }
        var rest = bytes[19...]
        var milliseconds = Double(seconds) * 1000
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard let fraction = Double("0." + String(decoding: digits, as: UTF8.self)) else { return nil }
            milliseconds += fraction * 1000
            rest = rest.dropFirst(1 + digits.count)
        }
        return offsetMs(rest).map { milliseconds - $0 }
    }

    /// "Z" or "+01:00".
    private static func offsetMs(_ text: ArraySlice<UInt8>) -> Double? {
        let bytes = Array(text)
        if bytes == Array("Z".utf8) || bytes == Array("z".utf8) { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), [1, 2, 4, 5].allSatisfy({ isDigit(bytes[$0]) }),
            let hours = Double(String(decoding: bytes[1...2], as: UTF8.self)),
            let minutes = Double(String(decoding: bytes[4...5], as: UTF8.self))
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return (hours * 60 + minutes) * 60_000
        case UInt8(ascii: "-"): return -(hours * 60 + minutes) * 60_000
        default: return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
