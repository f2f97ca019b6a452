/// Carries a call's events from the I/O thread to its one reader, and the reader's pace back.
///
/// Events travel in batches of packed records (`EventWriter`), so that a burst costs one hand-over. When the reader falls
/// behind by `maximumBacklog` bytes, the transfer is held up until he has caught up by half.
final class EventChannel: EventDestination {
    enum Delivery {
        case events(EventReader)
        /// The end; delivered once.
        case outcome(CallOutcome)
        /// The end was delivered before.
        case over
        /// Nothing came in time, or a signal handler ran.
        case nothing
    }

    private struct State: Sendable {
        var batches: [ByteBuffer] = []
        /// Bytes in `batches` and in the batch that the reader has in hand.
        var backlog = 0
        var inHand = 0
        var outcome: CallOutcome?
        var isOver = false
        var isPaused = false
        var isDiscarding = false
        /// The transfer stands still and waits to be told.
        var isHeldUp = false
        var isReaderWaiting = false
        var continuation: UnsafeContinuation<Void, Never>?
        /// Told that something has come, where the reader does not wait here.
        var arrival: (@Sendable () -> Void)?

        var hasRoom: Bool { !isPaused && backlog < EventChannel.maximumBacklog }
    }

    private static let maximumBacklog = 64 * 1024

    private let state = Locked(State())
    private let semaphore = Semaphore()
    /// Lets the transfer go on; called from the reader's thread.
    private let resume: @Sendable () -> Void

    init(resume: @escaping @Sendable () -> Void) {
        self.resume = resume
    }

    // MARK: The I/O thread's side

    var hasRoom: Bool {
        state.withLock { state in
            if !state.hasRoom { state.isHeldUp = true }
            return state.hasRoom
        }
    }

    var backlog: Int { state.withLock { $0.backlog } }

    func send(_ records: ByteBuffer) {
        wakeReader { state in
            guard !state.isDiscarding, !state.isOver else { return }
            state.batches.append(records)
            state.backlog += records.count
        }
    }

    func finish(_ outcome: CallOutcome) {
        wakeReader { state in
            guard state.outcome == nil, !state.isOver else { return }
            state.outcome = state.isDiscarding ? outcome.canceled : outcome
        }
    }

    private func wakeReader(_ change: (inout State) -> Void) {
        let (wasWaiting, continuation, arrival) = state.withLock { state in
            change(&state)
            defer {
                state.isReaderWaiting = false
                state.continuation = nil
            }
            return (state.isReaderWaiting, state.continuation, state.arrival)
        }
        if wasWaiting { semaphore.signal() }
        continuation?.resume()
        arrival?()
    }

    /// Has `action` called on the I/O thread whenever something has come.
    func onArrival(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.arrival = action }
    }

    /// Whether the caller has cancelled.
    var isDiscarding: Bool { state.withLock { $0.isDiscarding } }

    // MARK: The reader's side

    /// What there is, waiting for it until `deadline`: nil for as long as it takes. What was taken before is given back.
    func take(until deadline: Instant?) -> Delivery {
        while true {
            let delivery = takeNow(announcing: true)
            if case .nothing = delivery {} else { return delivery }
            switch semaphore.wait(until: deadline) {
            case .signaled: continue
            case .timedOut, .interrupted:
                // The wake-up may have come in between; a signal too many only means one more look.
                return takeNow(announcing: false)
            }
        }
    }

    /// The same for a task. Whoever cancels it cancels the call, which ends the wait.
    func take() async -> Delivery {
        while true {
            let delivery = takeNow(announcing: false)
            if case .nothing = delivery {} else { return delivery }
            await withUnsafeContinuation { continuation in
                let hasSomething = state.withLock { state in
                    if !state.batches.isEmpty || state.outcome != nil || state.isOver { return true }
                    state.continuation = continuation
                    return false
                }
                if hasSomething { continuation.resume() }
            }
        }
    }

    /// What there is without waiting.
    func takeNow() -> Delivery { takeNow(announcing: false) }

    private func takeNow(announcing: Bool) -> Delivery {
        let (delivery, mustResume) = state.withLock { state -> (Delivery, Bool) in
            state.backlog -= state.inHand
            state.inHand = 0
            let mustResume = Self.takeHoldUp(&state)
            if !state.batches.isEmpty {
                let records = state.batches.removeFirst()
                state.inHand = records.count
                return (.events(EventReader(records)), mustResume)
            }
            if let outcome = state.outcome {
                state.outcome = nil
                state.isOver = true
                return (.outcome(outcome), mustResume)
            }
            if state.isOver { return (.over, mustResume) }
            state.isReaderWaiting = announcing
            return (.nothing, mustResume)
        }
        if mustResume { resume() }
        return delivery
    }

    private static func takeHoldUp(_ state: inout State) -> Bool {
        guard state.isHeldUp, !state.isPaused, state.backlog <= maximumBacklog / 2 else { return false }
        state.isHeldUp = false
        return true
    }

    func setPaused(_ isPaused: Bool) {
        let mustResume = state.withLock { state in
            state.isPaused = isPaused
            return Self.takeHoldUp(&state)
        }
        if mustResume { resume() }
    }

    func discard() {
        state.withLock { state in
            state.isDiscarding = true
            state.batches = []
            state.backlog = state.inHand
            state.outcome = state.outcome?.canceled
        }
    }

    /// The call's handle is gone, and with it the reader.
    func detach() {
        discard()
    }
}
