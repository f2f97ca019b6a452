#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Recognises the events of a stream that are the last one over again with another text, so that they need not be parsed.
///
/// Most chunks of an answer are the same bytes around one string that changes. Once a decoder has said of an event that it
/// was one piece of text (`TextPiece`), what stands around the text is kept, and an event that has the same bytes there is
/// read by finding its string's end. Whatever is not exactly so, down to an escape that is no pair, is left to the parser:
/// a template answers nil and forgets what it knew, until the decoder has said it again.
struct TextTemplate {
    /// A value that differs from event to event.
    private struct Hole {
        /// Its place between the bytes that do not.
        var offset: Int
        var kind: Kind

        enum Kind {
            case text, ignoredText, ignoredNumber
        }
    }

    private var name: [UInt8] = []
    private var constant: [UInt8] = []
    private var holes: [Hole] = []
    /// A text with escapes, unescaped.
    private var unescaped: [UInt8] = []

    /// Events that have more around their text are not worth keeping.
    private static let maximumBytes = 2048

    // MARK: Learning

    /// From here on, events like this one are recognised; nil forgets.
    mutating func learn(_ piece: TextPiece?, of event: WireEvent) {
        holes.removeAll(keepingCapacity: true)
        guard let piece, event.isTerminated, !event.isException,
            event.data.count - piece.text.count <= Self.maximumBytes
        else { return }
        var values = [(range: piece.text, kind: Hole.Kind.text)]
        for end in piece.ignored {
            if let value = Self.value(in: event.data, afterNameAt: end) { values.append(value) }
        }
        values.sort { $0.range.lowerBound < $1.range.lowerBound }

        name.removeAll(keepingCapacity: true)
        name.append(contentsOf: event.name)
        constant.removeAll(keepingCapacity: true)
        constant.reserveCapacity(event.data.count - piece.text.count)
        holes.reserveCapacity(values.count)
        var end = 0
        for (range, kind) in values {
            constant.append(contentsOf: event.data[end..<range.lowerBound])
            holes.append(Hole(offset: constant.count, kind: kind))
            end = range.upperBound
        }
        constant.append(contentsOf: event.data[end...])
    }

    /// The string or whole number that belongs to the name which ends here; nil for other values. The data is known to be
    /// JSON.
    private static func value(
        in data: UnsafeRawBufferPointer,
        afterNameAt end: Int
    ) -> (range: Range<Int>, kind: Hole.Kind)? {
        var cursor = ByteCursor(data, at: end)
        cursor.skip(UInt8(ascii: "\""))
        cursor.skipSpace()
        cursor.skip(UInt8(ascii: ":"))
        cursor.skipSpace()
        if cursor.skip(UInt8(ascii: "\"")) {
            let start = cursor.position
            return cursor.skipPlainText() ? (start..<cursor.position, .ignoredText) : nil
        }
        let start = cursor.position
        guard cursor.skipWholeNumber(), let next = cursor.byte,
            next == UInt8(ascii: ",") || next == UInt8(ascii: "}") || JSONNumberArrays.isSpace(next)
        else { return nil }
        return (start..<cursor.position, .ignoredNumber)
    }

    // MARK: Recognising

    /// Hands the text of an event that is like the learned one to `body`. False, and nothing was done, where it is not.
    mutating func recognise(_ event: WireEvent, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        guard !holes.isEmpty, event.isTerminated, !event.isException, event.name.elementsEqual(name),
            let (text, hasEscapes) = text(in: event.data)
        else { return false }
        if !hasEscapes {
            body(text)
            return true
        }
        guard JSONEscapes.unescape(text, into: &unescaped) else { return false }
        unescaped.withUnsafeBytes(body)
        return true
    }

    private func text(in data: UnsafeRawBufferPointer) -> (UnsafeRawBufferPointer, hasEscapes: Bool)? {
        constant.withUnsafeBytes { constant in
            var cursor = ByteCursor(data, at: 0)
            var text = 0..<0
            var hasEscapes = false
            var done = 0
            for hole in holes {
                guard cursor.skip(constant, from: done, to: hole.offset) else { return nil }
                done = hole.offset
                let start = cursor.position
                switch hole.kind {
                case .text:
                    guard let found = cursor.skipText() else { return nil }
                    hasEscapes = found
                    text = start..<cursor.position
                case .ignoredText: guard cursor.skipPlainText() else { return nil }
                case .ignoredNumber: guard cursor.skipWholeNumber() else { return nil }
                }
            }
            guard cursor.skip(constant, from: done, to: constant.count), cursor.isAtEnd else { return nil }
            return (UnsafeRawBufferPointer(rebasing: data[text]), hasEscapes)
        }
    }
}

/// Goes over the bytes of a JSON document.
private struct ByteCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }
    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The same bytes as those of `other`. False, and nothing is skipped, where others stand here.
    mutating func skip(_ other: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Bool {
        let count = end - start
        guard count > 0 else { return true }
        guard bytes.count - position >= count, let here = bytes.baseAddress, let there = other.baseAddress,
            memcmp(here + position, there + start, count) == 0
        else { return false }
        position += count
        return true
    }

    @discardableResult
    mutating func skip(_ byte: UInt8) -> Bool {
        guard self.byte == byte else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte, JSONNumberArrays.isSpace(byte) { position += 1 }
    }

    /// A string's inside, up to its closing quote: whether escapes are in it, which are not looked at. nil where it has no
    /// end, or is not well-formed.
    mutating func skipText() -> Bool? {
        var hasEscapes = false
        var isASCII = true
        var index = bytes.endOfPlainText(from: position)
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = UnsafeRawBufferPointer(rebasing: bytes[position..<index])
                position = index
                return isASCII || text.isUTF8 ? hasEscapes : nil
            }
            if byte < 0x20 { return nil }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 2
            } else {
                isASCII = false
                while index < bytes.count, bytes[index] >= 0x80 { index += 1 }
            }
            index = bytes.endOfPlainText(from: index)
        }
        return nil
    }

    /// The same of a string that holds neither escapes nor anything beyond ASCII.
    mutating func skipPlainText() -> Bool {
        position = bytes.endOfPlainText(from: position)
        return byte == UInt8(ascii: "\"")
    }

    /// A number of up to 18 digits, without a sign, a fraction or an exponent.
    mutating func skipWholeNumber() -> Bool {
        var end = position
        while end < bytes.count, bytes[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        let count = end - position
        guard count == 1 || (2...18).contains(count) && bytes[position] != UInt8(ascii: "0") else { return false }
        position = end
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// Where the first byte stands, from `start` on, that is not just itself in a JSON string of ASCII: a quote, a backslash,
    /// a control character, or a byte above 0x7F. Eight at a time: a byte's top bit is set where subtracting has borrowed,
    /// which the lowest one found does not owe to another.
    fileprivate func endOfPlainText(from start: Int) -> Int {
        let each: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= count {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let controls = word &- (each &* 0x20)
            let quotes = (word ^ (each &* UInt64(UInt8(ascii: "\"")))) &- each
            let backslashes = (word ^ (each &* UInt64(UInt8(ascii: "\\")))) &- each
            let found = (word | controls | quotes | backslashes) & (each &* 0x80)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            index += 1
        }
        return index
    }

    fileprivate var isUTF8: Bool {
        do {
            _ = try UTF8Span(validating: assumingMemoryBound(to: UInt8.self).span)
            return true
        } catch {
            return false
        }
    }
}
