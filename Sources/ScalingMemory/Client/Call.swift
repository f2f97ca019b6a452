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
    private let channel: EventChannel
    private let runner: CallRunner
    private let canceled = Atomic<Bool>(false)
    private let generation = EventLoop.shared.generation

    init(id: String, key: UInt64, channel: EventChannel, runner: CallRunner) {
        self.id = id
        self.key = key
        self.channel = channel
        self.runner = runner
    }

    /// Whether the call was made by the parent of this process. Nothing else may be asked of it then.
    package var belongsToParent: Bool { generation != EventLoop.shared.generation }

    /// Whether the caller has cancelled: a reader drops what he has in hand then.
    package var isCanceled: Bool { canceled.load(ordering: .acquiring) }

    func start() throws(LLMError) {
        let runner = runner
        guard EventLoop.shared.execute({ runner.start() }) else {
            throw LLMError(.canceled, "the process is exiting, or the system has no thread to give")
        }
    }

    /// What there is, waiting up to `timeoutMs` for it: 0 does not wait, nil waits for as long as it takes. One reader at
    /// a time.
    package func take(timeoutMs: Int?) -> Delivery {
        if belongsToParent { return .failure(forked()) }
        if timeoutMs == 0 { return Self.delivery(channel.takeNow()) }
        return Self.delivery(channel.take(until: timeoutMs.map { Instant.now.adding(milliseconds: $0) }))
    }

    func take() async -> Delivery {
        await withTaskCancellationHandler {
            Self.delivery(await channel.take())
        } onCancel: {
            cancel()
        }
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
            channel.discard()
        }
        let runner = runner
        EventLoop.shared.execute { runner.cancel(reason) }
    }

    /// The error for whoever reads on in a forked child, from inside a callback in which the process was copied. The call is
    /// kept for good: what it holds is the parent's, and may have been in use by a thread that is not here.
    private func forked() -> LLMError {
        _ = Unmanaged.passRetained(self)
        return LLMError(.forked, "the call belongs to the parent process")
    }

    /// Stands in for the I/O thread: see `Rehearsal`.
    func rehearse(_ records: ByteBuffer, _ outcome: EventChannel.Outcome) {
        channel.send(records)
        channel.finish(outcome)
    }

    package func setPaused(_ isPaused: Bool) {
        if belongsToParent { return }
        channel.setPaused(isPaused)
    }
}
