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
    /// The header field that holds the key, where it is not the wire's own.
    public var keyField: KeyField?
    /// Sent with every request, in place of the library's own of that name.
    public var headers: [HTTPHeader] = []
    /// What the provider cannot do, of `Capability` and of what `ChatQuirks.lacks` says.
    public var lacks: Set<String> = []
    /// Names of models; the first is the model of those who name none.
    public var models: [String] = []
    /// Whether requests must name a model. A server with one model alone needs no name.
    public var needsModel = true
    public var origin = Origin.defined
    /// Answers in the provider's place, without a network: see `EchoServer`.
    var isLoopback = false

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
    public static let shared = ProviderRegistry(ProviderTable.providers)

    private let providers: Locked<[String: Provider]>

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

    /// Replaces what is there under `name` by what `make` makes of it; nil where there is nothing.
    package func register(as name: String, _ make: (Provider?) -> Provider) {
        providers.withLock { $0[name] = make($0[name]) }
    }

    /// All of them, by name.
    public var all: [Provider] {
        providers.withLock { $0.values.sorted { $0.name < $1.name } }
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
