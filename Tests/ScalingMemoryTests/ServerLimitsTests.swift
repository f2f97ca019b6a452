import Testing

@testable import ScalingMemory

@Suite("A server's limits in its header fields")
struct ServerLimitsTests {
    private let now = Instant(nanoseconds: 5_000_000_000)
    /// 2026-01-01T00:00:00Z
    private let unixMs = 1_767_225_600_000

    private func read(_ fields: [(String, String)]) -> ServerLimits? {
        let head = HTTPResponseHead(status: 200, headers: fields.map { HTTPHeader($0.0, $0.1) })
        return ServerLimits(head, at: now, unixMs: unixMs)
    }

    private func reading(_ limit: Int?, _ remaining: Int?, afterMs: Int?) -> ServerLimits.Reading {
        ServerLimits.Reading(limit: limit, remaining: remaining, resetsAt: afterMs.map { now.adding(milliseconds: $0) })
    }

    @Test("OpenAI's, whatever the letters' case")
    func openAI() throws {
        let limits = try #require(
            read([
                ("content-type", "application/json"), ("x-ratelimit-limit-requests", "60"),
                ("X-RateLimit-Remaining-Requests", "59"), ("x-ratelimit-reset-requests", "1s"),
                ("x-ratelimit-limit-tokens", "150000"), ("x-ratelimit-remaining-tokens", "149984"),
                ("x-ratelimit-reset-tokens", "6m0s"),
            ])
        )
        #expect(limits[.requests] == reading(60, 59, afterMs: 1000))
        #expect(limits[.tokens] == reading(150_000, 149_984, afterMs: 360_000))
        #expect(limits[.inputTokens] == reading(nil, nil, afterMs: nil))
    }

    @Test("Anthropic's")
    func anthropic() throws {
        let limits = try #require(
            read([
                ("anthropic-ratelimit-requests-limit", "50"), ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:30Z"),
                ("anthropic-ratelimit-tokens-remaining", "80000"),
                ("anthropic-ratelimit-input-tokens-limit", "40000"),
                ("anthropic-ratelimit-input-tokens-remaining", "39000"),
                ("anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:00:02Z"),
                ("anthropic-ratelimit-output-tokens-remaining", "8000"),
            ])
        )
        #expect(limits[.requests] == reading(50, 0, afterMs: 30_000))
        #expect(limits[.tokens] == reading(nil, 80_000, afterMs: nil))
        #expect(limits[.inputTokens] == reading(40_000, 39_000, afterMs: 2000))
        #expect(limits[.outputTokens] == reading(nil, 8000, afterMs: nil))
    }

    @Test("Those without a suffix count requests, in a fixed window")
    func withoutSuffix() throws {
        let limits = try #require(
            read([
                ("X-RateLimit-Limit", "50"), ("X-RateLimit-Remaining", "3"), ("X-RateLimit-Reset", "1767225660000"),
            ])
        )
        var expected = reading(50, 3, afterMs: 60_000)
        expected.isFixedWindow = true
        #expect(limits[.requests] == expected)
    }

    @Test("Fields that are not understood say nothing, and spoil no other")
    func nonsense() {
        #expect(read([]) == nil)
        #expect(read([("x-ratelimit-remaining-requests", "many"), ("x-ratelimit-reset-requests", "soon")]) == nil)
        #expect(read([("x-ratelimit-remaining-images", "3"), ("x-ratelimit-", "3"), ("x-ratelimit", "3")]) == nil)
        #expect(read([("anthropic-ratelimit-remaining", "3"), ("anthropic-ratelimit-unified-status", "x")]) == nil)
        let limits = read([("x-ratelimit-reset-requests", "soon"), ("x-ratelimit-remaining-requests", "3")])
        #expect(limits?[.requests] == reading(nil, 3, afterMs: nil))
    }

    @Test(
        "Numbers out of all bounds stay numbers",
        arguments: [("-1", 0), ("2.9", 2), ("1e300", 1_000_000_000_000_000)]
    )
    func numbers(text: String, expected: Int) {
        #expect(read([("x-ratelimit-remaining-requests", text)])?[.requests].remaining == expected)
    }
}
