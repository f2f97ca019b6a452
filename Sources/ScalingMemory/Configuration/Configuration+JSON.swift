extension Configuration {
    private static let fields: Set = [
        "provider", "api_key", "api_key_env", "base_url", "model", "max_tokens", "temperature", "timeout",
        "rate_limit", "retry", "headers", "proxy", "ca_file", "http2", "allow_insecure_http", "max_response_bytes",
        "max_event_bytes", "sanitize", "drop_unsupported", "api_version", "aws", "script",
    ]

    /// Reads a configuration. Throws an error that names the field, what is wrong with it and what it takes.
    public init(json: String) throws(LLMError) {
        self = try Request.parsing(json, as: "the configuration") { (node) throws(LLMError) in
            try Configuration(FieldReader(node, path: "", failingWith: .configuration))
        }
    }

    private init(_ object: FieldReader) throws(LLMError) {
        try object.allowOnly(Self.fields)
        self.init(provider: try object.requiredString("provider", takes: "a provider's name"))
        apiKey = try Secret(object, "api_key")
        if let variable = try object.string("api_key_env") {
            guard apiKey == nil else { throw .configuration("api_key and api_key_env cannot both be given") }
            guard let text = Environment.value(variable) else {
                throw .configuration("api_key_env names the variable \(variable), which is not set")
            }
            apiKey = try Secret(text, called: variable)
        }
        baseURL = try object.string("base_url")
        model = try object.string("model")
        apiVersion = try object.string("api_version")
        if let fields = try object.object("aws") { aws = try AWSSettings(fields) }
        maxTokens = try object.integer("max_tokens", in: 1...100_000_000)
        temperature = try object.number("temperature", in: 0...2)
        dropUnsupported = try object.bool("drop_unsupported") ?? false
        timeouts = Timeouts().applying(try TimeoutOverrides(object.object("timeout")))
        rateLimit = try RateLimitSettings(object.object("rate_limit"))
        retry = try RetrySettings(object.object("retry"))
        headers = try HTTPHeader.list(object, "headers")
        sanitize = try object.bool("sanitize") ?? sanitize
        proxy = try object.string("proxy")
        caFile = try object.string("ca_file")
        http2 = try object.bool("http2") ?? false
        allowInsecureHTTP = try object.bool("allow_insecure_http") ?? false
        script = try EchoScript(object)
        let bytes = 1...Int(Int32.max)
        maxResponseBytes = try object.integer("max_response_bytes", in: bytes) ?? maxResponseBytes
        maxEventBytes = try object.integer("max_event_bytes", in: bytes) ?? maxEventBytes
    }
}
