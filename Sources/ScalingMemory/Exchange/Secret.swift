/// A key. Prints as "[redacted]", also inside of what holds it; `value` is for whoever sends it.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    public let value: String

    public init(_ value: String) {
        self.value = value
    }

    public init(stringLiteral value: String) {
        self.value = value
    }

    public var description: String { "[redacted]" }
    public var debugDescription: String { "[redacted]" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret {
    /// Reads a key, which must be fit for a header field; nil where there is none.
    package init?(_ object: FieldReader, _ field: String) throws(LLMError) {
        guard let text = try object.string(field) else { return nil }
        try self.init(text, called: object.name(field))
    }

    /// Errors name the key as `name` and do not show it.
    package init(_ text: String, called name: String) throws(LLMError) {
        guard !text.isEmpty else { throw .configuration("\(name) is empty; it takes a key") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw .configuration("\(name) has a space, a line end or another control character in it")
        }
        self.init(text)
    }
}
