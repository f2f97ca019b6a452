/// Makes what a provider sent parseable where only its text encoding is at fault.
enum JSONRepair {
    /// The document with every ill-formed UTF-8 sequence replaced by U+FFFD and every escaped half of a surrogate pair
    /// replaced by its three WTF-8 bytes (https://simonsapin.github.io/wtf-8/); nil where there is neither.
    static func repaired(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var changed = false
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        if validUTF8(bytes) {
            result.append(contentsOf: bytes)
        } else {
            changed = true
            result.append(contentsOf: String(decoding: bytes, as: UTF8.self).utf8)
        }
        let joined = replacingLoneEscapes(in: result)
        if let joined { return joined }
        return changed ? result : nil
    }

    private static func validUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func replacingLoneEscapes(in text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var changed = false
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
                result.append(text[index])
                index += 1
                continue
            }
            guard let unit = escapedUnit(text, at: index) else {
                // Another escape: both its bytes, so that "\\ud800" is not taken for one.
                result.append(contentsOf: text[index...(index + 1)])
                index += 2
                continue
            }
            if (0xD800..<0xDC00).contains(unit), let next = escapedUnit(text, at: index + 6),
                (0xDC00..<0xE000).contains(next)
            {
                result.append(contentsOf: text[index..<(index + 12)])
                index += 12
            } else if (0xD800..<0xE000).contains(unit) {
                result += [0xE0 | UInt8(unit >> 12), 0x80 | UInt8((unit >> 6) & 0x3F), 0x80 | UInt8(unit & 0x3F)]
                changed = true
                index += 6
            } else {
                result.append(contentsOf: text[index..<(index + 6)])
                index += 6
            }
        }
        return changed ? result : nil
    }

    /// The code unit of a `\uXXXX` at `index`.
    private static func escapedUnit(_ text: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for byte in text[(index + 2)..<(index + 6)] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
