import Synchronization
import Testing

@testable import ScalingMemory

@Suite("A queue's readiness signal")
struct ReadinessSignalTests {
    @Test("One byte for the first event, none for those that follow")
    func oneByte() {
        var signal = ReadinessSignal()
        #expect(signal.descriptorOpened() == .none)
        #expect(signal.somethingCame() == .raise)
        #expect(signal.somethingCame() == .none)
        #expect(signal.somethingCame() == .none)
    }

    @Test("The read that finds nothing takes the byte away, and the next event gives another")
    func armedAgain() {
        var signal = ReadinessSignal()
        _ = signal.descriptorOpened()
        #expect(signal.nothingWasFound() == .none)
        #expect(signal.somethingCame() == .raise)
        #expect(signal.nothingWasFound() == .lower)
        #expect(signal.nothingWasFound() == .none)
        #expect(signal.somethingCame() == .raise)
    }

    @Test("Without a descriptor no byte is written; one that comes later is raised if something has come and was not missed")
    func lateDescriptor() {
        var signal = ReadinessSignal()
        #expect(signal.somethingCame() == .none)
        #expect(signal.nothingWasFound() == .none)
        #expect(signal.somethingCame() == .none)
        #expect(signal.descriptorOpened() == .raise)
        #expect(signal.somethingCame() == .none)
        #expect(signal.nothingWasFound() == .lower)
    }

    @Test("Whatever happens, bytes written less bytes taken is one exactly while something may be unread")
    func anySequence() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var signal = ReadinessSignal()
            var bytes = 0
            var isUnread = false
            var isOpen = false
            for _ in 0..<50 {
                let action: ReadinessSignal.Action
                switch Int.random(in: 0..<5, using: &generator) {
                case 0 where !isOpen:
                    action = signal.descriptorOpened()
                    isOpen = true
                case 0...2:
                    action = signal.somethingCame()
                    isUnread = true
                default:
                    action = signal.nothingWasFound()
                    isUnread = false
                }
                if action == .raise { bytes += 1 }
                if action == .lower { bytes -= 1 }
                #expect(bytes == (isOpen && isUnread ? 1 : 0))
            }
        }
    }
}

@Suite("First in, first out")
struct FIFOTests {
    @Test("What goes in comes out in order, however the two alternate")
    func order() {
        var queue = FIFO<Int>()
        var generator = SystemRandomNumberGenerator()
        var (put, taken) = (0, 0)
        for _ in 0..<5000 {
            for _ in 0..<Int.random(in: 0..<100, using: &generator) {
                queue.append(put)
                put += 1
            }
            for _ in 0..<Int.random(in: 0..<100, using: &generator) where !queue.isEmpty {
                #expect(queue.first == taken)
                #expect(queue.removeFirst() == taken)
                taken += 1
            }
            #expect(queue.count == put - taken)
        }
    }

    @Test("An empty one gives nothing")
    func empty() {
        var queue = FIFO<Int>()
        #expect(queue.removeFirst() == nil)
        queue.append(1)
        queue.removeFirst()
        #expect(queue.isEmpty && queue.first == nil && queue.removeFirst() == nil)
    }
}

@Suite("What waits in a queue")
struct QueueBacklogTests {
    private static func records(_ tag: UInt64, _ texts: [String]) -> ByteBuffer {
        let writer = EventWriter(tag: tag)
        for text in texts { writer.write(.text) { $0.append(text) } }
        return writer.records
    }

    private func call(_ resumed: Counter = Counter()) -> CallBacklog {
        CallBacklog { resumed.count.add(1, ordering: .relaxed) }
    }

    private final class Counter: Sendable {
        let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .relaxed) }
    }

    /// Tags and texts, as a reader with so many bytes gets them.
    private func read(_ backlog: inout QueueBacklog, _ capacity: Int = .max) -> [String] {
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
        var backlog = QueueBacklog()
        let (one, two) = (call(), call())
        for text in ["a", "b", "c"] { #expect(backlog.add(Self.records(1, [text]), to: one)) }
        #expect(backlog.add(Self.records(2, ["x", "y"]), to: two))
        #expect(read(&backlog) == ["1a", "2x", "2y", "1b", "1c"])
        #expect(backlog.bytes == 0 && !backlog.mayHaveSomething)
    }

    @Test("A batch that does not fit is cut between records, and goes on where it was cut")
    func cut() {
        var backlog = QueueBacklog()
        let call = call()
        _ = backlog.add(Self.records(1, ["a", "b", "c", "d", "e"]), to: call)
        #expect(read(&backlog, 24 * 2 + 23) == ["1a", "1b"])
        #expect(read(&backlog, 24) == ["1c"])
        #expect(read(&backlog) == ["1d", "1e"])
    }

    @Test("A record larger than the room says what it needs, and stays first in line")
    func tooSmall() {
        var backlog = QueueBacklog()
        _ = backlog.add(Self.records(1, ["0123456789"]), to: call())
        _ = backlog.add(Self.records(2, ["a"]), to: call())
        for capacity in [0, 8, 31] {
            guard case .tooSmall(needed: 32) = backlog.take(upTo: capacity) else {
                Issue.record("\(capacity) bytes were taken for enough")
                continue
            }
        }
        #expect(read(&backlog, 32) == ["10123456789"])
        #expect(read(&backlog, 32) == ["2a"])
    }

    @Test("What is dropped is not read; the end is, and nothing after it")
    func discarded() {
        var backlog = QueueBacklog()
        let (one, two) = (call(), call())
        _ = backlog.add(Self.records(1, ["a"]), to: one)
        _ = backlog.add(Self.records(2, ["x"]), to: two)
        _ = backlog.discard(one)
        #expect(!backlog.add(Self.records(1, ["b"]), to: one))
        #expect(backlog.end(one, .failure(LLMError(.canceled, "")), Self.records(1, ["end"])))
        #expect(!backlog.add(Self.records(1, ["c"]), to: one))
        #expect(read(&backlog) == ["1end", "2x"] || read(&backlog) == ["2x", "1end"])
        #expect(backlog.bytes == 0)
    }

    @Test("Dropping in the middle of a batch that was cut leaves nothing of it")
    func discardedWhenCut() {
        var backlog = QueueBacklog()
        let call = call()
        _ = backlog.add(Self.records(1, ["a", "b"]), to: call)
        #expect(read(&backlog, 24) == ["1a"])
        _ = backlog.discard(call)
        _ = backlog.end(call, .failure(LLMError(.canceled, "")), Self.records(1, ["end"]))
        #expect(read(&backlog) == ["1end"])
    }

    @Test("A call that was freed is not read, its end included")
    func detached() {
        var backlog = QueueBacklog()
        let call = call()
        _ = backlog.add(Self.records(1, ["a"]), to: call)
        _ = backlog.detach(call)
        #expect(!backlog.end(call, .failure(LLMError(.canceled, "")), Self.records(1, ["end"])))
        #expect(read(&backlog).isEmpty)
        #expect(backlog.bytes == 0)
    }

    @Test("An end that was not read can be taken back, once")
    func withdrawn() {
        var backlog = QueueBacklog()
        let call = call()
        _ = backlog.end(call, .success(.health(HealthReport(provider: "p", latencyMs: 1, error: nil, callID: "c"))), Self.records(1, ["end"]))
        #expect(backlog.withdrawEnd(of: call) != nil)
        #expect(backlog.withdrawEnd(of: call) == nil)
        #expect(read(&backlog).isEmpty && backlog.bytes == 0)
    }

    // MARK: Holding up

    private let limits = QueueBacklog.Limits(callBytes: 240, queueBytes: 2400)

    private func fill(_ backlog: inout QueueBacklog, _ call: CallBacklog, _ count: Int) {
        for _ in 0..<count { _ = backlog.add(Self.records(1, ["a"]), to: call) }
    }

    private func resumeReleased(_ backlog: inout QueueBacklog) {
        for resume in backlog.takeReleased() { resume() }
    }

    @Test("A call is held up at its bound, and goes on when half of that has been read")
    func callBound() {
        var backlog = QueueBacklog(limits: limits)
        let resumed = Counter()
        let call = call(resumed)
        fill(&backlog, call, 9)
        #expect(backlog.hasRoom(for: call))
        fill(&backlog, call, 1)
        #expect(!backlog.hasRoom(for: call))
        #expect(read(&backlog, 24 * 4).count == 4)
        resumeReleased(&backlog)
        #expect(resumed.value == 0)
        #expect(read(&backlog, 24).count == 1)
        resumeReleased(&backlog)
        #expect(resumed.value == 1)
        #expect(backlog.hasRoom(for: call))
    }

    @Test("A full queue holds up every call, and all go on when half of it has been read")
    func queueBound() {
        var backlog = QueueBacklog(limits: limits)
        let resumed = Counter()
        let calls = (0..<12).map { _ in call(resumed) }
        for call in calls[..<11] { fill(&backlog, call, 9) }
        fill(&backlog, calls[11], 1)
        #expect(calls.allSatisfy { !backlog.hasRoom(for: $0) })
        while backlog.bytes > limits.queueBytes / 2 + 24 { #expect(read(&backlog, 24).count == 1) }
        resumeReleased(&backlog)
        #expect(resumed.value == 0)
        #expect(read(&backlog, 24).count == 1)
        while !read(&backlog, 24).isEmpty {}
        resumeReleased(&backlog)
        #expect(resumed.value == 12)
    }

    @Test("Room that comes from what is dropped lets the others go on, and not the call that drops it")
    func roomByDropping() {
        var backlog = QueueBacklog(limits: limits)
        let (resumed, resumedToo) = (Counter(), Counter())
        let (large, small) = (call(resumed), call(resumedToo))
        fill(&backlog, large, 100)
        #expect(!backlog.hasRoom(for: small) && !backlog.hasRoom(for: large))
        _ = backlog.discard(large)
        resumeReleased(&backlog)
        #expect(resumed.value == 0 && resumedToo.value == 1)
        #expect(backlog.hasRoom(for: small) && !backlog.hasRoom(for: large))
    }

    @Test("A paused call has no room, whatever is read, until it is let go")
    func paused() {
        var backlog = QueueBacklog(limits: limits)
        let resumed = Counter()
        let call = call(resumed)
        backlog.setPaused(call, true)
        fill(&backlog, call, 2)
        #expect(!backlog.hasRoom(for: call))
        #expect(read(&backlog).count == 2)
        resumeReleased(&backlog)
        #expect(resumed.value == 0)
        backlog.setPaused(call, false)
        resumeReleased(&backlog)
        #expect(resumed.value == 1 && backlog.hasRoom(for: call))
    }

    @Test("Whoever was held up goes on once everything is read, whatever happened in between")
    func nobodyStarves() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var backlog = QueueBacklog(limits: limits)
            let calls = (0..<20).map { _ in (call: call(), isPaused: Counter()) }
            for _ in 0..<400 {
                guard let (call, _) = calls.randomElement(using: &generator) else { return }
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: backlog.setPaused(call, Bool.random(using: &generator))
                case 1...2: _ = backlog.take(upTo: Int.random(in: 0..<800, using: &generator))
                case 3 where Int.random(in: 0..<20, using: &generator) == 0: _ = backlog.discard(call)
                default: if backlog.hasRoom(for: call) { fill(&backlog, call, Int.random(in: 1..<12, using: &generator)) }
                }
                _ = backlog.takeReleased()
            }
            for (call, _) in calls { backlog.setPaused(call, false) }
            while !read(&backlog, 1000).isEmpty { _ = backlog.takeReleased() }
            _ = backlog.takeReleased()
            #expect(backlog.bytes == 0)
            #expect(calls.allSatisfy { !$0.call.isHeldUp || $0.call.isDiscarding })
        }
    }
}

@Suite("Log lines in a queue")
struct QueueLogTests {
    private func line(_ bytes: Int) -> ByteBuffer {
        EventRecord.make(.log, tag: 0) { $0.append(String(repeating: "x", count: bytes)) }
    }

    @Test("Beyond the bound they are dropped, and the next that fits comes after a line that says how many were")
    func bounded() {
        var log = QueueLog(limits: QueueLog.Limits(bytes: 400, lines: 3))
        for _ in 0..<3 {
            let records = log.admit(line(8))
            #expect(records.count == 1)
            for record in records { _ = log.lines.add(record) }
        }
        #expect(log.admit(line(8)).isEmpty)
        #expect(log.admit(line(8)).isEmpty)
        if let (records, _) = log.lines.next { log.lines.advance(records.count, of: records) }
        let records = log.admit(line(8))
        #expect(records.count == 2)
        #expect(records.first?.text.contains(#""dropped":2"#) == true)
    }

    @Test("A line that is larger than the bound is dropped")
    func large() {
        var log = QueueLog(limits: QueueLog.Limits(bytes: 400, lines: 3))
        #expect(log.admit(line(400)).isEmpty)
        #expect(log.admit(line(1)).count == 2)
    }

    @Test("A queue delivers lines of its level and above, with tag 0")
    func levels() {
        let queue = EventQueue()
        func post(_ level: Int32, _ text: StaticString) {
            queue.postLog(level: level, UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        post(50, "before")
        queue.setLogLevel(30)
        post(20, "low")
        post(30, "a line")
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
        defer { buffer.deallocate() }
        guard case .records(let count) = queue.read(into: buffer, timeoutMs: 0) else {
            Issue.record("there was no line")
            return
        }
        #expect(buffer.load(as: UInt64.self) == 0)
        #expect(buffer.load(fromByteOffset: 8, as: Int32.self) == EventKind.log.rawValue)
        #expect(count == 16 + 8)
        #expect(String(decoding: buffer[16..<22], as: UTF8.self) == "a line")
        queue.close()
    }
}
