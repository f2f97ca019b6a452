/// What a provider may be able to do, by the names that `llm_provider_list` gives.
public enum Capability: String, Sendable, CaseIterable {
    case chat, stream, tools, embeddings
    case modelList = "model_list"
}

/// Where a provider comes from.
public enum Origin: String, Sendable {
    case builtIn = "built_in"
    /// Declared while the program runs.
    case defined
    /// With functions of the host program.
    case registered
}

/// The header field that holds a key: `authorization: Bearer …` is the field "authorization" with the scheme "Bearer".
public struct KeyField: Sendable, Hashable {
    public var header: String
    /// "" for the key alone.
    public var scheme: String

    public init(header: String, scheme: String) {
        self.header = header
        self.scheme = scheme
    }

    func field(_ key: Secret) -> HTTPHeader {
        HTTPHeader(header, scheme.isEmpty ? key.value : "\(scheme) \(key.value)")
    }
}

extension Provider {
    public var capabilities: [Capability] {
        Capability.allCases.filter { !lacks.contains($0.rawValue) }
    }

    /// Throws where the provider is known to have no such thing.
    func check(_ capability: Capability) throws(LLMError) {
        guard lacks.contains(capability.rawValue) else { return }
        switch capability {
        case .embeddings: throw LLMError(.unsupported, "\(name) has no embeddings")
        case .modelList:
            throw LLMError(.unsupported, "\(name) has no list of models, which a health check asks for too")
        case .chat, .stream, .tools: throw LLMError(.unsupported, "\(name) has no \(capability.rawValue)")
        }
    }
}

extension ProviderRegistry {
    /// All providers as the JSON object that llm.h describes. No secrets: the headers of definitions are not in it.
    package var json: String {
        let providers = all
        return JSONWriter.text { writer in
            writer.object { writer in
                writer.key("providers")
                writer.array { writer in for provider in providers { provider.write(to: &writer) } }
            }
        }
    }
}

extension Provider {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("wire", adapter.wire)
            writer.member("base_url", baseURL)
            writer.member("environment_prefix", environmentPrefix)
            writer.member("api_key_env", .array(keyVariables.map(JSONValue.string)))
            writer.member("requires_key", authentication != .optionalKey)
            writer.member("capabilities", .array(capabilities.map { .string($0.rawValue) }))
            writer.member("models", .array(models.map(JSONValue.string)))
            writer.member("origin", origin.rawValue)
            writer.member("built_in", origin == .builtIn)
        }
    }
}
