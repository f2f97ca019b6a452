import Testing

@testable import ScalingMemory

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What an operation costs with many waiters. Not a test: prints its figures, and runs only with LLM_BENCHMARK set.
/// `LLM_BENCHMARK=1 swift test -c release -Xswiftc -enable-testing --disable-xctest --filter AdmissionBenchmark`
@Suite(.enabled(if: getenv("LLM_BENCHMARK") != nil), .serialized)
struct AdmissionBenchmark {
    @Test(arguments: [100, 10_000, 100_000])
    func operations(waiters: Int) {
        var limits = RateLimitSettings.none
        (limits.perMinute, limits.perHour, limits.burst) = (1_000_000_000, 1_000_000_000, 1_000_000_000)
        (limits.tokensPerMinute, limits.maxConcurrent) = (1_000_000_000, 1)
        var control = AdmissionControl(limits)
        var random = SeededGenerator(seed: 1)
        let cost = TokenEstimate(prompt: 10, output: 10)
        let now = Instant(nanoseconds: 0)
        var running: AdmissionControl.Grant?
        var tickets: [WaitQueue.Ticket] = []

        func enqueue() {
            let deadline = now.adding(milliseconds: 1_000_000 + random.below(1_000_000))
            switch control.enqueue(cost, givingUpAt: deadline, at: now) {
            case .admitted(let grant): running = grant
            case .waiting(let ticket): tickets.append(ticket)
            case .refused: Issue.record("refused")
            }
        }
        func release() {
            if let running { control.release(running, actualTokens: 15, wasAnswered: false, at: now) }
            control.advance(to: now) { if case .admitted(_, let grant) = $0 { running = grant } }
        }
        while control.queue.count < waiters { enqueue() }
        // So few at a time that the number of waiters stays what it is.
        let batch = waiters / 10
        let rounds = 2_000_000 / batch
        var (enqueued, canceled, released) = (0.0, 0.0, 0.0)
        for _ in 0..<rounds {
            let start = Instant.now
            for _ in 0..<batch { enqueue() }
            let middle = Instant.now
            for _ in 0..<(batch / 2) {
                let index = tickets.count - 1 - random.below(batch)
                _ = control.cancel(tickets[index])
                tickets.swapAt(index, tickets.count - 1)
                tickets.removeLast()
            }
            let late = Instant.now
            let admitted = control.queue.count - waiters
            for _ in 0..<admitted { release() }
            let end = Instant.now
            enqueued += middle.milliseconds(since: start) / Double(batch)
            canceled += late.milliseconds(since: middle) / Double(batch / 2)
            released += end.milliseconds(since: late) / Double(admitted)
        }
        let figures = [enqueued, canceled, released].map { Int($0 / Double(rounds) * 1_000_000) }
        print(
            "\(waiters) waiters: enqueue \(figures[0]) ns, cancel \(figures[1]) ns, release and admit \(figures[2]) ns"
        )
    }
}
