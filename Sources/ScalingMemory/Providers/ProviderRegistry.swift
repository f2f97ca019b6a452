/// A provider: a name, the wire that it speaks, and where it is.
public struct Provider: Sendable {
    /// As in a configuration's "provider".
    public var name: String
    public var adapter: any ProviderAdapter
    /// Without a slash at the end.
    public var baseURL: String
    /// What its environment variables begin with: "OPENAI" for `OPENAI_API_KEY`.
    public var environmentPrefix: String
    public var authentication = Authentication.key
    /// Variables that count besides those with the prefix.
    var otherVariables = OtherVariables()
    /// The header field by which the provider knows a request that is sent again; nil where it knows none.
    public var idempotencyHeader: String?

    public init(name: String, adapter: any ProviderAdapter, baseURL: String, environmentPrefix: String) {
        self.name = name
        self.adapter = adapter
        self.baseURL = baseURL
        self.environmentPrefix = environmentPrefix
    }
}

/// What a client of a provider needs before it may call.
public enum Authentication: Sendable {
    /// A key; a server of the caller's own, by base_url, may need none.
    case key
    /// A key, wherever the server is.
    case keyAlways
    /// None, but one is sent if there is one.
    case optionalKey
    /// A key, or AWS credentials that sign each request.
    case aws
}

/// Names that a provider's users know from elsewhere.
struct OtherVariables: Sendable {
    var apiKey: [String] = []
    var baseURL: [String] = []
    var apiVersion: [String] = []
}

/// The providers that clients can be made for. More can be registered while the program runs; a client keeps the one that
/// it was made with.
public final class ProviderRegistry: Sendable {
    public static let shared = ProviderRegistry(builtIn)

    private let providers: Locked<[String: Provider]>

    private static var builtIn: [Provider] {
        var openAI = Provider(
            name: "openai",
            adapter: OpenAIAdapter(),
            baseURL: "https://api.openai.com/v1",
            environmentPrefix: "OPENAI"
        )
        openAI.idempotencyHeader = "idempotency-key"
        return [
            openAI,
            Provider(
                name: "openai-responses",
                adapter: OpenAIResponsesAdapter(),
                baseURL: "https://api.openai.com/v1",
                environmentPrefix: "OPENAI"
            ),
            Provider(
                name: "anthropic",
                adapter: AnthropicAdapter(),
                baseURL: "https://api.anthropic.com",
                environmentPrefix: "ANTHROPIC"
            ),
            Provider(
                name: "gemini",
                adapter: GeminiAdapter(),
                baseURL: "https://generativelanguage.googleapis.com",
                environmentPrefix: "GEMINI"
            ),
            ollama, azure, bedrock,
        ]
    }

    private static var ollama: Provider {
        var provider = Provider(
            name: "ollama",
            adapter: OllamaAdapter(),
            baseURL: "http://localhost:11434",
            environmentPrefix: "OLLAMA"
        )
        provider.authentication = .optionalKey
        return provider
    }

    /// Each customer has a host of their own.
    private static var azure: Provider {
        var provider = Provider(
            name: "azure",
            adapter: AzureOpenAIAdapter(),
            baseURL: "",
            environmentPrefix: "AZURE"
        )
        provider.authentication = .keyAlways
        provider.otherVariables.apiKey = ["AZURE_OPENAI_API_KEY"]
        provider.otherVariables.baseURL = ["AZURE_OPENAI_ENDPOINT"]
        provider.otherVariables.apiVersion = ["OPENAI_API_VERSION"]
        return provider
    }

    private static var bedrock: Provider {
        var provider = Provider(
            name: "bedrock",
            adapter: BedrockAdapter(),
            baseURL: "https://bedrock-runtime.{region}.amazonaws.com",
            environmentPrefix: "BEDROCK"
        )
        provider.authentication = .aws
        provider.otherVariables.apiKey = ["AWS_BEARER_TOKEN_BEDROCK"]
        return provider
    }

    init(_ providers: [Provider]) {
        let entries = providers.map { ($0.name, $0) }
        self.providers = Locked(Dictionary(entries, uniquingKeysWith: { $1 }))
        ForkGuard.shared.protect(
            .innermost,
            prepare: { [self] in self.providers.lockForFork() },
            parent: { [self] in self.providers.unlockAfterFork() },
            child: { [self] in self.providers.unlockAfterFork() }
        )
    }

    /// Adds a provider, or puts it in place of the one of that name.
    public func register(_ provider: Provider) {
        providers.withLock { $0[provider.name] = provider }
    }

    public func provider(named name: String) -> Provider? {
        providers.withLock { $0[name] }
    }

    /// All names, sorted.
    public var names: [String] {
        providers.withLock { $0.keys.sorted() }
    }

    /// The provider, or an error that lists those there are.
    func find(_ name: String) throws(LLMError) -> Provider {
        guard let provider = provider(named: name) else {
            throw .configuration("there is no provider \"\(name)\"; known are \(names.joined(separator: ", "))")
        }
        return provider
    }
}
