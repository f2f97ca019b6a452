/// The way back from where a call's events go to the call's runner, which holds that place. Any thread.
final class RunnerLink: Sendable {
    /// The runner, from its start to its end.
    @IOThread var runner: CallRunner?

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

    func resume() {
        EventLoop.shared.execute { self.runner?.resume() }
    }

    func complete() {
        EventLoop.shared.execute { self.runner?.complete() }
    }

    func cancel() {
        EventLoop.shared.execute { self.runner?.cancel(.byCaller) }
    }
}
