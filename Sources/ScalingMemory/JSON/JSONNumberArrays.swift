/// Finds the arrays of numbers in a JSON document and takes them out of it.
///
/// An answer with embeddings is made of millions of numbers and little else. They need not be parsed to be handed on as
/// JSON again: where they stand in the text is enough, costs no memory, and loses nothing (Boost.JSON rounds numbers of 17
/// digits differently from strtod). What is left of the document is small, and is parsed as ever.
struct JSONNumberArrays {
    /// The document with `[n]` in place of the n-th array of numbers. It is JSON exactly if the original is.
    let rest: ByteBuffer
    /// Where the arrays' contents stand in the original, without the brackets, and how many numbers each has.
    let found: [(range: Range<Int>, count: Int)]

    init(_ text: UnsafeRawBufferPointer) {
        let rest = ByteBuffer()
        var found: [(range: Range<Int>, count: Int)] = []
        var copied = 0
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index = Self.endOfString(text, at: index)
            case UInt8(ascii: "["):
                var scanner = NumberScanner(text, at: index + 1)
                guard let count = scanner.numbersToBracket() else {
                    index += 1
                    continue
                }
                rest.append(UnsafeRawBufferPointer(rebasing: text[copied...index]))
                rest.append(String(found.count))
                rest.append("]")
                found.append((index + 1..<scanner.index - 1, count))
                index = scanner.index
                copied = index
            default:
                index += 1
            }
        }
        rest.append(UnsafeRawBufferPointer(rebasing: text[copied...]))
        self.rest = rest
        self.found = found
    }

    /// The place after the string that begins at `start`, or the text's end.
    private static func endOfString(_ text: UnsafeRawBufferPointer, at start: Int) -> Int {
        var index = start + 1
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return text.count
    }
}

/// Goes over numbers and the commas between them. RFC 8259, section 6.
private struct NumberScanner {
    private let text: UnsafeRawBufferPointer
    private(set) var index: Int

    init(_ text: UnsafeRawBufferPointer, at index: Int) {
        self.text = text
        self.index = index
    }

    /// How many numbers, one at least, stand here before a "]", which is passed too; nil where something else does.
    mutating func numbersToBracket() -> Int? {
        var count = 0
        while true {
            skipSpace()
            guard number() else { return nil }
            count += 1
            skipSpace()
            if take(UInt8(ascii: "]")) { return count }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func number() -> Bool {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), !digits() { return false }
        if take(UInt8(ascii: ".")), !digits() { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            return exponent()
        }
        return true
    }

    /// One of at most nine digits, not counting zeros before them: Boost.JSON refuses those that have more than 32 bits.
    private mutating func exponent() -> Bool {
        let start = index
        while take(UInt8(ascii: "0")) {}
        let first = index
        return digits() ? index - first <= 9 : first > start
    }

    private mutating func digits() -> Bool {
        let start = index
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        return index > start
    }

    private mutating func skipSpace() {
        while index < text.count, JSONNumberArrays.isSpace(text[index]) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }
}

extension JSONNumberArrays {
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
