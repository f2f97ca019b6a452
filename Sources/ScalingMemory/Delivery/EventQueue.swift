internal import Synchronization

/// Carries the events of many calls from the I/O thread to one reader, who waits in `read` or in an event loop of his own,
/// on the queue's descriptor.
///
/// The events of a turn of the I/O thread are announced once, at its end: the reader is woken by the queue, not by each of
/// its calls. What waits to be read is bounded by `QueueBacklog`, whose decisions are carried out here.
package final class EventQueue: Sendable {
    struct State {
        var backlog = QueueBacklog()
        var readiness = ReadinessSignal()
        var descriptor: QueueDescriptor?
        var log = QueueLog()
        /// The calls that have not ended, to be cancelled when the queue is closed.
        var running: [ObjectIdentifier: QueuePort] = [:]
        /// Foreign calls that have something to decode, for the reader to have it done.
        var due: [ForeignPort] = []
        var isReaderWaiting = false
        /// Someone wants the reader to come back.
        var isWoken = false
        /// Bytes that came since the last announcement.
        var unannounced = 0
        var isAnnouncementDue = false
        var isClosed = false
    }

    /// So much is not held back until the turn's end: in a long turn the reader can begin.
    private static let announcedAtOnce = 4096

    let state = Locked(State())
    let semaphore = Semaphore()
    let isBeingRead = Atomic<Bool>(false)
    /// The queue is among the log's sinks.
    let isLogging = Atomic<Bool>(false)
    private let generation = EventLoop.shared.generation

    package init() {}

    /// Whether the queue was made by the parent of this process. Its lock may be held by a thread that is not here, so
    /// nothing of it is touched then.
    package var belongsToParent: Bool { generation != EventLoop.shared.generation }

    // MARK: Calls

    /// A place for a call's events. `resume` lets its transfer go on, `cancel` ends it; they may be called on any thread.
    func makePort(
        tag: UInt64,
        resume: @escaping @Sendable () -> Void,
        cancel: @escaping @Sendable () -> Void
    ) throws(LLMError) -> QueuePort {
        let port = QueuePort(self, tag: tag, resume: resume, cancel: cancel)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.running[ObjectIdentifier(port)] = port }
            return state.isClosed
        }
        if isClosed { throw .invalidArgument("queue was destroyed") }
        return port
    }

    /// Cancels the queue's calls and drops what was not read. The ports, which calls hold, stay valid.
    package func close() {
        if belongsToParent { return }
        if isLogging.load(ordering: .relaxed) { try? setLogLevel(.off) }
        let (ports, descriptor, dropped) = state.withLock { state in
            defer {
                state = State()
                state.isClosed = true
            }
            return (Array(state.running.values), state.descriptor, state.backlog.removeAll())
        }
        _ = dropped
        descriptor?.close()
        for port in ports { port.cancel() }
    }

    /// Changes the state for something that comes in, and sees to it that the reader hears of it. `change` says how many
    /// bytes came.
    func deliver(_ change: (inout State) -> Int) {
        let isOnLoop = EventLoop.shared.isOnLoop
        let (announceNow, announceLater) = state.withLock { state in
            let count = state.isClosed ? 0 : change(&state)
            if count == 0 { return (false, false) }
            state.unannounced += count
            if !isOnLoop || state.unannounced >= Self.announcedAtOnce { return (true, false) }
            defer { state.isAnnouncementDue = true }
            return (false, !state.isAnnouncementDue)
        }
        if announceNow { announce(atTurnEnd: false) }
        if announceLater { IOThread.assumeIsolated(with: self) { Reactor.current.atTurnEnd($0) } }
    }

    /// Tells the reader, wherever he waits, that there is something; unless he has found it himself.
    private func announce(atTurnEnd: Bool) {
        let mustSignal = state.withLock { state in
            if atTurnEnd { state.isAnnouncementDue = false }
            state.unannounced = 0
            guard state.backlog.mayHaveSomething || !state.due.isEmpty else { return false }
            if state.readiness.somethingCame() == .raise { state.descriptor?.raise() }
            defer { state.isReaderWaiting = false }
            return state.isReaderWaiting
        }
        if mustSignal { semaphore.signal() }
    }
}

extension EventQueue: TurnEndHandler {
    func turnEnds() {
        announce(atTurnEnd: true)
    }
}
