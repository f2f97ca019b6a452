import Synchronization
import Testing

@testable import ScalingMemory

@Suite("What waits in a queue")
struct QueueBacklogTests {
    private static func records(_ tag: UInt64, _ texts: [String]) -> ByteBuffer {
        let writer = EventWriter(tag: tag)
        for text in texts { writer.write(.text) { $0.append(text) } }
        return writer.records
    }

    /// The struct behind a reference, so that `#expect` can call what changes it.
    private final class Waiting {
        private var backlog: QueueBacklog

        init(limits: QueueBacklog.Limits = QueueBacklog.Limits()) {
            backlog = QueueBacklog(limits: limits)
        }

        var bytes: Int { backlog.bytes }
        var mayHaveSomething: Bool { backlog.mayHaveSomething }
        func add(_ records: ByteBuffer, to call: CallBacklog) -> Bool { backlog.add(records, to: call) }
        func end(_ call: CallBacklog, _ outcome: CallOutcome, _ record: ByteBuffer) -> Bool {
            backlog.end(call, outcome, record)
        }
        func take(upTo capacity: Int) -> QueueBacklog.Take { backlog.take(upTo: capacity) }
        func discard(_ call: CallBacklog) { _ = backlog.discard(call) }
        func detach(_ call: CallBacklog) { _ = backlog.detach(call) }
        func withdrawEnd(of call: CallBacklog) -> CallOutcome? { backlog.withdrawEnd(of: call) }
        func hasRoom(for call: CallBacklog) -> Bool { backlog.hasRoom(for: call) }
        func setPaused(_ call: CallBacklog, _ isPaused: Bool) { backlog.setPaused(call, isPaused) }
        func resumeReleased() {
            for resume in backlog.takeReleased() { resume() }
        }
    }

    private func call(_ resumed: Counter = Counter()) -> CallBacklog {
        CallBacklog { resumed.count.add(1, ordering: .relaxed) }
    }

    private final class Counter: Sendable {
        let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .relaxed) }
    }

    /// Tags and texts, as a reader with so many bytes gets them.
    private func read(_ backlog: Waiting, _ capacity: Int = .max) -> [String] {
        guard case .slices(let slices, let byteCount) = backlog.take(upTo: capacity) else { return [] }
        #expect(byteCount <= capacity)
        #expect(byteCount == slices.map(\.range.count).reduce(0, +))
        return slices.flatMap { slice in
            let part = ByteBuffer()
            part.append(UnsafeRawBufferPointer(rebasing: slice.records.bytes[slice.range]))
            var reader = EventReader(part)
            var found: [String] = []
            var offset = 0
            while let event = reader.next() {
                let tag = part.bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                offset += EventRecord.size(in: part.bytes, at: offset) ?? 0
                found.append("\(tag)\(String(decoding: event.data, as: UTF8.self))")
            }
            return found
        }
    }

    @Test("Calls take turns, batch by batch, each in its own order")
    func turns() {
        let backlog = Waiting()
        let (one, two) = (call(), call())
        for text in ["a", "b", "c"] { #expect(backlog.add(Self.records(1, [text]), to: one)) }
        #expect(backlog.add(Self.records(2, ["x", "y"]), to: two))
        #expect(read(backlog) == ["1a", "2x", "2y", "1b", "1c"])
        #expect(backlog.bytes == 0 && !backlog.mayHaveSomething)
    }

    @Test("A batch that does not fit is cut between records, and goes on where it was cut")
    func cut() {
        let backlog = Waiting()
        let call = call()
        _ = backlog.add(Self.records(1, ["a", "b", "c", "d", "e"]), to: call)
        #expect(read(backlog, 24 * 2 + 23) == ["1a", "1b"])
        #expect(read(backlog, 24) == ["1c"])
        #expect(read(backlog) == ["1d", "1e"])
    }

    @Test("A record larger than the room says what it needs, and stays first in line")
    func tooSmall() {
        let backlog = Waiting()
        _ = backlog.add(Self.records(1, ["0123456789"]), to: call())
        _ = backlog.add(Self.records(2, ["a"]), to: call())
        for capacity in [0, 8, 31] {
            guard case .tooSmall(needed: 32) = backlog.take(upTo: capacity) else {
                Issue.record("\(capacity) bytes were taken for enough")
                continue
            }
        }
        #expect(read(backlog, 32) == ["10123456789"])
        #expect(read(backlog, 32) == ["2a"])
    }

    @Test("What is dropped is not read; the end is, and nothing after it")
    func discarded() {
        let backlog = Waiting()
        let (one, two) = (call(), call())
        _ = backlog.add(Self.records(1, ["a"]), to: one)
        _ = backlog.add(Self.records(2, ["x"]), to: two)
        backlog.discard(one)
        #expect(!backlog.add(Self.records(1, ["b"]), to: one))
        #expect(backlog.end(one, .failure(LLMError(.canceled, "")), Self.records(1, ["end"])))
        #expect(!backlog.add(Self.records(1, ["c"]), to: one))
        #expect(Set(read(backlog)) == ["1end", "2x"])
        #expect(backlog.bytes == 0)
    }

    @Test("Dropping in the middle of a batch that was cut leaves nothing of it")
    func discardedWhenCut() {
        let backlog = Waiting()
        let call = call()
        _ = backlog.add(Self.records(1, ["a", "b"]), to: call)
        #expect(read(backlog, 24) == ["1a"])
        backlog.discard(call)
        _ = backlog.end(call, .failure(LLMError(.canceled, "")), Self.records(1, ["end"]))
        #expect(read(backlog) == ["1end"])
    }

    @Test("A call that was freed is not read, its end included")
    func detached() {
        let backlog = Waiting()
        let call = call()
        _ = backlog.add(Self.records(1, ["a"]), to: call)
        backlog.detach(call)
        #expect(!backlog.end(call, .failure(LLMError(.canceled, "")), Self.records(1, ["end"])))
        #expect(read(backlog).isEmpty)
        #expect(backlog.bytes == 0)
    }

    @Test("An end that was not read can be taken back, once")
    func withdrawn() {
        let backlog = Waiting()
        let call = call()
        _ = backlog.end(
            call,
            .success(.health(HealthReport(provider: "p", latencyMs: 1, error: nil, callID: "c"))),
            Self.records(1, ["end"])
        )
        #expect(backlog.withdrawEnd(of: call) != nil)
        #expect(backlog.withdrawEnd(of: call) == nil)
        #expect(read(backlog).isEmpty && backlog.bytes == 0)
    }

    // MARK: Holding up

    private let limits = QueueBacklog.Limits(callBytes: 240, queueBytes: 2400)

    private func fill(_ backlog: Waiting, _ call: CallBacklog, _ count: Int) {
        for _ in 0..<count { _ = backlog.add(Self.records(1, ["a"]), to: call) }
    }

    @Test("A call is held up at its bound, and goes on when half of that has been read")
    func callBound() {
        let backlog = Waiting(limits: limits)
        let resumed = Counter()
        let call = call(resumed)
        fill(backlog, call, 9)
        #expect(backlog.hasRoom(for: call))
        fill(backlog, call, 1)
        #expect(!backlog.hasRoom(for: call))
        #expect(read(backlog, 24 * 4).count == 4)
        backlog.resumeReleased()
        #expect(resumed.value == 0)
        #expect(read(backlog, 24).count == 1)
        backlog.resumeReleased()
        #expect(resumed.value == 1)
        #expect(backlog.hasRoom(for: call))
    }

    @Test("A full queue holds up every call, and all go on when half of it has been read")
    func queueBound() {
        let backlog = Waiting(limits: limits)
        let resumed = Counter()
        let calls = (0..<12).map { _ in call(resumed) }
        for call in calls[..<11] { fill(backlog, call, 9) }
        fill(backlog, calls[11], 1)
        #expect(calls.allSatisfy { !backlog.hasRoom(for: $0) })
        while backlog.bytes > limits.queueBytes / 2 + 24 { #expect(read(backlog, 24).count == 1) }
        backlog.resumeReleased()
        #expect(resumed.value == 0)
        #expect(read(backlog, 24).count == 1)
        while !read(backlog, 24).isEmpty {}
        backlog.resumeReleased()
        #expect(resumed.value == 12)
    }

    @Test("Room that comes from what is dropped lets the others go on, and not the call that drops it")
    func roomByDropping() {
        let backlog = Waiting(limits: limits)
        let (resumed, resumedToo) = (Counter(), Counter())
        let (large, small) = (call(resumed), call(resumedToo))
        fill(backlog, large, 100)
        #expect(!backlog.hasRoom(for: small) && !backlog.hasRoom(for: large))
        backlog.discard(large)
        backlog.resumeReleased()
        #expect(resumed.value == 0 && resumedToo.value == 1)
        #expect(backlog.hasRoom(for: small) && !backlog.hasRoom(for: large))
    }

    @Test("A paused call has no room, whatever is read, until it is let go")
    func paused() {
        let backlog = Waiting(limits: limits)
        let resumed = Counter()
        let call = call(resumed)
        backlog.setPaused(call, true)
        fill(backlog, call, 2)
        #expect(!backlog.hasRoom(for: call))
        #expect(read(backlog).count == 2)
        backlog.resumeReleased()
        #expect(resumed.value == 0)
        backlog.setPaused(call, false)
        backlog.resumeReleased()
        #expect(resumed.value == 1 && backlog.hasRoom(for: call))
    }

    @Test("Whoever was held up goes on once everything is read, whatever happened in between")
    func nobodyStarves() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let backlog = Waiting(limits: limits)
            let calls = (0..<20).map { _ in call() }
            for _ in 0..<400 {
                guard let call = calls.randomElement(using: &generator) else { return }
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: backlog.setPaused(call, Bool.random(using: &generator))
                case 1...2: _ = backlog.take(upTo: Int.random(in: 0..<800, using: &generator))
                case 3 where Int.random(in: 0..<20, using: &generator) == 0: backlog.discard(call)
                default:
                    if backlog.hasRoom(for: call) { fill(backlog, call, Int.random(in: 1..<12, using: &generator)) }
                }
                backlog.resumeReleased()
            }
            for call in calls { backlog.setPaused(call, false) }
            while !read(backlog, 1000).isEmpty { backlog.resumeReleased() }
            backlog.resumeReleased()
            #expect(backlog.bytes == 0)
            #expect(calls.allSatisfy { !$0.isHeldUp || $0.isDiscarding })
        }
    }
}
