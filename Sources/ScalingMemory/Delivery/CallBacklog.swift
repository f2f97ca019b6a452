/// What one call has waiting in its queue, and what its transfer waits for. Touched by `QueueBacklog` only.
final class CallBacklog {
    /// Lets the transfer go on; any thread.
    let resume: @Sendable () -> Void

    private var batches = FIFO<ByteBuffer>()
    /// How much of the first batch has been read.
    private var offset = 0
    /// The record that ends the call.
    private var last: ByteBuffer?
    /// What the last record was made of, for a cancel before it is read.
    private(set) var outcome: CallOutcome?

    /// Bytes that wait to be read.
    private(set) var bytes = 0
    /// The call has ended: nothing is added any more.
    private(set) var isOver = false
    /// Nothing but the end is delivered.
    private(set) var isDiscarding = false
    /// Not even that.
    private(set) var isDetached = false

    var isPaused = false
    /// The transfer stands still and waits to be told.
    var isHeldUp = false
    /// In the queue's line of calls with something to read.
    var isInLine = false
    /// Among the calls that wait until the whole queue has room.
    var isWaitingForRoom = false

    init(resume: @escaping @Sendable () -> Void) {
        self.resume = resume
    }

    var batchCount: Int { batches.count }

    /// The batch that is next, and where in it.
    var next: (records: ByteBuffer, offset: Int)? {
        if let first = batches.first { return (first, offset) }
        return last.map { ($0, offset) }
    }

    /// False where it is not wanted any more.
    func add(_ records: ByteBuffer) -> Bool {
        guard !isOver, !isDiscarding, !isDetached, !records.isEmpty else { return false }
        batches.append(records)
        bytes += records.count
        return true
    }

    /// Adds the record that ends the call. False where it is not wanted any more.
    func end(_ outcome: CallOutcome, _ record: ByteBuffer) -> Bool {
        isOver = true
        guard !isDetached else { return false }
        self.outcome = outcome
        last = record
        bytes += record.count
        return true
    }

    /// `count` bytes of what is next have been taken.
    func advance(_ count: Int, of records: ByteBuffer) {
        bytes -= count
        offset += count
        guard offset == records.count else { return }
        offset = 0
        if batches.removeFirst() == nil {
            last = nil
            outcome = nil
        }
    }

    /// Drops what was not read yet, but for the end. Gives the memory, to be freed where no lock is held.
    func discard() -> FIFO<ByteBuffer> {
        isDiscarding = true
        defer {
            // The offset is the last record's if there is no batch; but that is taken whole or not at all.
            offset = 0
            batches = FIFO()
            bytes = last?.count ?? 0
        }
        return batches
    }

    /// Takes back an end that was not read yet.
    func withdrawEnd() -> CallOutcome? {
        defer {
            bytes -= last?.count ?? 0
            last = nil
            outcome = nil
        }
        return outcome
    }

    func detach() {
        isDetached = true
    }
}
