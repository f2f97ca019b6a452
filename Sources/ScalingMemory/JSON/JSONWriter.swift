/// Writes compact JSON to the end of a buffer. Commas are its business; balanced ends are the caller's.
public struct JSONWriter {
    public let buffer: ByteBuffer
    private var needsComma = false

    public init(to buffer: ByteBuffer) {
        self.buffer = buffer
    }

    /// The text that `body` writes.
    public static func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(to: ByteBuffer())
        body(&writer)
        return writer.buffer.text
    }

    // MARK: Structure

    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        buffer.append("{")
        needsComma = false
        try body(&self)
        buffer.append("}")
        needsComma = true
    }

    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        buffer.append("[")
        needsComma = false
        try body(&self)
        buffer.append("]")
        needsComma = true
    }

    /// A member's name, which needs no escaping; its value comes next.
    public mutating func key(_ key: StaticString) {
        buffer.append(name: key, afterComma: needsComma)
        needsComma = false
    }

    public mutating func key(_ key: String) {
        value(key)
        buffer.append(":")
        needsComma = false
    }

    // MARK: Values

    public mutating func null() {
        separate()
        buffer.append("null")
    }

    public mutating func value(_ text: String) {
        text.withBytes { value(utf8: $0) }
    }

    public mutating func value(utf8: UnsafeBufferPointer<UInt8>) {
        separate()
        buffer.appendJSONString(utf8)
    }

    public mutating func value(_ number: Int) {
        separate()
        buffer.append(decimal: number)
    }

    /// The shortest text that reads back as the same number; null where it is not finite.
    public mutating func value(_ number: Double) {
        guard number.isFinite else { return null() }
        separate()
        if let whole = Int(exactly: number), abs(whole) < 1 << 53 {
            buffer.append(decimal: whole)
        } else {
            buffer.append(number.description)
        }
    }

    /// The shortest text that reads back as the same number of 32 bits; null where it is not finite.
    public mutating func value(_ number: Float) {
        guard number.isFinite else { return null() }
        separate()
        buffer.append(number.description)
    }

    public mutating func value(_ bool: Bool) {
        separate()
        buffer.append(bool ? "true" : "false" as StaticString)
    }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let bool): self.value(bool)
        case .integer(let number): self.value(number)
        case .unsignedInteger(let number):
            separate()
            buffer.append(String(number))
        case .number(let number): self.value(number)
        case .string(let text): self.value(text)
        case .array(let elements): array { writer in for element in elements { writer.value(element) } }
        case .object(let object): self.value(object)
        }
    }

    public mutating func value(_ object: JSONObject) {
        self.object { writer in
            for member in object.members {
                writer.key(member.key)
                writer.value(member.value)
            }
        }
    }

    // MARK: Members, left out where there is no value

    public mutating func member(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        self.key(key)
        value(text)
    }

    public mutating func member(_ key: StaticString, _ number: Int?) {
        guard let number else { return }
        self.key(key)
        value(number)
    }

    public mutating func member(_ key: StaticString, _ number: Double?) {
        guard let number else { return }
        self.key(key)
        value(number)
    }

    public mutating func member(_ key: StaticString, _ bool: Bool?) {
        guard let bool else { return }
        self.key(key)
        value(bool)
    }

    public mutating func member(_ key: StaticString, _ value: JSONValue?) {
        guard let value else { return }
        self.key(key)
        self.value(value)
    }

    private mutating func separate() {
        if needsComma { buffer.append(",") }
        needsComma = true
    }
}
