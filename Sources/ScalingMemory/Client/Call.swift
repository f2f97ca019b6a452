internal import Synchronization

/// A call that runs by itself: read it at your own pace, cancel it from anywhere.
package final class Call: Sendable {
    package enum Delivery {
        case events(EventReader)
        case result(CallResult)
        case failure(LLMError)
        case over
        case nothing
    }

    package let id: String
    /// Its place among its client's calls.
    let key: UInt64
    private let destination: any EventDestination
    /// Where the call is read; nil for a call on a queue.
    private let channel: EventChannel?
    /// Who decodes what comes on the channel; nil for the library's own adapters.
    private let foreign: ForeignReader?
    private let runner: CallRunner
    private let canceled = Atomic<Bool>(false)
    /// Whether the reader has had the call's end: there is nothing left to cancel, and the I/O thread is not woken for it.
    private let isRead = Atomic<Bool>(false)
    private let generation = EventLoop.shared.generation

    init(
        id: String,
        key: UInt64,
        destination: any EventDestination,
        channel: EventChannel?,
        foreign: ForeignReader? = nil,
        runner: CallRunner
    ) {
        self.id = id
        self.key = key
        self.destination = destination
        self.channel = channel
        self.foreign = foreign
        self.runner = runner
    }

    /// Whether the call was made by the parent of this process. Nothing else may be asked of it then.
    package var belongsToParent: Bool { generation != EventLoop.shared.generation }

    /// Whether the caller has cancelled: a reader drops what he has in hand then.
    package var isCanceled: Bool { canceled.load(ordering: .acquiring) }

    /// Whether the call's events go to a queue, and are not to be taken here.
    package var isOnQueue: Bool { channel == nil }

    func start() throws(LLMError) {
        let runner = runner
        guard EventLoop.shared.execute({ runner.start() }) else {
            destination.detach()
            throw LLMError(.canceled, "the process is exiting, or the system has no thread to give")
        }
    }

    /// What there is, waiting up to `timeoutMs` for it: 0 does not wait, nil waits for as long as it takes. One reader at
    /// a time.
    package func take(timeoutMs: Int?) -> Delivery {
        if belongsToParent { return .failure(forked()) }
        guard let channel else { return .failure(.onQueue) }
        if let foreign {
            let deadline = timeoutMs.map { Instant.now.adding(milliseconds: $0) }
            return checked(foreign.take(until: deadline, waits: timeoutMs != 0))
        }
        let taken =
            timeoutMs == 0
            ? channel.takeNow() : channel.take(until: timeoutMs.map { Instant.now.adding(milliseconds: $0) })
        if case .outcome = taken { isRead.store(true, ordering: .releasing) }
        return Self.delivery(taken)
    }

    func take() async -> Delivery {
        guard let channel else { return .failure(.onQueue) }
        return await withTaskCancellationHandler {
            if let foreign { return checked(await foreign.take()) }
            return Self.delivery(await channel.take())
        } onCancel: {
            cancel()
        }
    }

    /// A result that was made before the call was cancelled, and is read after it.
    private func checked(_ delivery: Delivery) -> Delivery {
        guard isCanceled, case .result(let result) = delivery else { return delivery }
        return Self.delivery(.outcome(CallOutcome.success(result).canceled))
    }

    private static func delivery(_ delivery: EventChannel.Delivery) -> Delivery {
        switch delivery {
        case .events(let events): .events(events)
        case .outcome(.success(let result)): .result(result)
        case .outcome(.failure(let error)): .failure(error)
        case .over: .over
        case .nothing: .nothing
        }
    }

    /// Ends the call; what was not read yet is dropped. Does nothing after the end.
    package func cancel() {
        cancel(.byCaller)
    }

    func cancel(_ reason: CallRunner.CancelReason) {
        if belongsToParent { return }
        if reason == .byCaller {
            canceled.store(true, ordering: .releasing)
            destination.discard()
            if isRead.load(ordering: .acquiring) { return }
        }
        let runner = runner
        EventLoop.shared.execute { runner.cancel(reason) }
    }

    /// The call's handle is given back: cancels what still runs, and nothing of it is read any more.
    package func release() {
        if belongsToParent { return }
        cancel(.byCaller)
        destination.detach()
        foreign?.close()
    }

    /// The error for whoever reads on in a forked child, from inside a callback in which the process was copied. The call is
    /// kept for good: what it holds is the parent's, and may have been in use by a thread that is not here.
    private func forked() -> LLMError {
        _ = Unmanaged.passRetained(self)
        return LLMError(.forked, "the call belongs to the parent process")
    }

    /// Stands in for the I/O thread: see `Rehearsal`.
    func rehearse(_ records: ByteBuffer, _ outcome: CallOutcome) {
        destination.send(records)
        destination.finish(outcome)
    }

    func rehearseEnd() {
        destination.setPaused(true)
        destination.setPaused(false)
        destination.discard()
        destination.detach()
    }

    package func setPaused(_ isPaused: Bool) {
        if belongsToParent { return }
        destination.setPaused(isPaused)
    }
}

extension LLMError {
    package static var onQueue: LLMError { .invalidArgument("call is on a queue: its events are read from there") }
}
