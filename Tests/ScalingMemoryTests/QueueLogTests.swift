import Testing

@testable import ScalingMemory

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
        for _ in 0..<2 {
            let dropped = log.admit(line(8))
            #expect(dropped.isEmpty)
        }
        if let (records, _) = log.lines.next { log.lines.advance(records.count, of: records) }
        let records = log.admit(line(8))
        #expect(records.count == 2)
        #expect(records.first?.text.contains(#""dropped":2"#) == true)
    }

    @Test("A line that is larger than the bound is dropped")
    func large() {
        var log = QueueLog(limits: QueueLog.Limits(bytes: 400, lines: 3))
        let dropped = log.admit(line(400))
        let records = log.admit(line(1))
        #expect(dropped.isEmpty && records.count == 2)
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
