import Testing

@testable import ScalingMemory

@Suite("Which clients share a rate limiter", .serialized)
@IOThread
struct RateLimitersTests {
    private static func key(
        _ provider: String = "p",
        url: String = "https://shared.test/v1",
        apiKey: Secret? = "sk-secret",
        client: UInt64 = 1,
        _ change: (inout RateLimitSettings) -> Void = { _ in }
    ) -> RateLimiters.Key {
        var limits = RateLimitSettings()
        change(&limits)
        return RateLimiters.Key(provider: provider, baseURL: url, apiKey: apiKey, limits: limits, client: client)
    }

    @Test("Those with the same provider, base URL, key and limits, however long they are ready to wait")
    func shared() async throws {
        let one = RateLimiters.limiter(for: Self.key())
        #expect(RateLimiters.limiter(for: Self.key(client: 2)) === one)
        #expect(RateLimiters.limiter(for: Self.key { $0.maxWaitMs = 5 }) === one)
        for other in [
            Self.key("q"), Self.key(url: "https://shared.test/v2"), Self.key(apiKey: "sk-other"),
            Self.key(apiKey: nil), Self.key { $0.perMinute = 61 }, Self.key { $0.adaptive = false },
            Self.key { $0.scope = .client },
        ] { #expect(RateLimiters.limiter(for: other) !== one) }
    }

    @Test("With the scope \"client\" each client has its own, and keeps it")
    func clients() async throws {
        let one = RateLimiters.limiter(for: Self.key(client: 1) { $0.scope = .client })
        #expect(RateLimiters.limiter(for: Self.key(client: 1) { $0.scope = .client }) === one)
        #expect(RateLimiters.limiter(for: Self.key(client: 2) { $0.scope = .client }) !== one)
    }

    @Test(
        "One that is as good as new goes away in time; one whose limit was used is kept, so that nobody gets round it"
    )
    func sweeping() async throws {
        let used = RateLimiters.limiter(for: Self.key("used"))
        try await used.acquire(.none, maxWaitMs: 0).release(actualTokens: nil)
        for number in 0..<1000 {
            _ = RateLimiters.limiter(for: Self.key("p\(number)"))
            #expect(RateLimiters.count <= 64)
        }
        #expect(RateLimiters.limiter(for: Self.key("used")) === used)
    }

    @Test("The key does not print")
    func secrecy() {
        var text = ""
        dump(Self.key(), to: &text)
        text += "\(Self.key()) " + String(reflecting: Self.key())
        #expect(!text.contains("sk-secret"))
    }
}
