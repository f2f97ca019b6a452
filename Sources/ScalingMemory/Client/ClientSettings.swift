/// A configuration that has been found good, with everything that calls need of it worked out.
final class ClientSettings: Sendable {
    let provider: Provider
    let configuration: Configuration
    let baseURL: String
    let apiKey: Secret?
    /// Who signs, where there is no key and the provider takes AWS credentials.
    let signer: AWSSigner?
    let apiVersion: String?
    let connection: ConnectionSettings
    let retry: RetryPolicy
    /// Where calls go that say nothing of their own about it.
    let endpoint: Endpoint
    /// What answers in the network's place; nil for what is sent over it.
    private let loopback: LoopbackTransport?
    /// Tells clients apart whose limits are their own.
    private let number = CallIdentifier.next()

    init(_ configuration: Configuration, retry: (any RetryStrategy)?) throws(LLMError) {
        self.configuration = configuration
        provider = try ProviderRegistry.shared.find(configuration.provider)
        let region = try provider.region(configuration)
        let (baseURL, parts) = try URLParts.baseURL(provider.baseURL(configuration, region: region))
        self.baseURL = baseURL
        apiKey = try Self.key(configuration, provider)
        signer = apiKey == nil ? try provider.signer(configuration, region: region, host: parts.host) : nil
        apiVersion =
            configuration.apiVersion ?? provider.apiVersionVariables.lazy.compactMap(Environment.value).first
        connection = try ConnectionSettings(configuration, to: parts)
        self.retry = RetryPolicy(configuration.retry, own: retry)
        loopback = try Self.loopback(configuration, provider)
        try Self.checkSecrecy(of: apiKey ?? signer?.credentials.secretAccessKey, on: parts, configuration)
        try configuration.headers.check(failingWith: .configuration)
        endpoint = Endpoint(
            provider,
            baseURL: baseURL,
            apiKey: apiKey,
            headers: configuration.headers,
            apiVersion: apiVersion,
            signer: signer
        )
    }

    /// The key that was given, or the one in the provider's variable; a server of the caller's own needs none.
    private static func key(_ configuration: Configuration, _ provider: Provider) throws(LLMError) -> Secret? {
        if let key = configuration.apiKey { return try Secret(key.value, called: "api_key") }
        if configuration.aws?.credentials != nil, provider.authentication == .aws { return nil }
        for variable in provider.keyVariables {
            if let text = Environment.value(variable) { return try Secret(text, called: variable) }
        }
        try provider.checkMissingKey(hasBaseURL: configuration.baseURL != nil)
        return nil
    }

    private static func checkSecrecy(
        of key: Secret?,
        on url: URLParts,
        _ configuration: Configuration
    ) throws(LLMError) {
        guard key != nil, url.scheme == "http", !url.isLoopback, !configuration.allowInsecureHTTP else { return }
        throw .configuration(
            "base_url is plain http to \(url.host), which would show the key to everybody on the way; it takes https, "
                + "a loopback address, or \"allow_insecure_http\": true"
        )
    }

    private static func loopback(
        _ configuration: Configuration,
        _ provider: Provider
    ) throws(LLMError) -> LoopbackTransport? {
        if provider.isLoopback { return LoopbackTransport(EchoServer(configuration.script ?? EchoScript())) }
        guard configuration.script == nil else {
            throw .configuration("script is for the provider echo; \(provider.name) answers by itself")
        }
        return nil
    }

    // MARK: For one call

    @IOThread var transport: any Transport { loopback ?? HTTPTransport.current }

    /// Where a call with these options goes.
    func endpoint(_ options: CallOptions) throws(LLMError) -> Endpoint {
        try options.check()
        if options.apiKey == nil, options.headers.isEmpty { return endpoint }
        if options.apiKey != nil, let parts = URLParts(baseURL) {
            try Self.checkSecrecy(of: options.apiKey, on: parts, configuration)
        }
        return Endpoint(
            provider,
            baseURL: baseURL,
            apiKey: options.apiKey ?? apiKey,
            headers: configuration.headers + options.headers,
            apiVersion: apiVersion,
            signer: signer
        )
    }

    /// Whom a call with these options shares its rate limits with.
    func limiter(for options: CallOptions) -> RateLimiters.Key {
        RateLimiters.Key(
            provider: provider.name,
            baseURL: baseURL,
            apiKey: options.apiKey ?? apiKey ?? signer?.credentials.secretAccessKey,
            limits: configuration.rateLimit,
            client: number
        )
    }

    /// What a call reserves of the token limit.
    func estimate(_ operation: Operation) -> TokenEstimate {
        let limit = configuration.rateLimit.tokensPerMinute
        guard limit > 0 else { return .none }
        switch operation {
        case .complete(let request), .stream(let request):
            var request = request
            request.maxTokens = request.maxTokens ?? configuration.maxTokens
            return TokenEstimate(request, limit: limit)
        case .embed(let request):
            let bytes = request.input.reduce(0) { $0 &+ $1.utf8.count }
            return TokenEstimate(prompt: (bytes &+ 3) / 4, output: 0)
        case .listModels, .healthCheck: return .none
        }
    }

    /// The request with what the configuration says where it says nothing.
    func filled(_ request: consuming Request) throws(LLMError) -> Request {
        var request = try request.prepared(sanitizing: configuration.sanitize)
        request.model = request.model ?? configuration.model ?? provider.models.first
        request.maxTokens = request.maxTokens ?? configuration.maxTokens
        request.temperature = request.temperature ?? configuration.temperature
        request.dropUnsupported = request.dropUnsupported ?? configuration.dropUnsupported
        try checkModel(request.model)
        return request
    }

    func filled(_ request: EmbeddingRequest) throws(LLMError) -> EmbeddingRequest {
        var request = try request.prepared(sanitizing: configuration.sanitize)
        request.model = request.model ?? configuration.model ?? provider.models.first
        try checkModel(request.model)
        return request
    }

    /// A server of the caller's own may have one model alone, which needs no name.
    private func checkModel(_ model: String?) throws(LLMError) {
        guard model == nil, configuration.baseURL == nil, provider.needsModel else { return }
        let variable = EnvironmentVariables(prefix: provider.environmentPrefix).model
        throw .configuration("model is missing: give it in the request or the configuration, or set \(variable)")
    }
}

extension Endpoint {
    /// The key goes where the provider looks for it; without one, `signer` signs.
    fileprivate init(
        _ provider: Provider,
        baseURL: String,
        apiKey: Secret?,
        headers own: [HTTPHeader],
        apiVersion: String?,
        signer: AWSSigner?
    ) {
        var key = apiKey
        var headers = provider.headers
        if let field = provider.keyField, let secret = key {
            headers.set(field.field(secret))
            key = nil
        }
        for header in own { headers.set(header) }
        self.init(baseURL: baseURL, apiKey: key, headers: headers)
        self.apiVersion = apiVersion
        self.signer = key == nil ? signer : nil
    }
}
