import Testing

@testable import ScalingMemory

@Suite("A million arrivals")
struct AdmissionPropertyTests {
    struct Run: Sendable, CustomTestStringConvertible {
        let name: String
        let seed: UInt64
        var limits: RateLimitSettings
        var traffic: AdmissionSimulation.Traffic

        init(
            _ name: String,
            seed: UInt64,
            _ change: (inout RateLimitSettings, inout AdmissionSimulation.Traffic) -> Void
        ) {
            self.name = name
            self.seed = seed
            limits = .none
            traffic = AdmissionSimulation.Traffic()
            change(&limits, &traffic)
        }

        var testDescription: String { "\(name), seed \(seed)" }
    }

    static let runs = [
        Run("a minute's limit alone", seed: 11) { limits, traffic in
            limits.perMinute = 997
        },
        Run("a small burst", seed: 12) { limits, traffic in
            (limits.perMinute, limits.burst) = (1100, 10)
        },
        Run("a burst above the limit", seed: 13) { limits, traffic in
            (limits.perMinute, limits.burst) = (600, 5000)
            traffic.gapMs = 80
        },
        Run("a minute's and an hour's limit", seed: 14) { limits, traffic in
            (limits.perMinute, limits.perHour) = (1150, 30_011)
        },
        Run("tokens, reserved and kept", seed: 15) { limits, traffic in
            limits.tokensPerMinute = 100_003
            traffic.tokens = 200
        },
        Run("tokens, settled by the usage", seed: 16) { limits, traffic in
            limits.tokensPerMinute = 90_000
            (traffic.tokens, traffic.settles) = (200, true)
        },
        Run("calls at once", seed: 17) { limits, traffic in
            limits.maxConcurrent = 8
            traffic.gapMs = 60
        },
        Run("all limits", seed: 18) { limits, traffic in
            (limits.perMinute, limits.perHour, limits.burst) = (1100, 60_000, 50)
            (limits.tokensPerMinute, limits.maxConcurrent) = (120_000, 12)
            traffic.tokens = 210
        },
        Run("all limits, and a server that speaks", seed: 19) { limits, traffic in
            (limits.perMinute, limits.perHour, limits.burst) = (1100, 60_000, 50)
            (limits.tokensPerMinute, limits.maxConcurrent) = (120_000, 12)
            (traffic.tokens, traffic.settles, traffic.serverSpeaks) = (210, true, true)
        },
        Run("few calls, long waits, dear ones that are refused for good", seed: 20) { limits, traffic in
            (limits.perMinute, limits.perHour, limits.tokensPerMinute) = (7, 301, 500)
            (traffic.gapMs, traffic.tokens) = (9000, 520)
        },
    ]

    @Test(
        "No window sees more than limit and burst, the order is kept, and who does not go costs nothing",
        arguments: runs
    )
    func holds(run: Run) async {
        var simulation = AdmissionSimulation(run.limits, run.traffic, seed: run.seed)
        await simulation.run()
        #expect(simulation.violations == AdmissionSimulation.Violations())
        let (limits, counts) = (run.limits, simulation.counts)
        let burst = limits.burst > 0 ? limits.burst : limits.perMinute
        if limits.perMinute > 0 {
            #expect(mostInWindow(ofMinutes: 1, simulation.admissions) <= limits.perMinute + burst)
        }
        if limits.perHour > 0 { #expect(mostInWindow(ofMinutes: 60, simulation.admissions) <= 2 * limits.perHour) }
        if limits.tokensPerMinute > 0 {
            #expect(mostInWindow(ofMinutes: 1, simulation.tokenFlow) <= 2 * limits.tokensPerMinute)
        }
        // Traffic that meets no limit would show nothing.
        #expect(counts[.admitted, default: 0] > run.traffic.arrivals / 10)
        #expect(counts[.canceled, default: 0] > 100)
        #expect(counts[.refused, default: 0] + counts[.gaveUp, default: 0] > 100)
        #expect(simulation.mostWaiting > 10)
    }

    @Test("The runs add up to a million")
    func million() {
        #expect(Self.runs.reduce(0) { $0 + $1.traffic.arrivals } >= 1_000_000)
    }

    @Test("With a bucket alone, whoever is not refused when he comes goes before he gives up")
    func predictionIsExact() async {
        for seed in UInt64(1)...3 {
            var limits = RateLimitSettings.none
            (limits.perMinute, limits.burst) = (1000 + Int(seed), 20)
            var traffic = AdmissionSimulation.Traffic()
            (traffic.arrivals, traffic.cancels) = (20_000, false)
            var simulation = AdmissionSimulation(limits, traffic, seed: seed)
            await simulation.run()
            #expect(simulation.violations == AdmissionSimulation.Violations())
            #expect(simulation.counts[.gaveUp] == nil)
            #expect(simulation.counts[.refused, default: 0] > 100)
        }
    }
}
