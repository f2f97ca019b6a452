/// Reads what `llm_provider_define` takes.
extension Provider {
    private static let fields: Set = [
        "name", "wire", "base_url", "api_key_env", "environment_prefix", "requires_key", "auth", "headers", "quirks",
        "models",
    ]

    /// Reads a definition. Throws an error that names the field and what it takes.
    package init(definition json: String) throws(LLMError) {
        self = try Request.parsing(json, as: "the definition") { (node) throws(LLMError) in
            try Provider(FieldReader(node, path: "", failingWith: .configuration))
        }
    }

    private init(_ object: FieldReader) throws(LLMError) {
        try object.allowOnly(Self.fields)
        let name = try Self.checkedName(object.requiredString("name", takes: "the provider's name"), in: object)
        let wire = try Self.wire(object)
        let (baseURL, _) = try URLParts.baseURL(object.requiredString("base_url", takes: URLParts.takes))
        let prefix = try object.string("environment_prefix") ?? Self.environmentPrefix(for: name)
        try Self.checkVariable(prefix, "environment_prefix", object)
        self.init(name: name, adapter: wire.adapter, baseURL: baseURL, environmentPrefix: prefix)
        lacks = wire.lacks
        if let variable = try object.string("api_key_env") {
            try Self.checkVariable(variable, "api_key_env", object)
            otherVariables.apiKey = [variable]
        }
        authentication = try object.bool("requires_key") ?? true ? .key : .optionalKey
        keyField = try object.object("auth").map { (auth) throws(LLMError) in try KeyField(auth) }
        headers = try HTTPHeader.list(object, "headers")
        models = try Self.models(object)
    }

    /// A name is 1 to 64 letters, digits, dots, hyphens and underscores.
    package static func checkedName(_ name: String, in object: FieldReader? = nil) throws(LLMError) -> String {
        let isNameByte = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
            throw .configuration(
                "name is not a provider's: it takes 1 to 64 letters, digits, dots, hyphens and underscores"
            )
        }
        return name
    }

    /// "my-provider" has the variables MY_PROVIDER_API_KEY and so on.
    package static func environmentPrefix(for name: String) -> String {
        let bytes = name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte & 0xDF
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func checkVariable(_ name: String, _ field: String, _ object: FieldReader) throws(LLMError) {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") }) else {
            throw object.invalid("\(field) is not the name of an environment variable, such as ACME_API_KEY")
        }
    }

    private static func wire(
        _ object: FieldReader
    ) throws(LLMError) -> (adapter: any ProviderAdapter, lacks: Set<String>) {
        let name = try object.requiredString("wire", takes: wireNames)
        let quirks = try object.object("quirks")
        if name == OpenAIAdapter.name {
            let quirks = try quirks.map { (quirks) throws(LLMError) in try ChatQuirks(quirks) } ?? ChatQuirks()
            return (OpenAIAdapter(quirks: quirks), quirks.lacks)
        }
        if let quirks {
            throw quirks.invalid("quirks are for the wire \"\(OpenAIAdapter.name)\"; this one is \"\(name)\"")
        }
        switch name {
        case OpenAIResponsesAdapter.name: return (OpenAIResponsesAdapter(), [])
        case "anthropic": return (AnthropicAdapter(), ["embeddings"])
        case "gemini": return (GeminiAdapter(), [])
        case "ollama": return (OllamaAdapter(), [])
        default: throw object.invalid("wire is \"\(name)\"; it takes \(wireNames)")
        }
    }

    private static var wireNames: String {
        "one of \(OpenAIAdapter.name), \(OpenAIResponsesAdapter.name), anthropic, gemini, ollama"
    }

    private static func models(_ object: FieldReader) throws(LLMError) -> [String] {
        guard let node = object.node["models"], !node.isNull else { return [] }
        let names = node.elements.compactMap(\.string)
        guard node.kind == .array, names.count == node.count else {
            throw object.wrongType("models", takes: "an array of models' names")
        }
        return names
    }
}

extension KeyField {
    /// `{"header": "x-api-key", "scheme": ""}`; what is absent is as in `authorization: Bearer`.
    fileprivate init(_ object: FieldReader) throws(LLMError) {
        try object.allowOnly(["header", "scheme"])
        let given = try object.string("header")
        let header = given ?? "authorization"
        guard HTTPHeader.isName(header) else { throw object.invalid("\(object.name("header")) is not a header's name") }
        let scheme =
            try object.string("scheme")
            ?? (given == nil || HTTPHeader(header, "").isNamed("authorization") ? "Bearer" : "")
        guard scheme.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw object.invalid("\(object.name("scheme")) is not one word, such as \"Bearer\"")
        }
        self.init(header: header, scheme: scheme)
    }
}
