extension Configuration {
    /// The configuration that the environment describes, as JSON, with the key's variable instead of the key.
    /// `provider` nil: what `LLM_PROVIDER` says.
    public static func json(fromEnvironmentFor provider: String?) throws(LLMError) -> String {
        _ = try LogLevel.fromEnvironment()
        let provider = try Self.provider(provider)
        let variables = EnvironmentVariables(prefix: provider.environmentPrefix)
        let baseURL = Environment.value(variables.baseURL)
        let hasKey = Environment.value(variables.apiKey) != nil
        if !hasKey, baseURL == nil { throw .missingKey(of: provider) }
        if hasKey, let key = Environment.value(variables.apiKey) { _ = try Secret(key, called: variables.apiKey) }
        let maxTokens = try Environment.integer(variables.maxTokens, in: 1...100_000_000)
        let temperature = try Environment.number(variables.temperature, in: 0...2)
        let rateLimit = try rateLimitFromEnvironment()
        let retry = try retryFromEnvironment()
        return JSONWriter.text { writer in
            writer.object { writer in
                writer.member("provider", provider.name)
                writer.member("api_key_env", hasKey ? variables.apiKey : nil)
                writer.member("base_url", baseURL)
                writer.member("model", Environment.value(variables.model))
                writer.member("max_tokens", maxTokens)
                writer.member("temperature", temperature)
                writer.member("rate_limit", rateLimit.isEmpty ? nil : .object(rateLimit))
                writer.member("retry", retry.isEmpty ? nil : .object(retry))
            }
        }
    }

    private static func rateLimitFromEnvironment() throws(LLMError) -> JSONObject {
        let counts = RateLimitSettings.counts
        var limits = JSONObject()
        limits["per_minute"] = try Environment.integer("RATE_LIMIT_PER_MINUTE", in: counts).map(JSONValue.integer)
        limits["per_hour"] = try Environment.integer("RATE_LIMIT_PER_HOUR", in: counts).map(JSONValue.integer)
        limits["max_concurrent"] = try Environment.integer("MAX_CONCURRENT_REQUESTS", in: counts)
            .map(JSONValue.integer)
        return limits
    }

    private static func retryFromEnvironment() throws(LLMError) -> JSONObject {
        let milliseconds = RetrySettings.milliseconds
        let initial = try Environment.integer("RETRY_INITIAL_DELAY_MS", in: milliseconds)
        let most = try Environment.integer("RETRY_MAX_DELAY_MS", in: milliseconds)
        let defaults = RetrySettings()
        guard initial ?? defaults.initialDelayMs <= most ?? defaults.maxDelayMs else {
            throw .configuration(
                "RETRY_INITIAL_DELAY_MS (\(initial ?? defaults.initialDelayMs)) is more than RETRY_MAX_DELAY_MS "
                    + "(\(most ?? defaults.maxDelayMs))"
            )
        }
        var retry = JSONObject()
        retry["max_retries"] = try Environment.integer("RETRY_MAX_RETRIES", in: RetrySettings.counts)
            .map(JSONValue.integer)
        retry["initial_delay_ms"] = initial.map(JSONValue.integer)
        retry["max_delay_ms"] = most.map(JSONValue.integer)
        return retry
    }

    /// The configuration that the environment describes.
    public init(fromEnvironmentFor provider: String? = nil) throws(LLMError) {
        try self.init(json: Self.json(fromEnvironmentFor: provider))
    }

    private static func provider(_ name: String?) throws(LLMError) -> Provider {
        if let name { return try ProviderRegistry.shared.find(name) }
        let names = ProviderRegistry.shared.names.joined(separator: ", ")
        guard let name = Environment.value("LLM_PROVIDER") else {
            throw .configuration("LLM_PROVIDER is not set; it takes one of \(names)")
        }
        guard let provider = ProviderRegistry.shared.provider(named: name) else {
            throw .configuration("LLM_PROVIDER is \"\(name)\"; it takes one of \(names)")
        }
        return provider
    }
}

/// The names of a provider's variables.
struct EnvironmentVariables {
    let prefix: String

    var apiKey: String { prefix + "_API_KEY" }
    var baseURL: String { prefix + "_BASE_URL" }
    var model: String { prefix + "_MODEL" }
    var maxTokens: String { prefix + "_MAX_TOKENS" }
    var temperature: String { prefix + "_TEMPERATURE" }
}

extension LLMError {
    static func missingKey(of provider: Provider) -> LLMError {
        let variable = EnvironmentVariables(prefix: provider.environmentPrefix).apiKey
        return .configuration("\(provider.name) needs a key: give api_key, or set \(variable)")
    }
}
