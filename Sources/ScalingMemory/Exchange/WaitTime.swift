/// How long servers ask to wait, in milliseconds.
enum WaitTime {
    /// A year. Who asks for more, or for more than a number can hold, asks for this: it is as good as for ever, and no sum
    /// with it overflows.
    static let longestMs = 366 * 24 * 3600 * 1000

    /// Reads digits with a fraction or without, such as "2" or "0.25", in units of `unitMs`. nil for anything else: signs,
    /// exponents, "inf".
    static func milliseconds(_ text: String, unitMs: Double) -> Int? {
        guard text.utf8.contains(where: isDigit), text.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
            let number = Double(text)
        else { return nil }
        let milliseconds = (number * unitMs).rounded(.up)
        return milliseconds < Double(longestMs) ? Int(milliseconds) : longestMs
    }

    /// Reads a duration of Google's JSON, "34.07s". https://protobuf.dev/reference/protobuf/google.protobuf/#duration
    static func milliseconds(duration text: String) -> Int? {
        text.utf8.last == UInt8(ascii: "s") ? milliseconds(String(text.dropLast()), unitMs: 1000) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
