internal import CJSON

/// Parses JSON with Boost.JSON. Its memory is kept from one document to the next, so one parser serves many.
///
/// A document's nodes point into the parser and into the text: they are handed to a closure and must not leave it.
public final class JSONParser {
    /// Deeper documents are refused.
    public static let maximumDepth = 256

    public struct Failure: Error, Sendable {
        /// Where the text stopped making sense, in bytes.
        public let offset: Int
        /// "it ends too early", "it is malformed" ...
        public let reason: String
        public let endsTooEarly: Bool
    }

    private var strict: OpaquePointer?
    private var lenient: OpaquePointer?

    public init() {}

    deinit {
        cjson_parser_destroy(strict)
        cjson_parser_destroy(lenient)
    }

    /// Parses a whole document of RFC 8259.
    public func parse<Result>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (JSONNode) throws -> Result
    ) throws -> Result {
        if strict == nil { strict = cjson_parser_create(Self.maximumDepth, false) }
        switch Self.run(strict, bytes) {
        case .success(let root): return try withExtendedLifetime(self) { try body(root) }
        case .failure(let failure): throw failure
        }
    }

    /// Parses what a provider sent, and takes what its own language's parser would have taken: bytes that are not UTF-8
    /// are read as U+FFFD, and half a surrogate pair (`"\ud83d"`) as its three WTF-8 bytes, so that the half in the next
    /// piece of a stream can be joined to it.
    public func parseRepairing<Result>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (JSONNode) throws -> Result
    ) throws -> Result {
        if strict == nil { strict = cjson_parser_create(Self.maximumDepth, false) }
        switch Self.run(strict, bytes) {
        case .success(let root):
            return try withExtendedLifetime(self) { try body(root) }
        case .failure(let failure):
            guard !failure.endsTooEarly, let repaired = JSONRepair.repaired(bytes) else { throw failure }
            if lenient == nil { lenient = cjson_parser_create(Self.maximumDepth, true) }
            // Texts stay where they are in the document, which must live for as long as it is read.
            return try repaired.withUnsafeBytes { repaired in
                try withExtendedLifetime(self) { try body(Self.run(lenient, repaired).get()) }
            }
        }
    }

    private static func run(_ parser: OpaquePointer?, _ bytes: UnsafeRawBufferPointer) -> Result<JSONNode, Failure> {
        guard let parser else {
            return .failure(Failure(offset: 0, reason: "there is no memory for it", endsTooEarly: false))
        }
        var root: UnsafePointer<cjson_value>?
        var offset = 0
        var reason: UnsafePointer<CChar>?
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let status = cjson_parse(parser, start, bytes.count, &root, &offset, &reason)
        guard status == CJSON_OK, let root else {
            let text = reason.map { String(cString: $0) } ?? "it is malformed"
            return .failure(Failure(offset: offset, reason: text, endsTooEarly: offset >= bytes.count))
        }
        return .success(JSONNode(pointer: root))
    }
}

extension JSONParser {
    public func parse<Result>(_ text: String, _ body: (JSONNode) throws -> Result) throws -> Result {
        try text.withBytes { try parse(UnsafeRawBufferPointer($0), body) }
    }
}
