/// Reads the escapes of JSON strings. RFC 8259, section 7.
enum JSONEscapes {
    /// Puts what a string's inside stands for in place of what is in `text`. False where an escape is none, or is half of a
    /// surrogate pair.
    static func unescape(_ inside: UnsafeRawBufferPointer, into text: inout [UInt8]) -> Bool {
        text.removeAll(keepingCapacity: true)
        var index = 0
        while index < inside.count {
            guard inside[index] == UInt8(ascii: "\\") else {
                text.append(inside[index])
                index += 1
                continue
            }
            guard index + 1 < inside.count else { return false }
            switch inside[index + 1] {
            case UInt8(ascii: "u"):
                guard let (scalar, length) = scalar(in: inside, at: index) else { return false }
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index += length
                continue
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case let byte where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "/"):
                text.append(byte)
            default: return false
            }
            index += 2
        }
        return true
    }

    /// What the `\uXXXX`, or the pair of them, at `index` stands for, and how many bytes it takes.
    private static func scalar(in text: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, length: Int)? {
        guard let unit = unit(in: text, at: index) else { return nil }
        if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
        guard unit < 0xDC00, let second = self.unit(in: text, at: index + 6), (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        else { return nil }
        return (scalar, 12)
    }

    private static func unit(in text: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in text[(index + 2)..<(index + 6)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }
}
