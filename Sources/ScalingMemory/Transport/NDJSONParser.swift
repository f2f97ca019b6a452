#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Cuts newline-delimited JSON into its lines: https://github.com/ndjson/ndjson-spec
///
/// Lines end in LF or CRLF; blank ones are passed over, as is a byte-order mark. Events have no names. Takes pieces cut
/// anywhere, and time linear in their length: a line that is whole in its piece is never copied.
package struct NDJSONParser {
    private let maximumEventBytes: Int
    /// The beginning of a line whose end has not come yet.
    private var lineStart: [UInt8] = []
    private var isFirstLine = true
    private var hasStopped = false

    package init(maximumEventBytes: Int) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// See `FrameParser.feed`.
    package mutating func feed(
        _ piece: UnsafeRawBufferPointer,
        _ deliver: (WireEvent) -> Bool
    ) throws(FramingError) {
        var position = 0
        while !hasStopped, let lineFeed = Self.lineFeed(in: piece, from: position) {
            let line = UnsafeRawBufferPointer(rebasing: piece[position..<lineFeed])
            position = lineFeed + 1
            if lineStart.isEmpty {
                try take(line, isTerminated: true, deliver)
            } else {
                lineStart.append(contentsOf: line)
                try takeLineStart(isTerminated: true, deliver)
            }
        }
        guard !hasStopped else { return }
        lineStart.append(contentsOf: piece[position...])
        // A line's beginning may hold a mark and a CR that do not count; the line itself is measured when it is whole.
        if lineStart.count - 4 > maximumEventBytes { throw .tooLarge }
    }

    /// See `FrameParser.finish`.
    package mutating func finish(_ deliver: (WireEvent) -> Bool) throws(FramingError) {
        guard !hasStopped else { return }
        defer { hasStopped = true }
        try takeLineStart(isTerminated: false, deliver)
    }

    private mutating func takeLineStart(isTerminated: Bool, _ deliver: (WireEvent) -> Bool) throws(FramingError) {
        var whole: [UInt8] = []
        swap(&whole, &lineStart)
        try whole.withUnsafeBufferPointer { (bytes) throws(FramingError) in
            try take(UnsafeRawBufferPointer(bytes), isTerminated: isTerminated, deliver)
        }
        swap(&whole, &lineStart)
        lineStart.empty()
    }

    private mutating func take(
        _ line: UnsafeRawBufferPointer,
        isTerminated: Bool,
        _ deliver: (WireEvent) -> Bool
    ) throws(FramingError) {
        var line = line[...]
        if isFirstLine {
            isFirstLine = false
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            if line.starts(with: mark) { line = line.dropFirst(3) }
        }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        if line.count > maximumEventBytes { throw .tooLarge }
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
        let event = WireEvent(
            name: UnsafeRawBufferPointer(start: nil, count: 0),
            data: UnsafeRawBufferPointer(rebasing: line),
            isTerminated: isTerminated
        )
        if !deliver(event) { hasStopped = true }
    }

    private static func lineFeed(in piece: UnsafeRawBufferPointer, from position: Int) -> Int? {
        guard let base = piece.baseAddress, position < piece.count,
            let found = memchr(base + position, Int32(UInt8(ascii: "\n")), piece.count - position)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
