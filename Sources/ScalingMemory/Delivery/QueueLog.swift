internal import Synchronization

/// Log lines on their way to a queue's reader. Nobody can be held up for them, so beyond a bound they are dropped and
/// counted, and the count is told by a line of its own before the next one that fits.
struct QueueLog {
    struct Limits {
        var bytes = 1024 * 1024
        var lines = 10_000
    }

    /// Their place in the queue's line, beside the calls'.
    let lines = CallBacklog(resume: {})
    private let limits: Limits
    private var dropped = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// The records to deliver for this one: none where it is dropped.
    mutating func admit(_ record: ByteBuffer) -> [ByteBuffer] {
        guard !record.hasFailed, lines.bytes + record.count <= limits.bytes, lines.batchCount < limits.lines else {
            dropped += 1
            return []
        }
        if dropped == 0 { return [record] }
        let notice = Self.notice(dropped)
        if notice.hasFailed { return [record] }
        dropped = 0
        return [notice, record]
    }

    private static func notice(_ count: Int) -> ByteBuffer {
        EventRecord.make(.log, tag: 0) { buffer in
            var writer = JSONWriter(to: buffer)
            writer.object { writer in
                writer.member("level", 40)
                writer.member("msg", "\(count) log lines were dropped: the queue's reader was behind")
                writer.member("dropped", count)
            }
        }
    }
}

extension EventQueue {
    /// From which level on log lines are delivered; none are at first. The numbers are `LLM_LOG_*` in llm.h.
    package func setLogLevel(_ level: Int32) {
        logLevel.store(level, ordering: .relaxed)
    }

    /// Delivers a log line, or drops it where too many wait to be read. Any thread; does not wait for the reader, and calls
    /// nobody back.
    package func postLog(level: Int32, _ line: UnsafeRawBufferPointer) {
        if belongsToParent || level < logLevel.load(ordering: .relaxed) { return }
        let record = EventRecord.make(.log, tag: 0) { $0.append(line) }
        deliver { state in
            var count = 0
            for record in state.log.admit(record) where state.backlog.add(record, to: state.log.lines) {
                count += record.count
            }
            return count
        }
    }
}
