/// What waits to be read from a queue: the calls that have something, in a line. The reader takes a batch of the first, who
/// then goes to the line's end, so that a call that floods the queue delays each other one by one batch at most.
///
/// Bounded twice: a call's transfer is held up while `Limits.callBytes` of its own are unread, and all transfers while
/// `Limits.queueBytes` are; they go on when half of that has been read. Knows neither threads nor clocks.
struct QueueBacklog {
    struct Limits {
        var callBytes = 64 * 1024
        var queueBytes = 16 * 1024 * 1024
    }

    /// Whole records, to be copied one slice behind the other. The buffers do not change any more.
    struct Slice {
        let records: ByteBuffer
        let range: Range<Int>
    }

    enum Take {
        case slices([Slice], byteCount: Int)
        /// The next record needs this many bytes.
        case tooSmall(needed: Int)
        case nothing
    }

    private let limits: Limits
    private var line = FIFO<CallBacklog>()
    private var waitingForRoom = FIFO<CallBacklog>()
    /// Whose transfers may go on.
    private var released: [CallBacklog] = []
    /// Bytes that wait to be read.
    private(set) var bytes = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// A call whose events were dropped may still stand in the line.
    var mayHaveSomething: Bool { !line.isEmpty }

    // MARK: What comes in

    /// False where it is not wanted any more.
    mutating func add(_ records: ByteBuffer, to call: CallBacklog) -> Bool {
        guard call.add(records) else { return false }
        enter(call, records.count)
        return true
    }

    /// The call's last record. False where it is not wanted any more.
    mutating func end(_ call: CallBacklog, _ outcome: CallOutcome, _ record: ByteBuffer) -> Bool {
        guard call.end(outcome, record) else { return false }
        enter(call, record.count)
        return true
    }

    private mutating func enter(_ call: CallBacklog, _ count: Int) {
        bytes += count
        guard !call.isInLine else { return }
        call.isInLine = true
        line.append(call)
    }

    // MARK: What goes out

    /// What fits into `capacity` bytes.
    mutating func take(upTo capacity: Int) -> Take {
        var slices: [Slice] = []
        slices.reserveCapacity(min(line.count, 64))
        var taken = 0
        while let call = line.first {
            guard let (records, offset) = call.next else {
                leaveLine(call)
                continue
            }
            let count = EventRecord.bytesOfWholeRecords(in: records.bytes, from: offset, within: capacity - taken)
            if count == 0 {
                if taken > 0 { break }
                return .tooSmall(needed: EventRecord.size(in: records.bytes, at: offset) ?? records.count - offset)
            }
            slices.append(Slice(records: records, range: offset..<(offset + count)))
            taken += count
            bytes -= count
            call.advance(count, of: records)
            leaveLine(call)
            release(call)
        }
        releaseWaiting()
        return taken > 0 ? .slices(slices, byteCount: taken) : .nothing
    }

    /// The first in the line goes to its end, or out of it where he has nothing more.
    private mutating func leaveLine(_ call: CallBacklog) {
        line.removeFirst()
        call.isInLine = call.next != nil
        if call.isInLine { line.append(call) }
    }

    /// Drops what the call has not delivered yet, but for its end. Gives the memory. The call is being cancelled, so its
    /// transfer is not told to go on; the others may.
    mutating func discard(_ call: CallBacklog) -> FIFO<ByteBuffer> {
        let before = call.bytes
        let dropped = call.discard()
        bytes -= before - call.bytes
        releaseWaiting()
        return dropped
    }

    /// Takes back an end that was not read yet.
    mutating func withdrawEnd(of call: CallBacklog) -> CallOutcome? {
        let before = call.bytes
        let outcome = call.withdrawEnd()
        bytes -= before - call.bytes
        return outcome
    }

    /// Nothing of the call is read any more. Gives the memory.
    mutating func detach(_ call: CallBacklog) -> FIFO<ByteBuffer> {
        call.detach()
        _ = withdrawEnd(of: call)
        return discard(call)
    }

    /// Nothing of any call is read any more. Gives the memory.
    mutating func removeAll() -> [FIFO<ByteBuffer>] {
        var dropped: [FIFO<ByteBuffer>] = []
        while let call = line.removeFirst() {
            call.isInLine = false
            dropped.append(detach(call))
        }
        return dropped
    }

    // MARK: Holding up

    /// Whether the call may bring more; if not, it is held up. One that is being cancelled is not asked for more, all of which
    /// would be read only to be dropped.
    mutating func hasRoom(for call: CallBacklog) -> Bool {
        if call.isDiscarding { return false }
        if !call.isPaused, call.bytes < limits.callBytes, bytes < limits.queueBytes { return true }
        call.isHeldUp = true
        if !call.isPaused, call.bytes < limits.callBytes { waitForRoom(call) }
        return false
    }

    mutating func setPaused(_ call: CallBacklog, _ isPaused: Bool) {
        call.isPaused = isPaused
        release(call)
    }

    /// Lets the call go on if nothing is against it. Whoever is held up is paused, or has something to be read after which
    /// this is asked again, or waits for room in the queue.
    private mutating func release(_ call: CallBacklog) {
        guard call.isHeldUp, !call.isPaused, !call.isDiscarding, call.bytes <= limits.callBytes / 2 else { return }
        guard bytes <= limits.queueBytes / 2 else { return waitForRoom(call) }
        call.isHeldUp = false
        released.append(call)
    }

    private mutating func waitForRoom(_ call: CallBacklog) {
        guard !call.isWaitingForRoom else { return }
        call.isWaitingForRoom = true
        waitingForRoom.append(call)
    }

    private mutating func releaseWaiting() {
        guard bytes <= limits.queueBytes / 2 else { return }
        while let call = waitingForRoom.removeFirst() {
            call.isWaitingForRoom = false
            release(call)
        }
    }

    /// What lets those go on that may; to be called where no lock is held.
    mutating func takeReleased() -> [@Sendable () -> Void] {
        if released.isEmpty { return [] }
        defer { released.removeAll(keepingCapacity: true) }
        return released.map(\.resume)
    }
}
