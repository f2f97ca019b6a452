import Testing

@testable import ScalingMemory

@Suite("Keeping to the server's limits")
struct ServerAllowanceTests {
    private func ms(_ milliseconds: Int) -> Instant { Instant(nanoseconds: 0).adding(milliseconds: milliseconds) }
    private let never = Instant(nanoseconds: .max)
    private func cost(_ prompt: Int, _ output: Int = 0) -> TokenEstimate {
        TokenEstimate(prompt: prompt, output: output)
    }

    private func reading(_ limit: Int?, _ remaining: Int, resetMs: Int?) -> ServerLimits.Reading {
        ServerLimits.Reading(limit: limit, remaining: remaining, resetsAt: resetMs.map(ms))
    }

    @Test("When nothing is left, nobody goes before the reset")
    func exhausted() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0, at: ms(0)) { $0[.requests] = reading(60, 0, resetMs: 3000) }
        #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(0))
        #expect(control.nextWakeUp(at: ms(10)) == ms(3000))
        #expect(control.advance(to: ms(2999)) == [])
        #expect(control.advance(to: ms(3000)) == [.admitted(0)])
    }

    @Test("So many go as are left, and then nobody before the reset")
    func bounded() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0, at: ms(0)) { $0[.requests] = reading(60, 3, resetMs: 3000) }
        let decisions = (0..<4).map { _ in control.enqueue(cost(1), never, at: ms(10)) }
        #expect(decisions == [.admitted, .admitted, .admitted, .waiting(0)])
        #expect(control.advance(to: ms(3000)) == [.admitted(0)])
    }

    @Test("Calls that were on their way when the server wrote are taken off what it says is left")
    func inFlight() {
        let control = WatchedControl(.none)
        for _ in 0..<5 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        // The server may have counted one of them or all five: 4 may still come off the 6.
        control.observe(2, at: ms(0)) { $0[.requests] = reading(60, 6, resetMs: 3000) }
        let decisions = (0..<3).map { _ in control.enqueue(cost(1), never, at: ms(10)) }
        #expect(decisions == [.admitted, .admitted, .waiting(0)])
    }

    @Test("Calls whose responses had begun before the newest was sent are counted already")
    func answered() {
        let control = WatchedControl(.none)
        for number in 0..<5 {
            #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
            control.observe(number, at: ms(0)) { $0[.requests] = reading(60, 59 - number, resetMs: 3000) }
        }
        // 55 are left, and all of the five are known to be off them.
        let admitted = (0..<60).filter { _ in control.enqueue(cost(1), never, at: ms(10)) == .admitted }
        #expect(admitted.count == 55)
    }

    @Test("The response of an earlier call does not make up for what a later one said")
    func outOfOrder() {
        let control = WatchedControl(.none)
        for _ in 0..<2 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        control.observe(1, at: ms(0)) { $0[.requests] = reading(60, 0, resetMs: 3000) }
        control.observe(0, at: ms(0)) { $0[.requests] = reading(60, 40, resetMs: 3000) }
        #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(0))
    }

    @Test("At the reset the whole limit is there again, but for what is under way")
    func renewed() {
        let control = WatchedControl(.none)
        for _ in 0..<2 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        control.observe(0, at: ms(0)) { $0[.requests] = reading(5, 1, resetMs: 1000) }
        for number in 0..<6 { #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(number)) }
        #expect(control.advance(to: ms(1000)) == (0..<4).map { .admitted($0) })
        // The first response that comes says how it goes on.
        control.observe(2, at: ms(1001)) { $0[.requests] = reading(5, 5, resetMs: 2000) }
        #expect(control.advance(to: ms(1001)) == [.admitted(4)])
        // Five are under way, and all may count in the new window.
        #expect(control.advance(to: ms(2000)) == [])
        for number in [1, 3, 4, 5] { control.release(number, actual: nil, at: ms(2001)) }
        #expect(control.advance(to: ms(2001)) == [])
        // None is left who could say how it goes on: somebody has to go and ask.
        control.release(6, actual: nil, at: ms(2002))
        #expect(control.advance(to: ms(2002)) == [.admitted(5)])
    }

    @Test("What a server without a reset time says counts while an answer that may change it is under way")
    func withoutReset() {
        let control = WatchedControl(.none)
        for _ in 0..<2 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        control.observe(0, at: ms(0)) { $0[.requests] = reading(nil, 1, resetMs: nil) }
        #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(0))
        #expect(control.nextWakeUp(at: ms(10)) == nil)
        control.release(1, actual: nil, at: ms(20))
        #expect(control.advance(to: ms(20)) == [.admitted(0)])
    }

    @Test("A call that asks for more tokens than are left waits for the reset; prompt and answer are told apart")
    func tokens() {
        for (window, fits, waits) in [
            (ServerLimits.Window.tokens, cost(60, 40), cost(60, 41)),
            (.inputTokens, cost(100, 9000), cost(101, 0)),
            (.outputTokens, cost(9000, 100), cost(0, 101)),
        ] {
            let control = WatchedControl(.none)
            #expect(control.enqueue(cost(1, 1), never, at: ms(0)) == .admitted)
            control.observe(0, at: ms(0)) { $0[window] = reading(1000, 100, resetMs: 500) }
            #expect(control.enqueue(waits, never, at: ms(10)) == .waiting(0))
            #expect(control.cancel(0))
            #expect(control.enqueue(fits, never, at: ms(10)) == .admitted)
            #expect(control.enqueue(cost(1, 1), never, at: ms(10)) == .waiting(1))
            #expect(control.advance(to: ms(500)) == [.admitted(1)])
        }
    }

    @Test("A call that asks for more than the server's whole limit goes when nothing else is under way")
    func aboveLimit() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(10), never, at: ms(0)) == .admitted)
        control.observe(0, at: ms(0)) { $0[.tokens] = reading(100, 100, resetMs: 500) }
        #expect(control.enqueue(cost(1000), never, at: ms(10)) == .waiting(0))
        control.release(0, actual: nil, at: ms(20))
        #expect(control.advance(to: ms(500)) == [.admitted(0)])
    }

    @Test("Refused at once, naming the server, when its word cannot change before the call gives up")
    func refused() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0, at: ms(0)) { $0[.requests] = reading(60, 0, resetMs: 3000) }
        // The call is still under way: who knows what comes.
        #expect(control.enqueue(cost(1), ms(2000), at: ms(0)) == .waiting(0))
        control.release(0, actual: nil, at: ms(100))
        #expect(control.enqueue(cost(1), ms(2000), at: ms(100)) == .refused(.server, 2900))
        #expect(control.enqueue(cost(1), ms(3000), at: ms(100)) == .waiting(1))
        #expect(control.advance(to: ms(3000)) == [.admitted(0), .admitted(1)])
    }

    // MARK: Limits that refill

    @Test("A limit that refills lets go in portions: what has come back in 5 seconds, then in the next 5")
    func portions() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0, at: ms(0)) { $0[.requests] = reading(60, 0, resetMs: 60_000) }
        for number in 0..<12 { #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(number)) }
        #expect(control.nextWakeUp(at: ms(10)) == ms(5000))
        #expect(control.advance(to: ms(4999)) == [])
        #expect(control.advance(to: ms(5000)) == (0..<5).map { .admitted($0) })
        #expect(control.nextWakeUp(at: ms(5000)) == ms(10_000))
        #expect(control.advance(to: ms(9999)) == [])
        #expect(control.advance(to: ms(10_000)) == (5..<10).map { .admitted($0) })
        // A response says how it goes on.
        control.observe(1, at: ms(10_100)) { $0[.requests] = reading(60, 20, resetMs: 50_000) }
        #expect(control.advance(to: ms(10_100)) == [.admitted(10), .admitted(11)])
    }

    @Test("One that refills more slowly lets go one after the other, as soon as there is one")
    func slowRefill() {
        let control = WatchedControl(.none)
        for _ in 0..<5 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        // Of the other four the server has counted or refused each when it gives the next.
        control.observe(4, at: ms(0)) { $0[.requests] = reading(5, 0, resetMs: 60_000) }
        for number in 0..<3 { #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(number)) }
        #expect(control.nextWakeUp(at: ms(10)) == ms(12_000))
        #expect(control.advance(to: ms(11_999)) == [])
        #expect(control.advance(to: ms(12_000)) == [.admitted(0)])
        #expect(control.advance(to: ms(23_999)) == [])
        // Two have come back when the clock is looked at late.
        #expect(control.advance(to: ms(36_000)) == [.admitted(1), .admitted(2)])
    }

    @Test("Of tokens as many come back as the call needs beyond those that are left")
    func tokenRefill() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0, at: ms(0)) { $0[.tokens] = reading(60_000, 1000, resetMs: 59_000) }
        #expect(control.enqueue(cost(11_000), never, at: ms(0)) == .waiting(0))
        #expect(control.nextWakeUp(at: ms(0)) == ms(10_000))
        #expect(control.advance(to: ms(9999)) == [])
        #expect(control.advance(to: ms(10_000)) == [.admitted(0)])
        // More than ever comes back: as if the window were a fixed one.
        control.release(0, actual: nil, at: ms(10_000))
        #expect(control.enqueue(cost(70_000), never, at: ms(10_000)) == .waiting(1))
        #expect(control.nextWakeUp(at: ms(10_000)) == ms(59_000))
    }

    @Test("A fixed window, and one of which the limit is not known, are waited for to their end")
    func notRefilling() {
        for change in [
            { (reading: inout ServerLimits.Reading) in reading.isFixedWindow = true },
            { (reading: inout ServerLimits.Reading) in reading.limit = nil },
        ] {
            let control = WatchedControl(.none)
            #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
            control.observe(0, at: ms(0)) {
                $0[.requests] = reading(60, 0, resetMs: 60_000)
                change(&$0[.requests])
            }
            control.release(0, actual: nil, at: ms(0))
            #expect(control.enqueue(cost(1), ms(50_000), at: ms(0)) == .refused(.server, 60_000))
            #expect(control.enqueue(cost(1), never, at: ms(0)) == .waiting(0))
            #expect(control.advance(to: ms(59_999)) == [])
            #expect(control.advance(to: ms(60_000)) == [.admitted(0)])
        }
    }

    // MARK: Simulated servers

    @Test("A server that counts in fixed windows never has to refuse, once it has spoken", arguments: UInt64(1)...5)
    func fixedWindows(seed: UInt64) {
        var traffic = ServerTraffic(FixedWindowServer(limit: 20, windowMs: 1000), seed: seed)
        traffic.run(ms: 60_000)
        #expect(traffic.refused == 0)
        // It was held up, and it used what there was.
        #expect(traffic.admitted > 60 * 20 * 7 / 10)
        #expect(traffic.admitted <= 60 * 20)
        #expect(traffic.mostWaiting > 20)
    }

    @Test("One that refills evenly never has to refuse either, and is used as it refills", arguments: UInt64(1)...5)
    func evenRefill(seed: UInt64) {
        // 60 a minute of which all may go at once, 5 a minute, 600 a minute.
        for (limit, gapMs) in [(60, 500), (5, 5000), (600, 60)] {
            var traffic = ServerTraffic(RefillingServer(limit: limit, periodMs: 60_000), gapMs: gapMs, seed: seed)
            traffic.run(ms: 300_000)
            #expect(traffic.refused == 0)
            #expect(traffic.admitted > 6 * limit * 9 / 10)
            #expect(traffic.admitted <= 6 * limit)
            #expect(traffic.mostWaiting > limit / 2)
            // Nobody had to wait for the whole minute that the server names when all is used up.
            #expect(traffic.longestPauseMs <= max(5000, 60_000 / limit) + 200)
        }
    }
}
