internal import Synchronization

extension EventQueue {
    package enum Reading {
        /// So many bytes of whole records.
        case records(byteCount: Int)
        /// Nothing was taken: the next record needs so many bytes.
        case tooSmall(needed: Int)
        /// Nothing came in time, or a signal handler ran, or `wake` was called.
        case nothing
        /// Another thread is reading.
        case busy
        /// The queue is the parent process's.
        case forked
    }

    /// Copies what there is to `buffer`, waiting up to `timeoutMs` for it: 0 does not wait, nil waits for as long as it
    /// takes. One reader at a time.
    package func read(into buffer: UnsafeMutableRawBufferPointer, timeoutMs: Int?) -> Reading {
        if belongsToParent { return .forked }
        guard isBeingRead.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            return .busy
        }
        defer { isBeingRead.store(false, ordering: .releasing) }
        let deadline = timeoutMs.flatMap { $0 == 0 ? nil : Instant.now.adding(milliseconds: $0) }
        var mayWait = timeoutMs != 0
        var hasDecoded = false
        while true {
            let (take, released) = look(upTo: buffer.count, hasDecoded: hasDecoded, mayWait: mayWait)
            for resume in released { resume() }
            switch take {
            case .slices(let slices, let byteCount):
                Self.copy(slices, to: buffer)
                return .records(byteCount: byteCount)
            case .tooSmall(let needed): return .tooSmall(needed: needed)
            case .ended: return .nothing
            case .due:
                decodeDue()
                hasDecoded = true
            case .waiting:
                hasDecoded = false
                // The wake-up may come just when the wait ends otherwise; so there is one more look.
                if semaphore.wait(until: deadline) != .signaled { mayWait = false }
                // A signal handler may have forked.
                if belongsToParent { return .forked }
            }
        }
    }

    private enum Look {
        case slices([QueueBacklog.Slice], byteCount: Int)
        case tooSmall(needed: Int)
        /// Nothing is there, and the reader waits.
        case waiting
        /// Nothing is there, and the read ends.
        case ended
        /// Something is to be decoded first.
        case due
    }

    /// Has decoded what foreign calls have brought. Out of the lock: the host's functions may do what they like.
    private func decodeDue() {
        let due = state.withLock { state in
            defer { state.due = [] }
            for port in state.due { port.isDue = false }
            return state.due
        }
        for port in due { port.decode() }
    }

    /// `hasDecoded`: what there is to decode was decoded just now; whatever has come since does not hold up what is there.
    private func look(upTo capacity: Int, hasDecoded: Bool, mayWait: Bool) -> (Look, [@Sendable () -> Void]) {
        state.withLock { state in
            state.isReaderWaiting = false
            if !hasDecoded, !state.due.isEmpty { return (.due, []) }
            let take = state.backlog.take(upTo: capacity)
            let released = state.backlog.takeReleased()
            switch take {
            case .slices(let slices, let byteCount): return (.slices(slices, byteCount: byteCount), released)
            case .tooSmall(let needed): return (.tooSmall(needed: needed), released)
            case .nothing:
                if !state.due.isEmpty { return (.due, released) }
                if mayWait, !state.isWoken {
                    state.isReaderWaiting = true
                    return (.waiting, released)
                }
                state.isWoken = false
                if state.readiness.nothingWasFound() == .lower { state.descriptor?.lower() }
                return (.ended, released)
            }
        }
    }

    /// Out of the lock: the records do not change any more, and the I/O thread need not wait for them to be copied.
    private static func copy(_ slices: [QueueBacklog.Slice], to buffer: UnsafeMutableRawBufferPointer) {
        var offset = 0
        for slice in slices {
            let bytes = UnsafeRawBufferPointer(rebasing: slice.records.bytes[slice.range])
            UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyMemory(from: bytes)
            offset += bytes.count
        }
    }

    /// Makes a waiting read return with nothing, or the next one that would wait. Any thread.
    package func wake() {
        if belongsToParent { return }
        let mustSignal = state.withLock { state in
            state.isWoken = true
            defer { state.isReaderWaiting = false }
            return state.isReaderWaiting
        }
        if mustSignal { semaphore.signal() }
    }

    /// A descriptor that becomes readable when there is something to read; made when it is first asked for. nil where the
    /// system has none to give.
    package func descriptor() -> Int32? {
        if belongsToParent { return nil }
        if let descriptor = state.withLock({ $0.descriptor }) { return descriptor.forReader }
        // Made out of the queue's lock, under which no other is taken: see `ForkGuard.Level.innermost`.
        guard let made = QueueDescriptor() else { return nil }
        let used = state.withLock { state in
            if state.descriptor == nil, !state.isClosed {
                state.descriptor = made
                if state.readiness.descriptorOpened() == .raise { made.raise() }
            }
            return state.descriptor
        }
        if used !== made { made.close() }
        return used?.forReader
    }
}
