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
        control.observe(0) { $0[.requests] = reading(60, 0, resetMs: 3000) }
        #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(0))
        #expect(control.nextWakeUp(at: ms(10)) == ms(3000))
        #expect(control.advance(to: ms(2999)) == [])
        #expect(control.advance(to: ms(3000)) == [.admitted(0)])
    }

    @Test("So many go as are left, and then nobody before the reset")
    func bounded() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0) { $0[.requests] = reading(60, 3, resetMs: 3000) }
        let decisions = (0..<4).map { _ in control.enqueue(cost(1), never, at: ms(10)) }
        #expect(decisions == [.admitted, .admitted, .admitted, .waiting(0)])
        #expect(control.advance(to: ms(3000)) == [.admitted(0)])
    }

    @Test("Calls that were on their way when the server wrote are taken off what it says is left")
    func inFlight() {
        let control = WatchedControl(.none)
        for _ in 0..<5 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        // The server may have counted one of them or all five: 4 may still come off the 6.
        control.observe(2) { $0[.requests] = reading(60, 6, resetMs: 3000) }
        let decisions = (0..<3).map { _ in control.enqueue(cost(1), never, at: ms(10)) }
        #expect(decisions == [.admitted, .admitted, .waiting(0)])
    }

    @Test("Calls whose responses had begun before the newest was sent are counted already")
    func answered() {
        let control = WatchedControl(.none)
        for number in 0..<5 {
            #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
            control.observe(number) { $0[.requests] = reading(60, 59 - number, resetMs: 3000) }
        }
        // 55 are left, and all of the five are known to be off them.
        let admitted = (0..<60).filter { _ in control.enqueue(cost(1), never, at: ms(10)) == .admitted }
        #expect(admitted.count == 55)
    }

    @Test("The response of an earlier call does not make up for what a later one said")
    func outOfOrder() {
        let control = WatchedControl(.none)
        for _ in 0..<2 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        control.observe(1) { $0[.requests] = reading(60, 0, resetMs: 3000) }
        control.observe(0) { $0[.requests] = reading(60, 40, resetMs: 3000) }
        #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(0))
    }

    @Test("At the reset the whole limit is there again, but for what is under way")
    func renewed() {
        let control = WatchedControl(.none)
        for _ in 0..<2 { #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted) }
        control.observe(0) { $0[.requests] = reading(5, 1, resetMs: 1000) }
        for number in 0..<6 { #expect(control.enqueue(cost(1), never, at: ms(10)) == .waiting(number)) }
        #expect(control.advance(to: ms(1000)) == (0..<4).map { .admitted($0) })
        // The first response that comes says how it goes on.
        control.observe(2) { $0[.requests] = reading(5, 5, resetMs: 2000) }
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
        control.observe(0) { $0[.requests] = reading(nil, 1, resetMs: nil) }
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
            control.observe(0) { $0[window] = reading(1000, 100, resetMs: 500) }
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
        control.observe(0) { $0[.tokens] = reading(100, 100, resetMs: 500) }
        #expect(control.enqueue(cost(1000), never, at: ms(10)) == .waiting(0))
        control.release(0, actual: nil, at: ms(20))
        #expect(control.advance(to: ms(500)) == [.admitted(0)])
    }

    @Test("Refused at once, naming the server, when its word cannot change before the call gives up")
    func refused() {
        let control = WatchedControl(.none)
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        control.observe(0) { $0[.requests] = reading(60, 0, resetMs: 3000) }
        // The call is still under way: who knows what comes.
        #expect(control.enqueue(cost(1), ms(2000), at: ms(0)) == .waiting(0))
        control.release(0, actual: nil, at: ms(100))
        #expect(control.enqueue(cost(1), ms(2000), at: ms(100)) == .refused(.server, 2900))
        #expect(control.enqueue(cost(1), ms(3000), at: ms(100)) == .waiting(1))
        #expect(control.advance(to: ms(3000)) == [.admitted(0), .admitted(1)])
    }

    @Test("A server that counts in fixed windows never has to refuse, once it has spoken", arguments: UInt64(1)...5)
    func simulatedServer(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let server = FixedWindowServer(limit: 20, windowMs: 1000)
        let control = WatchedControl(.none)
        var arriving: [(at: Int, number: Int)] = []
        var answering: [(at: Int, number: Int, said: ServerLimits.Reading)] = []
        var admitted = 0
        func go(_ now: Int) {
            arriving.append((now + 1 + random.below(30), admitted))
            admitted += 1
        }
        for now in 0..<60_000 {
            // One call is answered before the crowd comes.
            let isCrowd = now > 100 && server.counted > 0
            if now == 0 || isCrowd && random.chance(oneIn: 20) {
                if control.enqueue(cost(1), never, at: ms(now)) == .admitted { go(now) }
            }
            for (_, number) in arriving.filter({ $0.at == now }) {
                answering.append((now + random.below(80), number, server.take(now, ms)))
            }
            arriving.removeAll { $0.at <= now }
            for (_, number, said) in answering.filter({ $0.at == now }) {
                control.observe(number) { $0[.requests] = said }
                control.release(number, actual: nil, at: ms(now))
            }
            answering.removeAll { $0.at <= now }
            for _ in control.advance(to: ms(now)) { go(now) }
        }
        #expect(server.refused == 0)
        // It was held up, and it used what there was.
        #expect(admitted > 60 * 20 * 7 / 10)
        #expect(admitted <= 60 * 20)
        #expect(!control.control.queue.isEmpty)
    }
}

/// Lets so many requests through in each window.
private final class FixedWindowServer {
    private let limit: Int
    private let windowMs: Int
    private var window = 0
    private var used = 0
    private(set) var counted = 0
    private(set) var refused = 0

    init(limit: Int, windowMs: Int) {
        (self.limit, self.windowMs) = (limit, windowMs)
    }

    func take(_ now: Int, _ instant: (Int) -> Instant) -> ServerLimits.Reading {
        if now / windowMs != window { (window, used) = (now / windowMs, 0) }
        counted += 1
        if used == limit { refused += 1 } else { used += 1 }
        return ServerLimits.Reading(
            limit: limit,
            remaining: limit - used,
            resetsAt: instant((window + 1) * windowMs)
        )
    }
}
