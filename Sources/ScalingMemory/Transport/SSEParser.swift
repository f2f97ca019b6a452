#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Cuts an event stream into events, as the HTML standard says:
/// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
///
/// Takes pieces cut anywhere, and time linear in their length: a line that is whole in its piece is never copied, one that
/// is not is copied once. `id` and `retry` are for reconnecting, which nobody does here; they are passed over.
package struct SSEParser {
    private let maximumEventBytes: Int
    /// The beginning of a line whose end has not come yet.
    private var lineStart: [UInt8] = []
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var isFirstLine = true
    /// The last piece ended with CR: a line feed at the beginning of the next one belongs to it.
    private var endedWithCR = false
    private var hasStopped = false

    /// How many bytes were looked at in search of line ends, and how many were copied: each is at most twice the bytes that
    /// were fed, whatever they were and however they were cut.
    package private(set) var work = (searched: 0, copied: 0)

    package init(maximumEventBytes: Int) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// Takes a piece and hands over the events that it completes. When `deliver` returns false, the rest of the stream is
    /// passed over.
    package mutating func feed(
        _ piece: UnsafeRawBufferPointer,
        _ deliver: (WireEvent) -> Bool
    ) throws(FramingError) {
        var lines = LineCursor(piece)
        defer { work.searched += lines.searched }
        if endedWithCR, !piece.isEmpty {
            lines.skipLineFeed()
            endedWithCR = false
        }
        // Data of the current event that still lies in the piece.
        var inPlace: UnsafeRawBufferPointer?
        while !hasStopped, let line = lines.next() {
            endedWithCR = line.endsWithCRAtEnd
            if lineStart.isEmpty {
                take(line.bytes, isInPiece: true, &inPlace, deliver)
            } else {
                extendLineStart(with: line.bytes)
                if isTooLong(lineStart.count) { throw .tooLarge }
                // Swapped out and in again: a copy would be as large as the longest line so far, each time.
                var whole: [UInt8] = []
                swap(&whole, &lineStart)
                whole.withUnsafeBytes { take($0, isInPiece: false, &inPlace, deliver) }
                swap(&whole, &lineStart)
                lineStart.empty()
            }
            if data.count + (inPlace?.count ?? 0) > maximumEventBytes || isTooLong(line.bytes.count) { throw .tooLarge }
        }
        guard !hasStopped else { return }
        extendLineStart(with: lines.rest)
        if let inPlace { append(inPlace) }
        if isTooLong(lineStart.count) { throw .tooLarge }
    }

    /// Of any line, comments too, and of a line's beginning: an event's data is measured when its line is whole, but what
    /// is above this cannot become less. 9 bytes are a mark and "data: ".
    private func isTooLong(_ count: Int) -> Bool { count - 9 > maximumEventBytes }

    /// The stream has ended: what is left of it is handed over as an event that is not terminated.
    package mutating func finish(_ deliver: (WireEvent) -> Bool) throws(FramingError) {
        guard !hasStopped else { return }
        var inPlace: UnsafeRawBufferPointer?
        let last = lineStart
        lineStart = []
        last.withUnsafeBytes { bytes in
            if !bytes.isEmpty { take(bytes, isInPiece: false, &inPlace, deliver) }
        }
        hasStopped = true
        if data.count > maximumEventBytes { throw .tooLarge }
        if hasData { dispatch(nil, isTerminated: false, deliver) }
    }

    private mutating func take(
        _ line: UnsafeRawBufferPointer,
        isInPiece: Bool,
        _ inPlace: inout UnsafeRawBufferPointer?,
        _ deliver: (WireEvent) -> Bool
    ) {
        var line = line
        if isFirstLine {
            isFirstLine = false
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            if line.starts(with: mark) { line = UnsafeRawBufferPointer(rebasing: line.dropFirst(3)) }
        }
        if line.isEmpty {
            if hasData { dispatch(inPlace, isTerminated: true, deliver) }
            inPlace = nil
            data.empty()
            name.empty()
            hasData = false
        } else if let value = Self.value(of: "data", in: line) {
            if let earlier = inPlace {
                append(earlier)
                inPlace = nil
            }
            if hasData { data.append(UInt8(ascii: "\n")) }
            if isInPiece && !hasData { inPlace = value } else { append(value) }
            hasData = true
        } else if let value = Self.value(of: "event", in: line) {
            name.empty()
            name.append(contentsOf: value)
        }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        data.append(contentsOf: bytes)
        work.copied += bytes.count
    }

    private mutating func extendLineStart(with bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { return }
        lineStart.append(contentsOf: bytes)
        work.copied += bytes.count
    }

    private mutating func dispatch(
        _ inPlace: UnsafeRawBufferPointer?,
        isTerminated: Bool,
        _ deliver: (WireEvent) -> Bool
    ) {
        let goOn = name.withUnsafeBytes { name in
            data.withUnsafeBytes { data in
                deliver(WireEvent(name: name, data: inPlace ?? data, isTerminated: isTerminated))
            }
        }
        if !goOn { hasStopped = true }
    }

    /// The value of a `field: value` line without the one space that may come first; a line of the name alone is the field
    /// with an empty value. nil where the line is another field's.
    private static func value(of field: StaticString, in line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let length = field.utf8CodeUnitCount
        guard line.count >= length, let start = line.baseAddress, memcmp(start, field.utf8Start, length) == 0 else {
            return nil
        }
        if line.count == length { return UnsafeRawBufferPointer(rebasing: line[length...]) }
        guard line[length] == UInt8(ascii: ":") else { return nil }
        let hasSpace = line.count > length + 1 && line[length + 1] == UInt8(ascii: " ")
        return UnsafeRawBufferPointer(rebasing: line[(length + (hasSpace ? 2 : 1))...])
    }
}

/// Walks over the lines of a piece, ended by LF, CR or CRLF.
private struct LineCursor {
    struct Line {
        let bytes: UnsafeRawBufferPointer
        /// Ended by a CR that was the piece's last byte.
        let endsWithCRAtEnd: Bool
    }

    private let piece: UnsafeRawBufferPointer
    private var position = 0
    /// Where the next line feed is, so that looking for it costs nothing twice; the piece's end where there is none.
    private var lineFeed = -1
    private(set) var searched = 0

    init(_ piece: UnsafeRawBufferPointer) {
        self.piece = piece
    }

    /// What comes after the last line's end.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: piece[position...]) }

    mutating func skipLineFeed() {
        if position < piece.count, piece[position] == UInt8(ascii: "\n") { position += 1 }
    }

    mutating func next() -> Line? {
        guard position < piece.count else { return nil }
        if lineFeed < position { lineFeed = find(UInt8(ascii: "\n"), before: piece.count) ?? piece.count }
        let start = position
        if let carriageReturn = find(UInt8(ascii: "\r"), before: lineFeed) {
            position = carriageReturn + 1
            let isLast = position == piece.count
            skipLineFeed()
            return Line(bytes: slice(start, carriageReturn), endsWithCRAtEnd: isLast)
        }
        guard lineFeed < piece.count else { return nil }
        position = lineFeed + 1
        return Line(bytes: slice(start, lineFeed), endsWithCRAtEnd: false)
    }

    private func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: piece[start..<end])
    }

    /// The first such byte from the position on.
    private mutating func find(_ byte: UInt8, before end: Int) -> Int? {
        guard let base = piece.baseAddress, end > position else { return nil }
        let found = memchr(base + position, Int32(byte), end - position).map { UnsafeRawPointer($0) - base }
        searched += found.map { $0 + 1 - position } ?? (end - position)
        return found
    }
}
