internal import CJSON

/// A value of a parsed document, read in place: nothing is copied until a `String` is asked for.
///
/// Points into its parser's memory, and is valid only inside the closure that the parser handed it to.
public struct JSONNode {
    public enum Kind: Sendable {
        case null, bool, integer, number, string, array, object
    }

    private let pointer: OpaquePointer

    init(pointer: OpaquePointer) {
        self.pointer = pointer
    }

    public var kind: Kind {
        switch cjson_value_kind(pointer) {
        case CJSON_BOOL: .bool
        case CJSON_INT64, CJSON_UINT64: .integer
        case CJSON_DOUBLE: .number
        case CJSON_STRING: .string
        case CJSON_ARRAY: .array
        case CJSON_OBJECT: .object
        default: .null
        }
    }

    public var isNull: Bool { kind == .null }

    // MARK: Scalars, nil where the value is of another kind

    public var bool: Bool? {
        kind == .bool ? cjson_value_bool(pointer) : nil
    }

    /// A whole number, also one written as `12.0`.
    public var integer: Int? {
        switch cjson_value_kind(pointer) {
        case CJSON_INT64: Int(cjson_value_int64(pointer))
        case CJSON_UINT64: Int(exactly: cjson_value_uint64(pointer))
        case CJSON_DOUBLE: Int(exactly: cjson_value_double(pointer))
        default: nil
        }
    }

    /// A whole number above `Int.max`.
    public var unsignedInteger: UInt64? {
        cjson_value_kind(pointer) == CJSON_UINT64 ? cjson_value_uint64(pointer) : nil
    }

    public var number: Double? {
        switch cjson_value_kind(pointer) {
        case CJSON_INT64: Double(cjson_value_int64(pointer))
        case CJSON_UINT64: Double(cjson_value_uint64(pointer))
        case CJSON_DOUBLE: cjson_value_double(pointer)
        default: nil
        }
    }

    public var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A string's bytes, where they lie.
    public var utf8: UnsafeRawBufferPointer? {
        guard cjson_value_kind(pointer) == CJSON_STRING else { return nil }
        let text = cjson_value_string(pointer)
        return UnsafeRawBufferPointer(start: text.bytes, count: text.count)
    }

    /// Whether this is the string `text`.
    public func equals(_ text: StaticString) -> Bool {
        guard let utf8, utf8.count == text.utf8CodeUnitCount else { return false }
        return utf8.elementsEqual(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // MARK: Arrays and objects, empty where the value is of another kind

    public var count: Int { cjson_value_count(pointer) }

    public subscript(key: StaticString) -> JSONNode? {
        cjson_object_find(pointer, key.utf8Start, key.utf8CodeUnitCount).map(JSONNode.init(pointer:))
    }

    public subscript(key: String) -> JSONNode? {
        var key = key
        return key.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return nil }
            return cjson_object_find(pointer, start, utf8.count).map(JSONNode.init(pointer:))
        }
    }

    public subscript(index: Int) -> JSONNode? {
        index < 0 ? nil : cjson_array_at(pointer, index).map(JSONNode.init(pointer:))
    }

    /// An array's elements, in order.
    public var elements: some Sequence<JSONNode> {
        let isArray = cjson_value_kind(pointer) == CJSON_ARRAY
        return (0..<(isArray ? count : 0)).lazy.compactMap { self[$0] }
    }

    /// An object's members, in the order of the text.
    public var members: some Sequence<(key: String, value: JSONNode)> {
        let isObject = cjson_value_kind(pointer) == CJSON_OBJECT
        return (0..<(isObject ? count : 0)).lazy.compactMap { index in
            var key = cjson_text()
            guard let value = cjson_object_at(pointer, index, &key) else { return nil }
            let bytes = UnsafeRawBufferPointer(start: key.bytes, count: key.count)
            return (String(decoding: bytes, as: UTF8.self), JSONNode(pointer: value))
        }
    }
}
