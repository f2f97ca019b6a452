import Testing

@testable import ScalingMemory

@Suite("A histogram of durations")
struct LatencyHistogramTests {
    /// A multiplicative generator, so that every run sees the same numbers.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }

    @Test("Percentiles are within one percent of those of the sorted values", arguments: 1...8 as ClosedRange<UInt64>)
    func percentiles(seed: UInt64) throws {
        var generator = Seeded(state: seed)
        var histogram = LatencyHistogram()
        var values: [Int] = []
        for _ in 0..<20_000 {
            // Evenly over the powers of two, from 1 microsecond to above an hour.
            let value = Int.random(in: 0..<(1 << Int.random(in: 1...32, using: &generator)), using: &generator)
            histogram.record(microseconds: value)
            values.append(value)
        }
        values.sort()
        for percent in [0, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 100] {
            let rank = max(Int((percent / 100 * Double(values.count)).rounded(.up)), 1)
            let exact = Double(values[rank - 1]) / 1000
            let told = try #require(histogram.percentile(percent))
            #expect(abs(told - exact) <= exact * 0.01, "\(percent) %: \(told), not \(exact)")
        }
        #expect(histogram.maximum == Double(values[values.count - 1]) / 1000)
        let mean = Double(values.reduce(0, +)) / Double(values.count) / 1000
        #expect(abs(try #require(histogram.mean) - mean) <= 0.001)
    }

    @Test("Every duration is told to within one percent, around each power of two as elsewhere")
    func everyPower() throws {
        for power in 0..<32 {
            for value in [(1 << power) - 1, 1 << power, (1 << power) + 1, (1 << power) + (1 << power) / 3] {
                var histogram = LatencyHistogram()
                histogram.record(microseconds: value)
                histogram.record(microseconds: LatencyHistogram.maximum)
                let told = try #require(histogram.percentile(50))
                #expect(abs(told - Double(value) / 1000) <= Double(value) / 100_000, "\(value)")
            }
        }
    }

    @Test("Small durations are exact to the microsecond")
    func exact() {
        for value in 0..<256 {
            var histogram = LatencyHistogram()
            histogram.record(milliseconds: Double(value) / 1000)
            #expect(histogram.percentile(50) == Double(value) / 1000)
        }
    }

    @Test("What is longer than the longest counts as that; what is no duration, as none")
    func saturating() {
        var histogram = LatencyHistogram()
        for value in [1e300, Double.infinity] { histogram.record(milliseconds: value) }
        histogram.record(microseconds: .max)
        let longest = Double(LatencyHistogram.maximum) / 1000
        #expect(histogram.count == 3 && histogram.maximum == longest)
        #expect(abs((histogram.percentile(1) ?? 0) - longest) < longest * 0.01)
        // More than an hour.
        #expect(LatencyHistogram.maximum > 3_600_000_000)
        var nothing = LatencyHistogram()
        for value in [-1, 0, Double.nan, -Double.infinity] { nothing.record(milliseconds: value) }
        nothing.record(microseconds: .min)
        #expect(nothing.count == 5 && nothing.maximum == 0)
    }

    @Test("An empty one has no percentiles")
    func empty() {
        let histogram = LatencyHistogram()
        #expect(histogram.percentile(50) == nil && histogram.mean == nil && histogram.maximum == nil)
    }
}

@Suite("A client's statistics")
struct ClientStatisticsTests {
    private func read(_ statistics: ClientStatistics) throws -> JSONObject {
        try #require(try JSONParser().parse(statistics.json) { JSONValue($0) }.object)
    }

    @Test("They start at nothing, without percentiles")
    func empty() throws {
        #expect(
            ClientStatistics(provider: "p").json
                == #"{"provider":"p","calls":{"started":0,"succeeded":0,"failed":0,"in_flight":0},"attempts":0,"#
                + #""retries":{"total":0},"errors":{"total":0},"usage":{"input_tokens":0,"output_tokens":0,"#
                + #""cached_input_tokens":0,"reasoning_tokens":0},"queue":{"waiting":0,"wait_ms":{"count":0}},"#
                + #""latency_ms":{"count":0},"time_to_first_event_ms":{"count":0}}"#
        )
    }

    @Test("They count what happens to calls")
    func counts() throws {
        let statistics = ClientStatistics(provider: "p")
        var usage = Usage()
        usage.inputTokens = 19
        usage.outputTokens = 10
        usage.cachedInputTokens = 4
        for _ in 0..<5 { statistics.callStarted() }
        for _ in 0..<2 { statistics.queued() }
        statistics.dequeued(waitMs: 20)
        for _ in 0..<7 { statistics.attemptStarted() }
        for code in [LLMError.Code.rateLimited, .timeout, .rateLimited] { statistics.retried(code) }
        statistics.callSucceeded(latencyMs: 100, firstEventMs: 10, usage: usage)
        statistics.callSucceeded(latencyMs: 200, usage: usage)
        statistics.callFailed(.timeout)
        let stats = try read(statistics)
        #expect(
            stats["calls"]
                == .object([
                    "started": .integer(5), "succeeded": .integer(2), "failed": .integer(1), "in_flight": .integer(2),
                ])
        )
        #expect(stats["attempts"] == .integer(7))
        #expect(stats["retries"]?.object?["total"] == .integer(3))
        #expect(stats["retries"]?.object?["rate_limited"] == .integer(2))
        #expect(stats["errors"] == .object(["total": .integer(1), "timeout": .integer(1)]))
        #expect(stats["usage"]?.object?["input_tokens"] == .integer(38))
        #expect(stats["usage"]?.object?["cached_input_tokens"] == .integer(8))
        #expect(stats["queue"]?.object?["waiting"] == .integer(1))
        #expect(stats["queue"]?.object?["wait_ms"]?.object?["count"] == .integer(1))
        #expect(stats["latency_ms"]?.object?["count"] == .integer(2))
        #expect(stats["latency_ms"]?.object?["max"] == .integer(200))
        #expect(stats["time_to_first_event_ms"]?.object?["count"] == .integer(1))
    }

    @Test("A call's end is counted by its result; a provider that was found ill is a failure")
    func results() throws {
        let statistics = ClientStatistics(provider: "p")
        var error = LLMError(.server, "down")
        error.partial = Response(provider: "p")
        error.partial?.usage.inputTokens = 3
        for _ in 0..<4 { statistics.callStarted() }
        statistics.callEnded(.success(.response(Response(provider: "p"))), latencyMs: 1)
        statistics.callEnded(.success(.models(ModelList(provider: "p"))), latencyMs: 1)
        statistics.callEnded(.success(.health(HealthReport(provider: "p", latencyMs: 1, error: error))), latencyMs: 1)
        statistics.callEnded(.failure(error), latencyMs: 1)
        let stats = try read(statistics)
        #expect(stats["calls"]?.object?["in_flight"] == .integer(0))
        #expect(stats["calls"]?.object?["succeeded"] == .integer(2))
        #expect(stats["errors"] == .object(["total": .integer(2), "server": .integer(2)]))
        #expect(stats["usage"]?.object?["input_tokens"] == .integer(3))
    }

    @Test("Token counts of any size and sign do not overflow")
    func overflow() throws {
        let statistics = ClientStatistics(provider: "p")
        for tokens in [Int.max, 5, -7, .min] {
            var usage = Usage()
            usage.outputTokens = tokens
            statistics.callSucceeded(latencyMs: 1, usage: usage)
        }
        #expect(try read(statistics)["usage"]?.object?["output_tokens"] == .integer(.max))
    }

    @Test("Many threads count at once and nothing is lost")
    func concurrent() async throws {
        let statistics = ClientStatistics(provider: "p")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        statistics.callStarted()
                        _ = statistics.json
                        statistics.callSucceeded(latencyMs: 1)
                    }
                }
            }
        }
        let stats = try read(statistics)
        #expect(stats["calls"]?.object?["succeeded"] == .integer(4000))
        #expect(stats["latency_ms"]?.object?["count"] == .integer(4000))
    }
}
