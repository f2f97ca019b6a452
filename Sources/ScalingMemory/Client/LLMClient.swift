/// A provider, its settings and its policies. Make one and use it from everywhere; connections are shared by all clients of
/// the process.
public final class LLMClient: Sendable {
    private struct State: Sendable {
        var calls: [UInt64: Call] = [:]
        var isShutDown = false
    }

    private let settings: ClientSettings
    private let state = Locked(State())
    private let generation = EventLoop.shared.generation
    /// What has become of its calls so far.
    public let statistics: ClientStatistics

    /// Throws where the configuration is wrong. Sends nothing. `retry`: in place of the configuration's strategy.
    public convenience init(
        _ configuration: Configuration,
        retry: (any RetryStrategy)? = nil
    ) throws(LLMError) {
        FirstUse.prepare()
        try Log.shared.readEnvironment()
        try self.init(checking: configuration, retry: retry)
        settings.logCreation()
    }

    init(checking configuration: Configuration, retry: (any RetryStrategy)? = nil) throws(LLMError) {
        settings = try ClientSettings(configuration, retry: retry)
        statistics = ClientStatistics(provider: settings.provider.name)
        TransportUsers.add()
    }

    deinit {
        if !belongsToParent { TransportUsers.remove() }
    }

    /// The provider's name.
    public var provider: String { settings.provider.name }

    /// Whether the client was made by the parent of this process. Nothing else may be asked of it then.
    package var belongsToParent: Bool { generation != EventLoop.shared.generation }

    /// Ends all calls with `canceled` and refuses new ones. Does not wait.
    public func shutDown() {
        if belongsToParent { return }
        let calls = state.withLock { state in
            state.isShutDown = true
            return Array(state.calls.values)
        }
        for call in calls { call.cancel(.clientDestroyed) }
    }

    // MARK: Starting calls

    /// Starts a call. What is wrong with the request is thrown here; everything else comes out of the call.
    ///
    /// With a `queue` its events go there, under `tag`; they may be read from it before this returns.
    package func start(
        _ operation: Operation,
        on queue: EventQueue? = nil,
        tag: UInt64 = 0
    ) throws(LLMError) -> Call {
        let options = operation.options
        let callID = options.callID ?? CallIdentifier.make()
        do throws(LLMError) {
            let call = try makeCall(operation, callID, queue, tag)
            do throws(LLMError) {
                try call.start()
            } catch {
                forget(call.key)
                throw error
            }
            return call
        } catch {
            var error = error
            error.provider = provider
            error.callID = callID
            error.attempts = 0
            throw error
        }
    }

    /// A call that is ready to start.
    func makeCall(
        _ operation: Operation,
        _ callID: String,
        _ queue: EventQueue?,
        _ tag: UInt64
    ) throws(LLMError) -> Call {
        let plan = try makePlan(operation, callID, tag)
        let key = CallIdentifier.next()
        let link = RunnerLink()
        let (destination, channel, foreign) = try makeDestination(link, queue, plan)
        let runner = CallRunner(plan, channel: destination, link: link) { [weak self] in self?.forget(key) }
        let call = Call(
            id: callID,
            key: key,
            destination: destination,
            channel: channel,
            foreign: foreign,
            runner: runner
        )
        let isShutDown = state.withLock { state in
            if !state.isShutDown { state.calls[key] = call }
            return state.isShutDown
        }
        if isShutDown {
            destination.detach()
            throw LLMError(.canceled, "the client was destroyed")
        }
        return call
    }

    /// What is decided of a call before it starts.
    func makePlan(_ operation: Operation, _ callID: String, _ tag: UInt64) throws(LLMError) -> CallPlan {
        try CallPlan(operation, id: callID, tag: tag, settings: settings, statistics: statistics)
    }

    private func makeDestination(
        _ link: RunnerLink,
        _ queue: EventQueue?,
        _ plan: CallPlan
    ) throws(LLMError) -> (any EventDestination, EventChannel?, ForeignReader?) {
        if plan.foreign != nil { return try link.makeForeignDestination(on: queue, plan) }
        let (destination, channel) = try link.makeDestination(on: queue, plan.tag)
        return (destination, channel, nil)
    }

    func forget(_ key: UInt64) {
        state.withLock { _ = $0.calls.removeValue(forKey: key) }
    }
}
