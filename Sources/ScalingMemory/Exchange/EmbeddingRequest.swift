/// Texts to turn into vectors.
public struct EmbeddingRequest: Sendable {
    /// How the numbers travel. What comes out of a call is the same.
    public enum EncodingFormat: String, Sendable {
        /// As JSON numbers.
        case float
        /// As 32-bit numbers in base64: half the bytes, for servers that have it.
        case base64
    }

    public var input: [String]
    /// nil: the client's model.
    public var model: String?
    /// How many numbers a vector is to have; nil leaves it to the model.
    public var dimensions: Int?
    /// nil leaves it to the server.
    public var encodingFormat: EncodingFormat?
    /// Fields for the request's body, put there as they are.
    public var extra: JSONObject
    /// As `Request.sanitize`.
    public var sanitize: Bool?
    public var options: CallOptions
    /// As `Request.halvedFields`.
    package var halvedFields: [String] = []

    public init(_ input: [String], model: String? = nil, dimensions: Int? = nil) {
        self.input = input
        self.model = model
        self.dimensions = dimensions
        self.extra = JSONObject()
        self.options = CallOptions()
    }
}

extension EmbeddingRequest {
    private static let fields: Set = CallOptions.fields.union([
        "input", "model", "dimensions", "encoding_format", "extra", "sanitize",
    ])

    /// Reads a request. Throws an error that names the field and what it takes.
    public init(json: String) throws(LLMError) {
        self = try Self.reading(json, as: "the request") { (node) throws(LLMError) in try EmbeddingRequest(node) }
    }

    private init(_ node: JSONNode) throws(LLMError) {
        let object = try FieldReader(node, path: "")
        try object.allowOnly(Self.fields, hint: " (a field for the provider goes into \"extra\")")
        self.init(try Self.input(object), model: try object.string("model"))
        dimensions = try object.integer("dimensions", in: 1...1_000_000)
        if let name = try object.string("encoding_format") {
            guard let format = EncodingFormat(rawValue: name) else {
                throw .invalidArgument("encoding_format is \"\(name)\"; it takes \"float\" or \"base64\"")
            }
            encodingFormat = format
        }
        extra = try object.object("extra").map { JSONObject($0.node) } ?? JSONObject()
        sanitize = try object.bool("sanitize")
        options = try CallOptions(object)
    }

    private static func input(_ object: FieldReader) throws(LLMError) -> [String] {
        let node = try object.required("input")
        if let text = node.string { return [text] }
        let takes = "text or an array of texts, one at least"
        guard node.kind == .array else { throw object.wrongType("input", takes: takes) }
        let texts = node.elements.compactMap(\.string)
        guard texts.count == node.count else {
            throw .invalidArgument("input has an element that is no text; it takes \(takes)")
        }
        guard !texts.isEmpty else { throw .invalidArgument("input is empty; it takes \(takes)") }
        return texts
    }
}
