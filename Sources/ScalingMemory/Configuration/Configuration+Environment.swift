extension Configuration {
    /// The configuration that the environment describes, as JSON, with the key's variable instead of the key.
    /// `provider` nil: what `LLM_PROVIDER` says.
    public static func json(fromEnvironmentFor provider: String?) throws(LLMError) -> String {
        _ = try LogLevel.fromEnvironment()
        let provider = try Self.provider(provider)
        let variables = EnvironmentVariables(prefix: provider.environmentPrefix)
        let baseURL = provider.baseURLVariables.lazy.compactMap(Environment.value).first
        let keyVariable = provider.keyVariables.first { Environment.value($0) != nil }
        if let keyVariable, let key = Environment.value(keyVariable) { _ = try Secret(key, called: keyVariable) }
        if keyVariable == nil { try provider.checkMissingKey(hasBaseURL: baseURL != nil) }
        let aws = try awsFromEnvironment(for: provider)
        let maxTokens = try Environment.integer(variables.maxTokens, in: 1...100_000_000)
        let temperature = try Environment.number(variables.temperature, in: 0...2)
        let rateLimit = try rateLimitFromEnvironment()
        let retry = try retryFromEnvironment()
        return JSONWriter.text { writer in
            writer.object { writer in
                writer.member("provider", provider.name)
                writer.member("api_key_env", keyVariable)
                writer.member("base_url", baseURL)
                writer.member("model", Environment.value(variables.model))
                writer.member("api_version", provider.apiVersionVariables.lazy.compactMap(Environment.value).first)
                writer.member("aws", aws)
                writer.member("max_tokens", maxTokens)
                writer.member("temperature", temperature)
                writer.member("rate_limit", rateLimit.isEmpty ? nil : .object(rateLimit))
                writer.member("retry", retry.isEmpty ? nil : .object(retry))
            }
        }
    }

    /// The region alone: who makes a client reads the credentials, as the key.
    private static func awsFromEnvironment(for provider: Provider) throws(LLMError) -> JSONValue? {
        guard provider.authentication == .aws, let region = try AWSSettings.regionFromEnvironment() else { return nil }
        return ["region": .string(region)]
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
    var apiVersion: String { prefix + "_API_VERSION" }
    var maxTokens: String { prefix + "_MAX_TOKENS" }
    var temperature: String { prefix + "_TEMPERATURE" }
}

extension Provider {
    /// Where a key may be, the first that is set counts.
    var keyVariables: [String] {
        [EnvironmentVariables(prefix: environmentPrefix).apiKey] + otherVariables.apiKey
    }

    var baseURLVariables: [String] {
        [EnvironmentVariables(prefix: environmentPrefix).baseURL] + otherVariables.baseURL
    }

    var apiVersionVariables: [String] {
        [EnvironmentVariables(prefix: environmentPrefix).apiVersion] + otherVariables.apiVersion
    }

    /// Throws where a client without a key cannot be.
    func checkMissingKey(hasBaseURL: Bool) throws(LLMError) {
        let names = keyVariables.joined(separator: " or ")
        switch authentication {
        case .optionalKey: return
        case .key where hasBaseURL: return
        case .key, .keyAlways: throw .configuration("\(name) needs a key: give api_key, or set \(names)")
        case .aws:
            if hasBaseURL { return }
            if try AWSSettings.credentialsFromEnvironment() != nil { return }
            throw .configuration(
                "\(name) needs a key or AWS credentials: give api_key or \"aws\": {\"access_key_id\", "
                    + "\"secret_access_key\", \"region\"}, or set \(names), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        }
    }
}
