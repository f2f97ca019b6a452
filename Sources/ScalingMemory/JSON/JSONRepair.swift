/// Makes what is not quite JSON parseable where only its text encoding is at fault: bytes that are not UTF-8, and halves of
/// surrogate pairs, which are what remains of a character that was cut in two by a program that counts in UTF-16.
enum JSONRepair {
    /// The document with every ill-formed UTF-8 sequence replaced by U+FFFD and every escaped half of a surrogate pair
    /// replaced by its three WTF-8 bytes (https://simonsapin.github.io/wtf-8/); nil where there is neither.
    static func repaired(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        if String(validating: bytes, as: UTF8.self) != nil { return replacingHalves(in: Array(bytes).span, wtf8) }
        let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
        return replacingHalves(in: text.span, wtf8) ?? text
    }

    /// The document without its escaped halves of surrogate pairs; nil where there are none.
    static func removingHalves(from text: String) -> String? {
        replacingHalves(in: text.utf8Span.span) { _ in [] }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The document without its escapes of halves of surrogate pairs and of the units for which `isUnwanted` holds; nil
    /// where there are none.
    static func removingEscapes(from text: String, where isUnwanted: (UInt16) -> Bool) -> String? {
        replacingEscapes(in: text.utf8Span.span) { unit in isHalf(unit) || isUnwanted(unit) ? [] : nil }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func isHalf(_ unit: UInt16) -> Bool {
        (0xD800..<0xE000).contains(unit)
    }

    private static func wtf8(_ unit: UInt16) -> [UInt8] {
        [0xE0 | UInt8(unit >> 12), 0x80 | UInt8((unit >> 6) & 0x3F), 0x80 | UInt8(unit & 0x3F)]
    }

    private static func replacingHalves(in text: Span<UInt8>, _ replacement: (UInt16) -> [UInt8]) -> [UInt8]? {
        replacingEscapes(in: text) { isHalf($0) ? replacement($0) : nil }
    }

    /// `replacement` is asked about every `\uXXXX` that is not one of a pair; nil leaves it. Copies nothing before the
    /// first that is replaced.
    private static func replacingEscapes(in text: Span<UInt8>, _ replacement: (UInt16) -> [UInt8]?) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            guard let unit = escapedUnit(text, at: index) else {
                // Another escape: both its bytes, so that "\\ud800" is not taken for one.
                index += 2
                continue
            }
            let isPair =
                (0xD800..<0xDC00).contains(unit)
                && escapedUnit(text, at: index + 6).map { (0xDC00..<0xE000).contains($0) } ?? false
            if !isPair, let replacement = replacement(unit) {
                for unchanged in copied..<index { result.append(text[unchanged]) }
                result.append(contentsOf: replacement)
                copied = index + 6
            }
            index += isPair ? 12 : 6
        }
        if copied == 0 { return nil }
        for unchanged in copied..<text.count { result.append(text[unchanged]) }
        return result
    }

    /// The code unit of a `\uXXXX` at `index`.
    private static func escapedUnit(_ text: Span<UInt8>, at index: Int) -> UInt16? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for place in (index + 2)..<(index + 6) {
            guard let digit = Character(UnicodeScalar(text[place])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
