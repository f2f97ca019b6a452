/// A foreign call's place in a queue. What the I/O thread brings waits here as it came; the queue's reader has it decoded on his
/// thread, and puts the events into the queue like those of any other call.
final class ForeignPort: EventDestination {
    private struct Weak {
        weak var port: ForeignPort?
    }

    private let queue: EventQueue
    private let raw: EventChannel
    private let port: QueuePort
    private let reader: ForeignReader
    /// Touched by the queue's reader alone, who is one at a time.
    private nonisolated(unsafe) var isOver = false
    /// Among those that the queue's reader is to look after. Touched under the queue's lock alone.
    nonisolated(unsafe) var isDue = false

    /// `resume` lets the transfer go on, `cancel` ends the call.
    init(
        _ queue: EventQueue,
        tag: UInt64,
        resume: @escaping @Sendable () -> Void,
        cancel: @escaping @Sendable () -> Void,
        reader makeReader: (EventChannel) -> ForeignReader
    ) throws(LLMError) {
        self.queue = queue
        let raw = EventChannel(resume: resume)
        let reader = makeReader(raw)
        self.raw = raw
        self.reader = reader
        let link = Locked(Weak())
        port = try queue.makePort(tag: tag) {
            link.withLock { $0.port }?.becomeDue()
        } cancel: {
            cancel()
            reader.close()
        }
        link.withLock { $0.port = self }
        raw.onArrival { link.withLock { $0.port }?.becomeDue() }
    }

    private func becomeDue() {
        queue.deliver { state in
            guard !isDue else { return 0 }
            isDue = true
            state.due.append(self)
            return 1
        }
    }

    /// Has decoded what there is, as far as the queue has room. On the thread of the queue's reader.
    func decode() {
        while !isOver, raw.isDiscarding || port.hasRoom {
            switch reader.take(until: nil, waits: false) {
            case .events(let events): port.send(events.records)
            case .result(let result): end(.success(result))
            case .failure(let error): end(.failure(error))
            case .nothing, .over: return
            }
        }
    }

    private func end(_ outcome: CallOutcome) {
        isOver = true
        port.finish(outcome)
    }

    // MARK: The I/O thread's side

    var hasRoom: Bool { raw.hasRoom }
    var backlog: Int { raw.backlog }
    func send(_ records: ByteBuffer) { raw.send(records) }
    func finish(_ outcome: CallOutcome) { raw.finish(outcome) }

    // MARK: The caller's side

    func setPaused(_ isPaused: Bool) {
        raw.setPaused(isPaused)
        port.setPaused(isPaused)
    }

    func discard() {
        raw.discard()
        port.discard()
        becomeDue()
    }

    func detach() {
        port.detach()
        raw.detach()
        reader.close()
    }
}
