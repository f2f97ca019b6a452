internal import CJSON

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A value of a parsed document, read in place: nothing is copied until a `String` is asked for.
///
/// Points into its parser's memory and into the document's text, and is valid only inside the closure that the parser
/// handed it to.
public struct JSONNode {
    public enum Kind: Sendable {
        case null, bool, integer, number, string, array, object
    }

    private let pointer: UnsafePointer<cjson_value>

    init(pointer: UnsafePointer<cjson_value>) {
        self.pointer = pointer
    }

    public var kind: Kind {
        switch pointer.pointee.kind {
        case CJSON_BOOL: .bool
        case CJSON_INT64, CJSON_UINT64: .integer
        case CJSON_DOUBLE: .number
        case CJSON_STRING: .string
        case CJSON_ARRAY: .array
        case CJSON_OBJECT: .object
        default: .null
        }
    }

    public var isNull: Bool { pointer.pointee.kind == CJSON_NULL }

    // MARK: Scalars, nil where the value is of another kind

    public var bool: Bool? {
        pointer.pointee.kind == CJSON_BOOL ? pointer.pointee.as.uint64 != 0 : nil
    }

    /// A whole number, also one written as `12.0`.
    public var integer: Int? {
        switch pointer.pointee.kind {
        case CJSON_INT64: Int(pointer.pointee.as.int64)
        case CJSON_UINT64: Int(exactly: pointer.pointee.as.uint64)
        case CJSON_DOUBLE: Int(exactly: pointer.pointee.as.number)
        default: nil
        }
    }

    /// A whole number above `Int.max`.
    public var unsignedInteger: UInt64? {
        pointer.pointee.kind == CJSON_UINT64 ? pointer.pointee.as.uint64 : nil
    }

    public var number: Double? {
        switch pointer.pointee.kind {
        case CJSON_INT64: Double(pointer.pointee.as.int64)
        case CJSON_UINT64: Double(pointer.pointee.as.uint64)
        case CJSON_DOUBLE: pointer.pointee.as.number
        default: nil
        }
    }

    public var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A string's bytes, where they lie: in the document's text, if no escape stands in them.
    public var utf8: UnsafeRawBufferPointer? {
        guard pointer.pointee.kind == CJSON_STRING else { return nil }
        return UnsafeRawBufferPointer(start: pointer.pointee.as.text, count: Int(pointer.pointee.count))
    }

    /// Whether this is the string `text`.
    public func equals(_ text: StaticString) -> Bool {
        pointer.pointee.kind == CJSON_STRING && JSONKey(pointer: pointer) == text
    }

    // MARK: Arrays and objects, empty where the value is of another kind

    public var count: Int {
        pointer.pointee.kind.rawValue >= CJSON_ARRAY.rawValue ? Int(pointer.pointee.count) : 0
    }

    /// The member of that name: the last, where there are several. A search; `entries` goes over all of them once.
    public subscript(key: StaticString) -> JSONNode? {
        cjson_object_find(pointer, key.utf8Start, key.utf8CodeUnitCount).map(JSONNode.init(pointer:))
    }

    public subscript(key: String) -> JSONNode? {
        key.withBytes { utf8 in
            guard let start = utf8.baseAddress else { return nil }
            return cjson_object_find(pointer, start, utf8.count).map(JSONNode.init(pointer:))
        }
    }

    /// An array's element, which is walked to: `elements` goes over all of them once.
    public subscript(index: Int) -> JSONNode? {
        index < 0 ? nil : elements.dropFirst(index).first { _ in true }
    }

    /// An array's elements, in order.
    public var elements: Elements {
        Elements(of: pointer)
    }

    /// An object's members, in the order of the text.
    public var members: some Sequence<(key: String, value: JSONNode)> {
        entries.lazy.map { (key: $0.key.string, value: $0.value) }
    }

    /// The same with their names in place, which a `switch` compares: nothing is copied.
    public var entries: Entries {
        Entries(of: pointer)
    }
}

extension JSONNode {
    /// Goes over an array's elements, once and in order.
    public struct Elements: Sequence, IteratorProtocol {
        private var place: UnsafePointer<cjson_value>
        private var left: UInt32

        fileprivate init(of node: UnsafePointer<cjson_value>) {
            left = node.pointee.kind == CJSON_ARRAY ? node.pointee.count : 0
            place = cjson_value_first(node)
        }

        public mutating func next() -> JSONNode? {
            guard left > 0 else { return nil }
            left -= 1
            defer { place = cjson_value_after(place) }
            return JSONNode(pointer: place)
        }
    }

    /// Goes over an object's members, once and in order.
    public struct Entries: Sequence, IteratorProtocol {
        private var place: UnsafePointer<cjson_value>
        private var left: UInt32

        fileprivate init(of node: UnsafePointer<cjson_value>) {
            left = node.pointee.kind == CJSON_OBJECT ? node.pointee.count : 0
            place = cjson_value_first(node)
        }

        public mutating func next() -> (key: JSONKey, value: JSONNode)? {
            guard left > 0 else { return nil }
            left -= 1
            let value = place + 1
            defer { place = cjson_value_after(value) }
            return (JSONKey(pointer: place), JSONNode(pointer: value))
        }
    }
}

/// The name of a member, where it lies. For a `switch`: `case "content":` compares bytes.
public struct JSONKey {
    private let pointer: UnsafePointer<cjson_value>

    fileprivate init(pointer: UnsafePointer<cjson_value>) {
        self.pointer = pointer
    }

    public var string: String {
        String(decoding: utf8, as: UTF8.self)
    }

    /// The name's bytes: in the document's text, if no escape stands in them.
    public var utf8: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: pointer.pointee.as.text, count: Int(pointer.pointee.count))
    }

    public static func == (key: JSONKey, name: StaticString) -> Bool {
        Int(key.pointer.pointee.count) == name.utf8CodeUnitCount
            && memcmp(key.pointer.pointee.as.text, name.utf8Start, name.utf8CodeUnitCount) == 0
    }

    public static func ~= (name: StaticString, key: JSONKey) -> Bool {
        key == name
    }
}
