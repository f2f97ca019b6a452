import Testing

@testable import ScalingMemory

@Suite("Timers")
struct TimerQueueTests {
    private func timer(_ deadline: Int64) -> TimerQueue.Timer {
        TimerQueue.Timer(deadline: Instant(nanoseconds: deadline)) {}
    }

    @Test("They fire in the order of their deadlines, whatever order they were set in, and removed ones do not")
    func order() {
        var queue = TimerQueue()
        var generator = SystemRandomNumberGenerator()
        let timers = (0..<500).shuffled(using: &generator).map { timer(Int64($0)) }
        for timer in timers { queue.add(timer) }
        for timer in timers where timer.deadline.nanoseconds % 3 == 0 { queue.remove(timer) }
        var fired: [Int64] = []
        while let timer = queue.popExpired(at: Instant(nanoseconds: 400)) { fired.append(timer.deadline.nanoseconds) }
        #expect(fired == (0...400).filter { $0 % 3 != 0 })
        #expect(queue.nextDeadline == Instant(nanoseconds: 401))
    }

    @Test("Removing one that has fired does nothing")
    func removedTwice() {
        var queue = TimerQueue()
        let first = timer(1)
        queue.add(first)
        queue.add(timer(2))
        #expect(queue.popExpired(at: Instant(nanoseconds: 1)) === first)
        queue.remove(first)
        #expect(queue.nextDeadline == Instant(nanoseconds: 2))
    }
}
