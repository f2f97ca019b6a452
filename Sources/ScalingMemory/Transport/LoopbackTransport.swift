/// What a server that is not there answers to one request.
struct LoopbackResponse: Sendable {
    indirect enum End: Sendable {
        /// As HTTP says that a body should end.
        case whole
        case broken(LLMError)
        /// Nothing comes any more, and the connection stays open.
        case never
    }

    var status = 200
    var headers: [HTTPHeader] = []
    /// The body, in the pieces in which it arrives.
    var pieces: [ByteBuffer] = []
    /// How long each piece is waited for, in milliseconds.
    var delayMs = 0
    var end = End.whole

    /// No connection can be made.
    static let refused = LoopbackResponse(status: 0)
}

/// Answers requests within the process.
@IOThread
protocol LoopbackServer: AnyObject, Sendable {
    func answer(_ request: HTTPRequest) -> LoopbackResponse
}

/// Stands in for `HTTPTransport` where there is no network: hands a server's response to the handler as if it had come over
/// one, with its pieces, waits, limits of time and a reader that holds it up.
@IOThread
final class LoopbackTransport: Transport {
    private let server: any LoopbackServer

    nonisolated init(_ server: any LoopbackServer) {
        self.server = server
    }

    func makeTransfer(
        _ request: HTTPRequest,
        settings: ConnectionSettings,
        timeouts: Timeouts,
        handler: any HTTPResponseHandler
    ) -> any Transfer {
        LoopbackTransfer(server.answer(request), timeouts: timeouts, handler: handler)
    }
}

/// One response that is being played, a piece a turn of the loop.
@IOThread
final class LoopbackTransfer: Transfer, ResponseTransfer {
    private let response: LoopbackResponse
    private let timeouts: Timeouts
    private var handler: (any HTTPResponseHandler)?
    private var continuation: UnsafeContinuation<LLMError?, Never>?
    private var isCanceled = false
    private var hasBegun = false
    private var next = 0
    private var isPaused = false
    private var timer: TimerQueue.Timer?

    init(_ response: LoopbackResponse, timeouts: Timeouts, handler: any HTTPResponseHandler) {
        self.response = response
        self.timeouts = timeouts
        self.handler = handler
    }

    func start(_ end: UnsafeContinuation<LLMError?, Never>) {
        continuation = end
        if isCanceled { return cancel() }
        handler?.transferStarted(self)
        wait(response.pieces.isEmpty ? 0 : response.delayMs)
    }

    func cancel() {
        isCanceled = true
        finish(LLMError(.canceled, "the call was cancelled"))
    }

    func resume() {
        guard isPaused, continuation != nil else { return }
        isPaused = false
        wait(0)
    }

    func complete() {
        finish()
    }

    private func finish(_ failure: LLMError? = nil) {
        if let timer { Reactor.current.cancel(timer) }
        timer = nil
        handler = nil
        continuation?.resume(returning: failure)
        continuation = nil
    }

    // MARK: Playing

    /// Plays on after `delayMs`, unless a limit of time ends the call before.
    private func wait(_ delayMs: Int) {
        let limit = hasBegun ? timeouts.idleMs : timeouts.firstByteMs
        if limit > 0, delayMs > limit { return waitForLimit(limit) }
        timer = Reactor.current.schedule(afterMs: delayMs) { [weak self] in self?.play() }
    }

    /// Nothing comes before the limit; 0 is none.
    private func waitForLimit(_ limit: Int) {
        guard limit > 0 else { return }
        let error = hasBegun ? LLMError.stoodStill(forMs: limit) : .noFirstByte(withinMs: limit)
        timer = Reactor.current.schedule(afterMs: limit) { [weak self] in self?.finish(error) }
    }

    private func play() {
        timer = nil
        guard let handler else { return }
        if response.status == 0 {
            var error = LLMError(.connection, "the connection was refused, as the script says")
            error.isOfConnecting = true
            return finish(error)
        }
        if !hasBegun {
            if response.pieces.isEmpty, case .broken(let error) = response.end { return finish(error) }
            if response.pieces.isEmpty, case .never = response.end { return waitForLimit(timeouts.firstByteMs) }
            hasBegun = true
            handler.responseBegan(HTTPResponseHead(status: response.status, headers: response.headers))
        }
        guard response.pieces.indices.contains(next) else { return end(handler) }
        guard handler.wantsMore else {
            isPaused = true
            return
        }
        let piece = response.pieces[next]
        next += 1
        switch handler.received(piece.bytes) {
        case .goOn: wait(response.pieces.indices.contains(next) ? response.delayMs : 0)
        case .isComplete, .abort: finish()
        }
    }

    private func end(_ handler: any HTTPResponseHandler) {
        switch response.end {
        case .whole:
            handler.bodyEnded()
            finish()
        case .broken(let error): finish(error)
        case .never: waitForLimit(timeouts.idleMs)
        }
    }
}
