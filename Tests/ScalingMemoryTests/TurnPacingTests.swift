import Testing

@testable import ScalingMemory

@Suite("Pacing of turns")
struct TurnPacingTests {
    /// In microseconds, after 64 turns that are `everyUs` apart, each with `ready` descriptors of `watched`.
    private func pause(everyUs: Int, ready: Int, of watched: Int) -> Int {
        var pacing = TurnPacing()
        for turn in 1...64 {
            let now = Instant(nanoseconds: 1_000_000_000 + Int64(turn * everyUs) * 1000)
            pacing.turnBegins(at: now, ready: ready, of: watched)
        }
        return pacing.pauseNs / 1000
    }

    @Test("many streams, each with an event now and then: several are taken in one turn")
    func manyStreams() {
        #expect(pause(everyUs: 25, ready: 1, of: 1000) == 150)
        #expect(pause(everyUs: 200, ready: 8, of: 1000) == 150)
    }

    @Test("no pause is longer than a quarter of a millisecond")
    func longest() {
        #expect(pause(everyUs: 100, ready: 1, of: 1000) == 250)
    }

    @Test("few streams: none waits, however often their events come")
    func fewStreams() {
        #expect(pause(everyUs: 10, ready: 1, of: 63) == 0)
        #expect(pause(everyUs: 10, ready: 1, of: 64) == 60)
    }

    @Test("events that come seldom: there would be nothing to take together")
    func seldom() {
        #expect(pause(everyUs: 200, ready: 1, of: 1000) == 0)
    }

    @Test("turns that find much to do as it is")
    func busy() {
        #expect(pause(everyUs: 300, ready: 16, of: 1000) == 0)
        #expect(pause(everyUs: 2000, ready: 256, of: 10_000) == 0)
    }

    @Test("it ends when the events do")
    func ends() {
        var pacing = TurnPacing()
        var nanoseconds: Int64 = 1_000_000_000
        func turns(_ count: Int, everyUs: Int64) {
            for _ in 0..<count {
                nanoseconds += everyUs * 1000
                pacing.turnBegins(at: Instant(nanoseconds: nanoseconds), ready: 1, of: 1000)
            }
        }
        turns(64, everyUs: 50)
        #expect(pacing.pauseNs > 0)
        turns(32, everyUs: 1000)
        #expect(pacing.pauseNs == 0)
    }
}
