/// The way back from where a call's events go to the call's runner, which holds that place. Any thread.
final class RunnerLink: Sendable {
    private struct WeakRunner {
        weak var runner: CallRunner?
    }

    private let link = Locked(WeakRunner())

    /// Where the events of a foreign call go, and who reads them; on a queue that is the queue's reader.
    func makeForeignDestination(
        on queue: EventQueue?,
        _ plan: CallPlan
    ) throws(LLMError) -> (any EventDestination, EventChannel?, ForeignReader?) {
        let makeReader = { (channel: EventChannel) in ForeignReader(plan, channel) { self.complete() } }
        if let queue {
            let port = try ForeignPort(
                queue,
                tag: plan.tag,
                resume: { self.resume() },
                cancel: { self.cancel() },
                reader: makeReader
            )
            return (port, nil, nil)
        }
        let channel = EventChannel { self.resume() }
        return (channel, channel, makeReader(channel))
    }

    /// A place for the call's events: the queue's, or else a channel of its own.
    func makeDestination(
        on queue: EventQueue?,
        _ tag: UInt64
    ) throws(LLMError) -> (any EventDestination, EventChannel?) {
        if let queue {
            return (
                try queue.makePort(tag: tag) {
                    self.resume()
                } cancel: {
                    self.cancel()
                }, nil
            )
        }
        let channel = EventChannel { self.resume() }
        return (channel, channel)
    }

    func connect(_ runner: CallRunner) {
        link.withLock { $0.runner = runner }
    }

    func resume() {
        guard let runner = link.withLock({ $0.runner }) else { return }
        EventLoop.shared.execute { runner.resume() }
    }

    func complete() {
        guard let runner = link.withLock({ $0.runner }) else { return }
        EventLoop.shared.execute { runner.complete() }
    }

    func cancel() {
        guard let runner = link.withLock({ $0.runner }) else { return }
        EventLoop.shared.execute { runner.cancel(.byCaller) }
    }
}
