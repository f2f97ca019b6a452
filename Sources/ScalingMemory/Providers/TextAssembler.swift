/// Joins pieces of text, and sees to it that what it passes on is never cut inside a character.
///
/// Pieces are UTF-8 but for one thing: half a surrogate pair that a provider cut in two arrives as its three WTF-8 bytes
/// (see `JSONRepair`). A first half at a piece's end is held back until the second half comes.
struct TextAssembler {
    private var bytes: [UInt8] = []
    private var firstHalf: UInt32?

    var isEmpty: Bool { bytes.isEmpty && firstHalf == nil }

    var text: String {
        String(decoding: bytes, as: UTF8.self) + (firstHalf == nil ? "" : "\u{FFFD}")
    }

    /// Adds a piece, and hands on what of it is ready.
    mutating func append(_ piece: UnsafeRawBufferPointer, _ pass: (UnsafeRawBufferPointer) -> Void) {
        if firstHalf == nil, !Self.mayHoldSurrogates(piece) {
            bytes.append(contentsOf: piece)
            pass(piece)
            return
        }
        let start = bytes.count
        appendJoining(piece)
        let end = bytes.count
        if end > start { bytes.withUnsafeBytes { pass(UnsafeRawBufferPointer(rebasing: $0[start..<end])) } }
    }

    /// Gives up waiting for a second half.
    mutating func flush(_ pass: (UnsafeRawBufferPointer) -> Void) {
        guard firstHalf != nil else { return }
        firstHalf = nil
        let replacement = Array("\u{FFFD}".utf8)
        bytes += replacement
        replacement.withUnsafeBytes(pass)
    }

    /// 0xED begins the WTF-8 bytes of a surrogate, and the UTF-8 of a few scripts' characters (Hangul among them).
    private static func mayHoldSurrogates(_ piece: UnsafeRawBufferPointer) -> Bool {
        piece.contains(0xED)
    }

    private mutating func appendJoining(_ piece: UnsafeRawBufferPointer) {
        var index = 0
        while index < piece.count {
            let unit = Self.surrogate(in: piece, at: index)
            if let first = firstHalf {
                firstHalf = nil
                if let unit, (0xDC00..<0xE000).contains(unit) {
                    let scalar = 0x10000 + (first - 0xD800) << 10 + (unit - 0xDC00)
                    append(Unicode.Scalar(scalar))
                    index += 3
                    continue
                }
                append(nil)
            }
            switch unit {
            case nil:
                bytes.append(piece[index])
                index += 1
            case (0xD800..<0xDC00)?:
                firstHalf = unit
                index += 3
            default:
                append(nil)
                index += 3
            }
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar?) {
        bytes.append(contentsOf: String(Character(scalar ?? "\u{FFFD}")).utf8)
    }

    /// The surrogate whose WTF-8 bytes begin at `index`.
    private static func surrogate(in piece: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
        guard index + 3 <= piece.count, piece[index] == 0xED, piece[index + 1] >= 0xA0 else { return nil }
        return 0xD000 | UInt32(piece[index + 1] & 0x3F) << 6 | UInt32(piece[index + 2] & 0x3F)
    }
}
