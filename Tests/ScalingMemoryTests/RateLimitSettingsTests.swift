import Testing

@testable import ScalingMemory

@Suite("\"rate_limit\" of a configuration")
struct RateLimitSettingsTests {
    private func settings(_ json: String) throws -> RateLimitSettings {
        try Configuration(json: #"{"provider": "openai", "rate_limit": "# + json + "}").rateLimit
    }

    @Test("The defaults")
    func defaults() throws {
        let defaults = try settings("{}")
        #expect(defaults == RateLimitSettings())
        #expect(defaults.burst == 0)
        #expect(defaults.scope == .shared)
        #expect(defaults.adaptive)
    }

    @Test("Every field is read")
    func fields() throws {
        var expected = RateLimitSettings()
        (expected.perMinute, expected.perHour, expected.tokensPerMinute) = (1, 2, 3)
        (expected.maxConcurrent, expected.maxWaitMs, expected.burst) = (4, 5, 6)
        (expected.scope, expected.adaptive) = (.client, false)
        let json = """
            {"per_minute": 1, "per_hour": 2, "tokens_per_minute": 3, "max_concurrent": 4, "max_wait_ms": 5, "burst": 6,
             "scope": "client", "adaptive": false}
            """
        #expect(try settings(json) == expected)
    }

    @Test(
        "What is wrong is named, with what it takes",
        arguments: [
            (#"{"burst": -1}"#, "rate_limit.burst", LLMError.Code.configuration),
            (#"{"burst": "5"}"#, "rate_limit.burst", .invalidArgument),
            (
                #"{"scope": "process"}"#, #"rate_limit.scope is "process"; it takes "shared" or "client""#,
                .configuration
            ),
            (#"{"scope": 1}"#, "rate_limit.scope", .invalidArgument),
            (#"{"adaptive": 1}"#, "rate_limit.adaptive", .invalidArgument),
            (#"{"per_second": 1}"#, "per_second", .configuration),
        ]
    )
    func errors(json: String, names: String, code: LLMError.Code) throws {
        let error = #expect(throws: LLMError.self) { try settings(json) }
        #expect(error?.code == code)
        #expect(error?.message.contains(names) == true)
    }
}
