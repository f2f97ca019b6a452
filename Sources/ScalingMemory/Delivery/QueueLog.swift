internal import Synchronization

/// Log lines on their way to a queue's reader. Nobody can be held up for them, so beyond a bound they are dropped, and the
/// next one that fits says how many were.
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

    /// The line as a record; nil where it is dropped.
    mutating func admit(_ line: LogLine) -> ByteBuffer? {
        if lines.bytes < limits.bytes, lines.batchCount < limits.lines {
            let record = EventRecord.make(.log, tag: 0) { line.append(to: $0, dropped: dropped) }
            if !record.hasFailed, lines.bytes + record.count <= limits.bytes {
                dropped = 0
                return record
            }
        }
        dropped += 1
        return nil
    }
}

extension EventQueue: LogSink {
    /// From which level on the queue delivers log lines; `off`, which it is at first: none. Throws when called from a sink.
    package func setLogLevel(_ level: LogLevel) throws(LLMError) {
        isLogging.store(level != .off, ordering: .relaxed)
        try Log.shared.set(self, level: level)
    }

    /// Any thread; does not wait for the reader, and calls nobody back.
    package func write(_ line: LogLine) {
        if belongsToParent { return }
        deliver { state in
            guard let record = state.log.admit(line) else { return 0 }
            return state.backlog.add(record, to: state.log.lines) ? record.count : 0
        }
    }
}
