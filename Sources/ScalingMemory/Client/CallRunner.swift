/// Runs one call on the I/O thread, from its start to its one end. What it asks of the provider is in
/// `CallRunner+Operations`, how often it tries in `CallRunner+Attempts`.
@IOThread
final class CallRunner {
    enum CancelReason: Sendable {
        case byCaller, clientDestroyed, processExit
    }

    let plan: CallPlan
    let channel: any EventDestination
    let log: CallLog
    let started: Instant
    private let link: RunnerLink
    private let onEnd: @Sendable () -> Void

    private var task: Task<Void, Never>?
    private var cancelReason: CancelReason?
    private var deadline: Deadline?
    private var isOver = false
    /// What is sent and received just now.
    var transfer: (any Transfer)?
    /// The chat that is under way, whose reader may hold it up.
    var chat: ChatExchange?
    /// The same of a call that its reader decodes.
    var foreign: ForeignExchange?
    var attempts = 0
    /// Why the last attempt failed, where another one was made or waited for.
    var lastFailure: LLMError?

    nonisolated init(
        _ plan: CallPlan,
        channel: any EventDestination,
        link: RunnerLink,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.plan = plan
        self.channel = channel
        self.link = link
        self.onEnd = onEnd
        log = CallLog(plan)
        started = .now
    }

    // MARK: From outside

    func start() {
        link.runner = self
        RunningCalls.insert(self)
        plan.statistics.callStarted()
        log.started()
        log.dropped(plan.request.dropped)
        guard cancelReason == nil else { return finish(.failure(LLMError(.canceled, ""))) }
        // With the loop as the task's executor, no part of it can stray to Swift's own pool, whose threads a forked child
        // does not have.
        task = Task(executorPreference: EventLoop.shared) { [self] in await run() }
    }

    func cancel(_ reason: CancelReason) {
        if cancelReason == nil { cancelReason = reason }
        stop()
    }

    private func stop() {
        task?.cancel()
        transfer?.cancel()
    }

    /// The reader has room again.
    func resume() {
        chat?.resume()
        foreign?.resume()
    }

    /// The reader wants nothing more of the response.
    func complete() {
        foreign?.complete()
    }

    /// The process exits, and no task will run any more: the end is told to whoever waits.
    func abandon() {
        cancelReason = .processExit
        finish(.failure(LLMError(.canceled, "")))
    }

    // MARK: From start to end

    private func run() async {
        let limit = plan.timeouts.totalMs
        deadline = Deadline(milliseconds: limit) { self.stop() }
        do throws(LLMError) {
            finish(.success(try await result()))
        } catch {
            finish(.failure(error))
        }
    }

    /// Whether somebody gave up on the call, rather than its time being up.
    var isCanceledByChoice: Bool { cancelReason != nil }

    /// Never inlined: what it handles would have its place in the task of a call that runs, for as long as that does.
    @inline(never)
    private func finish(_ result: Result<CallResult, LLMError>) {
        guard !isOver else { return }
        isOver = true
        deadline?.disarm()
        RunningCalls.remove(self)
        link.runner = nil
        let latencyMs = Instant.now.milliseconds(since: started)
        let outcome = result.map { described($0, latencyMs: latencyMs) }.mapError { described($0) }
        // Counted before it is told: whoever has read the end finds it in the statistics.
        plan.statistics.callEnded(outcome, latencyMs: latencyMs)
        log.ended(outcome, latencyMs: latencyMs)
        channel.finish(outcome)
        onEnd()
    }

    private func described(_ result: CallResult, latencyMs: Double) -> CallResult {
        switch result {
        case .response(var response):
            response.callID = plan.id
            response.attempts = attempts
            response.latencyMs = latencyMs
            return .response(response)
        case .embeddings(var list):
            list.callID = plan.id
            list.attempts = attempts
            list.latencyMs = latencyMs
            return .embeddings(list)
        case .models(var list):
            list.callID = plan.id
            list.attempts = attempts
            list.latencyMs = latencyMs
            return .models(list)
        case .health:
            return result
        }
    }

    /// The error with what is known of the call.
    func described(_ error: LLMError) -> LLMError {
        var error = error
        if error.code == .canceled { explainCancellation(&error) }
        error.provider = plan.provider.name
        error.callID = plan.id
        error.attempts = attempts
        error.partial?.callID = plan.id
        return error.redacting(Redactor(plan.secrets, headers: plan.endpoint.headers)).bounded()
    }

    private func explainCancellation(_ error: inout LLMError) {
        switch (cancelReason, deadline?.reachedMs) {
        case (nil, let limit?):
            error.code = .timeout
            error.isRetryable = true
            error.message = "the call took longer than \(limit) ms (timeout.total_ms)"
            if let lastFailure { error.message += "; the attempt before had failed: \(lastFailure.message)" }
        case (.clientDestroyed, _): error.message = "the client was destroyed"
        case (.processExit, _): error.message = "the process is exiting"
        default: error.message = "the call was cancelled"
        }
    }
}
