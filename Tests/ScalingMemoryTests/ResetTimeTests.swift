import Testing

@testable import ScalingMemory

@Suite("When a server's limit is renewed")
struct ResetTimeTests {
    private let now = Instant(nanoseconds: 5_000_000_000)
    /// 2026-01-01T00:00:00Z
    private let unixMs = 1_767_225_600_000

    private func milliseconds(_ text: String) -> Int? {
        ResetTime.instant(text, at: now, unixMs: unixMs).map { Int(($0.nanoseconds - now.nanoseconds) / 1_000_000) }
    }

    @Test(
        "Every spelling is read",
        arguments: [
            // OpenAI's durations
            ("1s", 1000), ("6m0s", 360_000), ("12ms", 12), ("1h2m3.5s", 3_723_500), ("8.64s", 8640), ("1d", 86_400_000),
            ("0s", 0), ("500us", 1), ("500µs", 1), ("1ns", 1), ("1m1ms", 60_001),
            // seconds from now
            ("0", 0), ("7", 7000), ("0.25", 250), ("86400", 86_400_000),
            // Unix seconds and milliseconds
            ("1767225660", 60_000), ("1767225600.5", 500), ("1767225660000", 60_000), ("1767225600001", 1),
            // RFC 3339
            ("2026-01-01T00:01:00Z", 60_000), ("2026-01-01T00:00:00.25Z", 250),
            ("2026-01-01T00:00:01.999999999Z", 2000),
            ("2026-01-01T01:00:30+01:00", 30_000), ("2025-12-31T23:00:30-01:00", 30_000),
            ("2026-01-01T00:00:05z", 5000),
        ]
    )
    func reads(text: String, expected: Int) {
        #expect(milliseconds(text) == expected)
    }

    @Test("A moment that is past is now", arguments: ["1767225599", "1700000000000", "2025-12-31T23:59:59Z"])
    func past(text: String) {
        #expect(milliseconds(text) == 0)
    }

    @Test(
        "What is none of these, or more than a month away, says nothing",
        arguments: [
            "", " ", "soon", "s", "1x", "1m30", "1..5s", "-1", "-5s", "nan", "inf", "1e400", "5s ago", "1 s",
            "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+1", "32d", "2678401",
            "1799999999", "9999999999999999999",
        ]
    )
    func refused(text: String) {
        #expect(ResetTime.instant(text, at: now, unixMs: unixMs) == nil)
    }
}
