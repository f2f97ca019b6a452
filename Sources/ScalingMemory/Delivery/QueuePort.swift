internal import Synchronization

/// One call's place in a queue: its records go in here, with its tag.
final class QueuePort: EventDestination {
    private let queue: EventQueue
    private let tag: UInt64
    /// Ends the call; any thread.
    let cancel: @Sendable () -> Void
    /// Touched under the queue's lock alone, which the compiler cannot see.
    private nonisolated(unsafe) let call: CallBacklog
    /// Events were lost because there was no memory for them: the call fails.
    private let hasLostEvents = Atomic<Bool>(false)

    init(
        _ queue: EventQueue,
        tag: UInt64,
        resume: @escaping @Sendable () -> Void,
        cancel: @escaping @Sendable () -> Void
    ) {
        self.queue = queue
        self.tag = tag
        self.cancel = cancel
        call = CallBacklog(resume: resume)
    }

    // MARK: The I/O thread's side

    var hasRoom: Bool { queue.state.withLock { !$0.isClosed && $0.backlog.hasRoom(for: call) } }

    var backlog: Int { queue.state.withLock { _ in call.bytes } }

    func send(_ records: ByteBuffer) {
        if records.hasFailed {
            hasLostEvents.store(true, ordering: .relaxed)
            return cancel()
        }
        queue.deliver { state in state.backlog.add(records, to: call) ? records.count : 0 }
    }

    func finish(_ outcome: CallOutcome) {
        let outcome = hasLostEvents.load(ordering: .relaxed) ? .failure(Self.noMemory) : outcome
        let (whole, record) = Self.record(of: outcome, tag)
        queue.deliver { state in
            state.running[ObjectIdentifier(self)] = nil
            if call.isOver { return 0 }
            // Cancelled while the record was written, or before.
            if call.isDiscarding, case .success = whole {
                let (canceled, record) = Self.record(of: whole.canceled, tag)
                return state.backlog.end(call, canceled, record) ? record.count : 0
            }
            return state.backlog.end(call, whole, record) ? record.count : 0
        }
    }

    /// The record that ends a call, and the outcome that it tells: another one where the first does not fit.
    private static func record(of outcome: CallOutcome, _ tag: UInt64) -> (CallOutcome, ByteBuffer) {
        let record: ByteBuffer
        switch outcome {
        case .success(let result):
            record = EventRecord.make(.response, tag: tag) { buffer in
                var writer = JSONWriter(to: buffer)
                result.write(to: &writer)
            }
        case .failure(let error):
            record = EventRecord.make(.error, tag: tag) { buffer in
                var writer = JSONWriter(to: buffer)
                error.write(to: &writer)
            }
        }
        if record.hasFailed { return self.record(ofNoMemoryFor: tag) }
        if record.count > EventRecord.maximumData { return self.record(of: .failure(tooLarge), tag) }
        return (outcome, record)
    }

    /// Needs next to no memory itself; where there is not even that the record is empty, and the call's end untold.
    private static func record(ofNoMemoryFor tag: UInt64) -> (CallOutcome, ByteBuffer) {
        let record = EventRecord.make(.error, tag: tag) { buffer in
            var writer = JSONWriter(to: buffer)
            noMemory.write(to: &writer)
        }
        return (.failure(noMemory), record.hasFailed ? ByteBuffer() : record)
    }

    private static var noMemory: LLMError { LLMError(.memory, "there is no memory for the call's events") }
    private static var tooLarge: LLMError { LLMError(.tooLarge, "the response has more than 4 GiB") }

    // MARK: The caller's side

    func setPaused(_ isPaused: Bool) {
        change { state in state.backlog.setPaused(call, isPaused) }
    }

    func discard() {
        let outcome = change { state -> (FIFO<ByteBuffer>, CallOutcome?) in
            let dropped = state.backlog.discard(call)
            guard case .success = call.outcome else { return (dropped, nil) }
            return (dropped, state.backlog.withdrawEnd(of: call))
        }?.1
        guard let outcome else { return }
        let (canceled, record) = Self.record(of: outcome.canceled, tag)
        queue.deliver { state in state.backlog.end(call, canceled, record) ? record.count : 0 }
    }

    func detach() {
        change { state in
            state.running[ObjectIdentifier(self)] = nil
            return state.backlog.detach(call)
        }
    }

    /// Changes the queue's state unless it is closed, and lets those go on that may. What `body` gives, which may be memory to
    /// be freed, is handed out of the lock.
    @discardableResult
    private func change<Result>(_ body: (inout EventQueue.State) -> Result) -> Result? {
        let (result, released) = queue.state.withLock { state -> (Result?, [@Sendable () -> Void]) in
            if state.isClosed { return (nil, []) }
            return (body(&state), state.backlog.takeReleased())
        }
        for resume in released { resume() }
        return result
    }
}
