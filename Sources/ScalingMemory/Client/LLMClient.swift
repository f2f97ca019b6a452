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

    /// Throws where the configuration is wrong. Sends nothing.
    public init(_ configuration: Configuration) throws(LLMError) {
        HTTPTransport.initialize()
        settings = try ClientSettings(configuration)
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
    package func start(_ operation: Operation, tag: UInt64 = 0) throws(LLMError) -> Call {
        let options = operation.options
        let callID = options.callID ?? CallIdentifier.make()
        do throws(LLMError) {
            let endpoint = try settings.endpoint(options)
            let request = try encode(operation, to: endpoint)
            return try launch(operation, callID, endpoint, request, tag)
        } catch {
            var error = error
            error.provider = provider
            error.callID = callID
            error.attempts = 0
            throw error
        }
    }

    private func encode(_ operation: Operation, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        let adapter = settings.provider.adapter
        switch operation {
        case .complete(let request):
            return try adapter.encodeChat(settings.filled(request), streaming: false, to: endpoint)
        case .stream(let request):
            return try adapter.encodeChat(settings.filled(request), streaming: true, to: endpoint)
        case .listModels, .healthCheck:
            return adapter.encodeModelList(page: nil, to: endpoint)
        }
    }

    private func launch(
        _ operation: Operation,
        _ callID: String,
        _ endpoint: Endpoint,
        _ request: HTTPRequest,
        _ tag: UInt64
    ) throws(LLMError) -> Call {
        let key = CallIdentifier.next()
        let runnerBox = Locked<CallRunner?>(nil)
        let channel = EventChannel {
            guard let runner = runnerBox.withLock({ $0 }) else { return }
            EventLoop.shared.execute { runner.resume() }
        }
        let runner = CallRunner(
            id: callID,
            operation: operation,
            settings: settings,
            endpoint: endpoint,
            request: request,
            channel: channel,
            tag: tag,
            onEnd: { [weak self] in
                runnerBox.withLock { $0 = nil }
                self?.state.withLock { _ = $0.calls.removeValue(forKey: key) }
            }
        )
        runnerBox.withLock { $0 = runner }
        let call = Call(id: callID, channel: channel, runner: runner)
        let isShutDown = state.withLock { state in
            if !state.isShutDown { state.calls[key] = call }
            return state.isShutDown
        }
        if isShutDown { throw LLMError(.canceled, "the client was destroyed") }
        do throws(LLMError) {
            try call.start()
        } catch {
            state.withLock { _ = $0.calls.removeValue(forKey: key) }
            throw error
        }
        return call
    }
}
