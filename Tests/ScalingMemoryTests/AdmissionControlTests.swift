import Testing

@testable import ScalingMemory

@Suite("Who may go, and when")
struct AdmissionControlTests {
    private func limits(_ change: (inout RateLimitSettings) -> Void) -> RateLimitSettings {
        var limits = RateLimitSettings.none
        change(&limits)
        return limits
    }

    private func ms(_ milliseconds: Int) -> Instant { Instant(nanoseconds: 0).adding(milliseconds: milliseconds) }
    private let never = Instant(nanoseconds: .max)
    private func cost(_ tokens: Int) -> TokenEstimate { TokenEstimate(prompt: tokens, output: 0) }

    @Test("Without limits everybody goes at once")
    func unlimited() {
        let control = WatchedControl(.none)
        for _ in 0..<1000 { #expect(control.enqueue(cost(1_000_000), never, at: ms(0)) == .admitted) }
        #expect(control.inFlight == 1000)
    }

    @Test("The burst goes at once, the rest evenly, in the order in which it came")
    func burstThenRate() {
        let control = WatchedControl(limits { ($0.perMinute, $0.burst) = (60, 3) })
        let decisions = (0..<5).map { _ in control.enqueue(cost(1), never, at: ms(0)) }
        #expect(decisions == [.admitted, .admitted, .admitted, .waiting(0), .waiting(1)])
        #expect(control.nextWakeUp(at: ms(0)) == ms(1000))
        #expect(control.advance(to: ms(999)) == [])
        #expect(control.advance(to: ms(1000)) == [.admitted(0)])
        #expect(control.advance(to: ms(2500)) == [.admitted(1)])
        #expect(control.nextWakeUp(at: ms(2500)) == nil)
    }

    @Test("Without a burst as many go at once as in a minute, and in an hour where there is no limit for the minute")
    func defaultBurst() {
        for (limits, expected) in [
            (limits { $0.perMinute = 7 }, 7), (limits { $0.perHour = 9 }, 9),
            (limits { ($0.perMinute, $0.perHour) = (7, 5) }, 5),
            (limits { ($0.perHour, $0.burst) = (9, 2) }, 2),
            (limits { ($0.perMinute, $0.perHour, $0.burst) = (7, 100, 20) }, 20),
        ] {
            let control = WatchedControl(limits)
            let admitted = (0..<200).filter { _ in control.enqueue(cost(1), never, at: ms(0)) == .admitted }
            #expect(admitted.count == expected)
        }
    }

    @Test("A minute's limit holds beside the hour's: an hour's worth is saved up")
    func minuteAndHour() {
        let control = WatchedControl(limits { ($0.perMinute, $0.perHour) = (60, 600) })
        for _ in 0..<1000 { _ = control.enqueue(cost(1), never, at: ms(0)) }
        var admitted = 60
        for second in 1...500 { admitted += control.advance(to: ms(second * 1000)).count }
        #expect(admitted == 560)
        for second in 501...900 { admitted += control.advance(to: ms(second * 1000)).count }
        // 600, and what the hour's bucket refilled: one every 6 seconds.
        #expect(admitted == 750)
    }

    @Test("A later call does not overtake, though it asks for little")
    func strictOrder() {
        let control = WatchedControl(limits { $0.tokensPerMinute = 600 })
        #expect(control.enqueue(cost(600), never, at: ms(0)) == .admitted)
        #expect(control.enqueue(cost(500), never, at: ms(0)) == .waiting(0))
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .waiting(1))
        #expect(control.advance(to: ms(49_999)) == [])
        #expect(control.advance(to: ms(50_000)) == [.admitted(0)])
        #expect(control.advance(to: ms(50_100)) == [.admitted(1)])
    }

    @Test("All limits are taken together: whoever one of them keeps waiting takes nothing of the others")
    func allOrNothing() {
        let control = WatchedControl(limits { ($0.perMinute, $0.tokensPerMinute, $0.maxConcurrent) = (60, 6000, 1) })
        #expect(control.enqueue(cost(6000), never, at: ms(0)) == .admitted)
        control.release(0, actual: nil, at: ms(0))
        #expect(control.enqueue(cost(100), never, at: ms(0)) == .waiting(0))
        #expect(control.level(.perMinute, at: ms(0)) == 59)
        #expect(control.advance(to: ms(1000)) == [.admitted(0)])
        #expect(control.level(.perMinute, at: ms(1000)) == 59)
        #expect(control.level(.tokensPerMinute, at: ms(1000)) == 0)
    }

    @Test("Whoever is refused, cancelled or gives up has used up nothing")
    func costsNothing() {
        let control = WatchedControl(limits { ($0.perMinute, $0.tokensPerMinute, $0.maxConcurrent) = (60, 6000, 1) })
        #expect(control.enqueue(cost(10), never, at: ms(0)) == .admitted)
        #expect(control.enqueue(cost(7000), never, at: ms(0)) == .refused(.tokensPerMinute, nil))
        #expect(control.enqueue(cost(20), ms(500), at: ms(0)) == .waiting(0))
        #expect(control.enqueue(cost(30), never, at: ms(0)) == .waiting(1))
        #expect(control.cancel(1))
        #expect(!control.cancel(1))
        #expect(control.advance(to: ms(500)) == [.gaveUp(0, .maxConcurrent)])
        #expect(control.control.queue.isEmpty)
        control.release(0, actual: nil, at: ms(500))
        #expect(control.level(.perMinute, at: ms(500)) == 59)
        #expect(control.level(.perMinute, at: ms(1000)) == 60)
        #expect(control.level(.tokensPerMinute, at: ms(0)) == 5990)
        #expect(control.inFlight == 0)
    }

    @Test("A call that the buckets cannot let go in time is refused when it comes, with everyone ahead counted")
    func refusedAtOnce() {
        let control = WatchedControl(limits { ($0.perMinute, $0.burst) = (60, 1) })
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        #expect(control.enqueue(cost(1), ms(1000), at: ms(0)) == .waiting(0))
        #expect(control.enqueue(cost(1), ms(1999), at: ms(0)) == .refused(.perMinute, 2000))
        #expect(control.enqueue(cost(1), ms(2000), at: ms(0)) == .waiting(1))
        #expect(control.cancel(0))
        #expect(control.enqueue(cost(1), ms(2000), at: ms(0)) == .waiting(2))
        #expect(control.advance(to: ms(1000)) == [.admitted(1)])
        #expect(control.advance(to: ms(2000)) == [.admitted(2)])
    }

    @Test("The limit that is named is the one that takes longest")
    func namesTheSlowest() {
        let control = WatchedControl(limits { ($0.perMinute, $0.perHour, $0.tokensPerMinute) = (60, 60, 6000) })
        for _ in 0..<60 { #expect(control.enqueue(cost(100), never, at: ms(0)) == .admitted) }
        #expect(control.enqueue(cost(1), ms(5000), at: ms(0)) == .refused(.perHour, 60_000))
    }

    @Test("A call may go at its very last moment, also when the clock is looked at late")
    func lastMoment() {
        let control = WatchedControl(limits { ($0.perMinute, $0.burst) = (60, 1) })
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        #expect(control.enqueue(cost(1), ms(1000), at: ms(0)) == .waiting(0))
        #expect(control.advance(to: ms(1003)) == [.admitted(0)])
    }

    @Test("When one that is in the way gives up, those behind it go")
    func givingUpMakesRoom() {
        let control = WatchedControl(limits { ($0.tokensPerMinute, $0.maxConcurrent) = (600, 1) })
        #expect(control.enqueue(cost(300), never, at: ms(0)) == .admitted)
        #expect(control.enqueue(cost(600), ms(30_000), at: ms(0)) == .waiting(0))
        #expect(control.enqueue(cost(300), never, at: ms(0)) == .waiting(1))
        control.release(0, actual: 400, at: ms(0))
        #expect(control.advance(to: ms(0)) == [])
        #expect(control.advance(to: ms(30_000)) == [.gaveUp(0, .tokensPerMinute), .admitted(1)])
    }

    @Test("A release lets the next one go; real usage replaces the estimate")
    func releases() {
        let control = WatchedControl(limits { ($0.tokensPerMinute, $0.maxConcurrent) = (1000, 1) })
        #expect(control.enqueue(cost(1000), never, at: ms(0)) == .admitted)
        #expect(control.enqueue(cost(900), never, at: ms(0)) == .waiting(0))
        control.release(0, actual: 100, at: ms(0))
        #expect(control.advance(to: ms(0)) == [.admitted(0)])
        control.release(1, actual: 1500, at: ms(0))
        #expect(control.level(.tokensPerMinute, at: ms(0)) == -600)
        #expect(control.enqueue(cost(100), ms(41_000), at: ms(0)) == .refused(.tokensPerMinute, 42_000))
    }

    @Test("A hold lets nobody go before its moment, and does not get shorter")
    func hold() {
        let control = WatchedControl(.none)
        control.hold(until: ms(2000))
        control.hold(until: ms(1000))
        #expect(control.enqueue(cost(1), ms(1999), at: ms(0)) == .refused(.server, 2000))
        #expect(control.enqueue(cost(1), ms(2000), at: ms(0)) == .waiting(0))
        #expect(control.nextWakeUp(at: ms(0)) == ms(2000))
        #expect(control.advance(to: ms(1999)) == [])
        #expect(control.advance(to: ms(2000)) == [.admitted(0)])
        #expect(control.enqueue(cost(1), never, at: ms(2000)) == .admitted)
    }

    @Test("It is at rest when nothing tells it from a new one")
    func atRest() {
        let control = WatchedControl(limits { ($0.perMinute, $0.maxConcurrent) = (60, 5) })
        #expect(control.isAtRest(at: ms(0)))
        #expect(control.enqueue(cost(1), never, at: ms(0)) == .admitted)
        #expect(!control.isAtRest(at: ms(5000)))
        control.release(0, actual: nil, at: ms(100))
        #expect(!control.isAtRest(at: ms(999)))
        #expect(control.isAtRest(at: ms(1000)))
        control.hold(until: ms(3000))
        #expect(!control.isAtRest(at: ms(2999)))
        #expect(control.isAtRest(at: ms(3000)))
    }

    // What is touched is counted in debug builds only.
    #if DEBUG
    @Test("With 100,000 in the queue an arrival, a cancellation and a release touch a few dozen places")
    func boundedWork() {
        let control = WatchedControl(
            limits { ($0.perMinute, $0.tokensPerMinute, $0.maxConcurrent) = (6_000_000, 60_000_000, 1) }
        )
        #expect(control.enqueue(cost(10), never, at: ms(0)) == .admitted)
        var random = SeededGenerator(seed: 3)
        var tickets: [WaitQueue.Ticket] = []
        var most = 0
        func counting(_ operation: () -> Void) {
            let before = control.control.queue.steps
            operation()
            most = max(most, control.control.queue.steps - before)
        }
        func arrive() {
            let deadline = ms(1_000_000 + random.below(1_000_000))
            if case .waiting(let ticket) = control.control.enqueue(cost(10), givingUpAt: deadline, at: ms(0)) {
                tickets.append(ticket)
            }
        }
        while tickets.count < 100_000 { counting(arrive) }
        for index in 0..<5000 {
            counting(arrive)
            counting { _ = control.control.cancel(tickets[50_000 + index]) }
            counting {
                control.release(index, actual: 5, at: ms(0))
                _ = control.advance(to: ms(0))
                _ = control.nextWakeUp(at: ms(0))
            }
        }
        #expect(control.control.queue.count == 100_000 - 5000)
        #expect(most <= 2 * 17 + 4)
    }
    #endif
}
