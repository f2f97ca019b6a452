/// Runs one call on the I/O thread, from its start to its one end.
@IOThread
final class CallRunner {
    enum CancelReason: Sendable {
        case byCaller, clientDestroyed, processExit
    }

    private let id: String
    private let operation: Operation
    private let settings: ClientSettings
    private let endpoint: Endpoint
    private let request: HTTPRequest
    private let channel: EventChannel
    private let tag: UInt64
    private let started: Instant
    private let onEnd: @Sendable () -> Void

    private var task: Task<Void, Never>?
    private var cancelReason: CancelReason?
    private var deadline: Deadline?
    private var exchange: ChatExchange?
    private var attempts = 0

    nonisolated init(
        id: String,
        operation: Operation,
        settings: ClientSettings,
        endpoint: Endpoint,
        request: HTTPRequest,
        channel: EventChannel,
        tag: UInt64,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.id = id
        self.operation = operation
        self.settings = settings
        self.endpoint = endpoint
        self.request = request
        self.channel = channel
        self.tag = tag
        self.onEnd = onEnd
        started = .now
    }

    // MARK: From outside

    func start() {
        RunningCalls.insert(self)
        guard cancelReason == nil else { return finish(.failure(LLMError(.canceled, ""))) }
        // With the loop as the task's executor, no part of it can stray to Swift's own pool, whose threads a forked child
        // does not have.
        task = Task(executorPreference: EventLoop.shared) { [self] in await run() }
    }

    func cancel(_ reason: CancelReason) {
        if cancelReason == nil { cancelReason = reason }
        task?.cancel()
    }

    /// The reader has room again.
    func resume() {
        exchange?.resume()
    }

    /// The process exits, and no task will run any more: the end is told to whoever waits.
    func abandon() {
        cancelReason = .processExit
        finish(.failure(LLMError(.canceled, "")))
    }

    // MARK: The call

    private func run() async {
        let limit = timeouts.totalMs
        deadline = Deadline(milliseconds: limit) { [weak self] in self?.task?.cancel() }
        do throws(LLMError) {
            finish(.success(try await result()))
        } catch {
            finish(.failure(error))
        }
    }

    private func result() async throws(LLMError) -> CallResult {
        switch operation {
        case .complete: .response(try await chat(streaming: false))
        case .stream: .response(try await chat(streaming: true))
        case .listModels: .models(try await models())
        case .healthCheck: .health(try await health())
        }
    }

    private var timeouts: Timeouts {
        var limits = settings.configuration.timeouts.applying(operation.options.timeouts)
        if case .healthCheck = operation, operation.options.timeouts.totalMs == nil {
            limits.totalMs = limits.totalMs == 0 ? Self.healthCheckMs : min(limits.totalMs, Self.healthCheckMs)
        }
        return limits
    }

    private static let healthCheckMs = 10_000
    /// One parser for all calls: each document is read to its end before the next one comes.
    private static let parser = JSONParser()

    private func chat(streaming: Bool) async throws(LLMError) -> Response {
        let events = streaming ? EventWriter(tag: tag) : nil
        let limits = ResponseReader.Limits(
            responseBytes: settings.configuration.maxResponseBytes,
            eventBytes: settings.configuration.maxEventBytes
        )
        let reader = ResponseReader(
            adapter: settings.provider.adapter,
            provider: settings.provider.name,
            isStreaming: streaming,
            limits: limits,
            parser: Self.parser,
            events: events
        )
        let exchange = ChatExchange(reader: reader, events: events, channel: channel)
        self.exchange = exchange
        defer { self.exchange = nil }
        attempts += 1
        var failure: LLMError?
        do throws(LLMError) {
            _ = try await HTTPTransport.current.perform(
                request,
                settings: settings.connection,
                timeouts: timeouts,
                handler: exchange
            )
        } catch {
            failure = error
        }
        var response = try exchange.finish(failure)
        response.timeToFirstEventMs = exchange.firstEvent?.milliseconds(since: started)
        return response
    }

    private func models() async throws(LLMError) -> ModelList {
        let pages = ModelListReader(
            adapter: settings.provider.adapter,
            provider: settings.provider.name,
            parser: Self.parser
        )
        var list = ModelList(provider: settings.provider.name)
        var page = request
        // A list that goes on and on is not waited for.
        for _ in 0..<100 {
            let exchange = BodyExchange(maximumBytes: settings.configuration.maxResponseBytes)
            attempts += 1
            _ = try await HTTPTransport.current.perform(
                page,
                settings: settings.connection,
                timeouts: timeouts,
                handler: exchange
            )
            guard let next = try pages.read(exchange.result(), into: &list) else { break }
            page = settings.provider.adapter.encodeModelList(page: next, to: endpoint)
        }
        return list
    }

    private func health() async throws(LLMError) -> HealthReport {
        var error: LLMError?
        do throws(LLMError) {
            _ = try await models()
        } catch let failure {
            // Someone gave up on the check itself: that says nothing of the provider.
            if failure.code == .canceled, deadline?.reachedMs == nil { throw failure }
            error = described(failure)
        }
        return HealthReport(
            provider: settings.provider.name,
            latencyMs: Instant.now.milliseconds(since: started),
            error: error,
            callID: id
        )
    }

    // MARK: The end

    private func finish(_ result: Result<CallResult, LLMError>) {
        deadline?.disarm()
        RunningCalls.remove(self)
        switch result {
        case .success(let value): channel.finish(.success(described(value)))
        case .failure(let error): channel.finish(.failure(described(error)))
        }
        onEnd()
    }

    private func described(_ result: CallResult) -> CallResult {
        let latency = Instant.now.milliseconds(since: started)
        switch result {
        case .response(var response):
            response.callID = id
            response.attempts = attempts
            response.latencyMs = latency
            return .response(response)
        case .models(var list):
            list.callID = id
            list.attempts = attempts
            list.latencyMs = latency
            return .models(list)
        case .health:
            return result
        }
    }

    private func described(_ error: LLMError) -> LLMError {
        var error = error
        if error.code == .canceled { explainCancellation(&error) }
        error.provider = settings.provider.name
        error.callID = id
        error.attempts = attempts
        error.partial?.callID = id
        return error.redacting([settings.apiKey, operation.options.apiKey])
    }

    private func explainCancellation(_ error: inout LLMError) {
        switch (cancelReason, deadline?.reachedMs) {
        case (nil, let limit?):
            error.code = .timeout
            error.isRetryable = true
            error.message = "the call took longer than \(limit) ms (timeout.total_ms)"
        case (.clientDestroyed, _): error.message = "the client was destroyed"
        case (.processExit, _): error.message = "the process is exiting"
        default: error.message = "the call was cancelled"
        }
    }
}

/// The calls that run, so that they can be told when the process exits.
@IOThread
enum RunningCalls {
    private static var runners: [ObjectIdentifier: CallRunner] = [:]
    private static var generation = -1

    static func insert(_ runner: CallRunner) {
        if generation != EventLoop.shared.generation {
            // A forked child: the parent's runners are leaked with everything else of it.
            _ = Unmanaged.passRetained(Leaked(runners))
            runners = [:]
            generation = EventLoop.shared.generation
            Reactor.current.atStop { for runner in RunningCalls.runners.values { runner.abandon() } }
        }
        runners[ObjectIdentifier(runner)] = runner
    }

    static func remove(_ runner: CallRunner) {
        runners[ObjectIdentifier(runner)] = nil
    }

    private final class Leaked {
        let runners: [ObjectIdentifier: CallRunner]
        init(_ runners: [ObjectIdentifier: CallRunner]) { self.runners = runners }
    }
}
