/// A header field of a request or a response.
public struct HTTPHeader: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Reads an object of names and values. Refuses what could end the field and begin another.
    package static func list(_ object: FieldReader, _ key: String) throws(LLMError) -> [HTTPHeader] {
        let headers = try object.texts(key).map { HTTPHeader($0.name, $0.value) }
        for header in headers {
            if let problem = header.problem { throw object.invalid("\(object.name(key)).\(problem)") }
        }
        return headers
    }

    /// What is wrong with the field, beginning with its name: whatever could end it and begin another.
    fileprivate var problem: String? {
        guard Self.isName(name) else {
            return "\(name.shortened(to: 64)) is not a header's name"
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return "\(name.shortened(to: 64)) has a line end or another control character in its value"
        }
        return nil
    }

    package static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isNameByte)
    }

    /// RFC 9110, section 5.6.2: the characters of a token.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    func isNamed(_ other: String) -> Bool {
        name.utf8.count == other.utf8.count
            && zip(name.utf8, other.utf8).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension [HTTPHeader] {
    /// Refuses fields that could end early and begin another. Those that were read from JSON have been checked there.
    package func check(failingWith code: LLMError.Code) throws(LLMError) {
        for header in self {
            if let problem = header.problem { throw LLMError(code, "headers.\(problem)") }
        }
    }

    /// Adds a field in place of one of the same name.
    mutating func set(_ header: HTTPHeader) {
        removeAll { $0.isNamed(header.name) }
        append(header)
    }

    func first(_ name: String) -> String? {
        first { $0.isNamed(name) }?.value
    }
}
