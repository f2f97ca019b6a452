import Testing

@testable import ScalingMemory

@Suite("Log lines in a queue")
struct QueueLogTests {
    private func line<Result>(_ text: String, level: LogLevel = .info, _ body: (LogLine) -> Result) -> Result {
        let buffer = ByteBuffer()
        buffer.append(text)
        return body(LogLine(level: level, bytes: buffer.bytes))
    }

    private func admit(_ log: inout QueueLog, _ text: String = "{}") -> String? {
        guard let record = line(text, { log.admit($0) }) else { return nil }
        _ = log.lines.add(record)
        var reader = EventReader(record)
        return reader.next().map { String(decoding: $0.data, as: UTF8.self) }
    }

    @Test("Beyond so many lines they are dropped, and the next that fits says how many were")
    func lines() {
        var log = QueueLog(limits: QueueLog.Limits(bytes: 1000, lines: 3))
        let texts = (0..<5).map { _ in admit(&log, #"{"a":1}"#) }
        #expect(texts == [#"{"a":1}"#, #"{"a":1}"#, #"{"a":1}"#, nil, nil])
        if let (records, _) = log.lines.next { log.lines.advance(records.count, of: records) }
        let next = admit(&log, #"{"a":1}"#)
        #expect(next == #"{"a":1,"dropped":2}"#)
        if let (records, _) = log.lines.next { log.lines.advance(records.count, of: records) }
        let last = admit(&log, #"{"a":1}"#)
        #expect(last == #"{"a":1}"#)
    }

    @Test("Beyond so many bytes too, and a line that is larger than that by itself is one of them")
    func bytes() {
        var log = QueueLog(limits: QueueLog.Limits(bytes: 100, lines: 1000))
        let large = admit(&log, String(repeating: "x", count: 100))
        let next = admit(&log, #"{"a":1}"#)
        #expect(large == nil)
        #expect(next == #"{"a":1,"dropped":1}"#)
        let texts = (0..<3).map { _ in admit(&log, #"{"a":1}"#) }
        #expect(texts == [#"{"a":1}"#, #"{"a":1}"#, nil])  // 40 + 24 + 24 bytes as records
    }

    @Test("The reader gets a line with tag 0 and its kind")
    func record() {
        let queue = EventQueue()
        line("a line") { queue.write($0) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
        defer { buffer.deallocate() }
        guard case .records(let count) = queue.read(into: buffer, timeoutMs: 0) else {
            Issue.record("there was no line")
            return
        }
        #expect(count == 16 + 8)
        #expect(buffer.load(as: UInt64.self) == 0)
        #expect(buffer.load(fromByteOffset: 8, as: Int32.self) == EventKind.log.rawValue)
        #expect(String(decoding: buffer[16..<22], as: UTF8.self) == "a line")
        queue.close()
    }
}
