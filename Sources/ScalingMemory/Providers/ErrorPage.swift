/// Bodies of errors that are no JSON: plain text, and the pages of gateways.
enum ErrorPage {
    /// What the body says, in one line: of an HTML page its title, or else its text.
    static func summary(of body: String) -> String {
        let bytes = Array(body.utf8)
        let text = title(bytes) ?? (isMarkup(bytes) ? withoutTags(bytes) : bytes)
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func title(_ page: [UInt8]) -> [UInt8]? {
        guard let tag = index(of: "<title", in: page, from: 0),
            let start = page[tag...].firstIndex(of: UInt8(ascii: ">")),
            let end = index(of: "</title", in: page, from: start)
        else { return nil }
        return Array(page[(start + 1)..<end])
    }

    private static func isMarkup(_ text: [UInt8]) -> Bool {
        text.first { $0 > 0x20 } == UInt8(ascii: "<")
    }

    private static func withoutTags(_ page: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var isInTag = false
        for byte in page {
            switch byte {
            case UInt8(ascii: "<"): isInTag = true
            case UInt8(ascii: ">") where isInTag:
                isInTag = false
                text.append(0x20)
            default: if !isInTag { text.append(byte) }
            }
        }
        return text
    }

    /// Where `wanted`, given in lower case, first occurs, in whatever case.
    private static func index(of wanted: StaticString, in page: [UInt8], from start: Int) -> Int? {
        let wanted = UnsafeBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount)
        guard page.count - start >= wanted.count else { return nil }
        return (start...(page.count - wanted.count)).first { index in
            zip(page[index...], wanted).allSatisfy { byte, wanted in
                byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == wanted
            }
        }
    }
}
