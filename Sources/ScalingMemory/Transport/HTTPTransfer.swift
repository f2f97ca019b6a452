internal import CCurl

/// One request and its response: a libcurl easy handle, its limits of time, and whoever waits for its end.
@IOThread
package final class HTTPTransfer: ResponseTransfer {
    typealias Outcome = Result<TransferTimings, LLMError>

    private let request: HTTPRequest
    private let settings: ConnectionSettings
    private let timeouts: Timeouts
    private var handler: (any HTTPResponseHandler)?
    private var transport: HTTPTransport?
    /// nil before the start, and once libcurl is done with it.
    private var handle: EasyHandle?
    private var continuation: UnsafeContinuation<Outcome, Never>?

    private var head = HTTPResponseHead()
    private var headIsComplete = false
    private var isPaused = false
    private var isCanceled = false
    private var timings = TransferTimings(began: .now)
    private var lastActivity = Instant.now
    private var timer: TimerQueue.Timer?

    /// How long a connection may take to come to the end of a response whose content is complete, before it is closed
    /// instead of kept for the next request.
    private static let lingerMs = 1000
    /// Under HTTP/2 libcurl holds what a paused stream receives without bound, so a slow reader is not waited for: this
    /// many bytes in his way end the call.
    private static let maximumBacklogHTTP2 = 8 * 1024 * 1024

    init(
        request: HTTPRequest,
        settings: ConnectionSettings,
        timeouts: Timeouts,
        handler: any HTTPResponseHandler
    ) {
        self.request = request.signed()
        self.settings = settings
        self.timeouts = timeouts
        self.handler = handler
    }

    // MARK: Start and end

    func start(on transport: HTTPTransport, _ continuation: UnsafeContinuation<Outcome, Never>) {
        self.transport = transport
        self.continuation = continuation
        if isCanceled { return finish(.failure(Self.canceled)) }
        timings.began = .now
        lastActivity = timings.began
        guard let handle = transport.takeHandle() else {
            finish(.failure(LLMError(.memory, "there is no memory for a connection")))
            return
        }
        self.handle = handle
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.prepare(request, settings, connectMs: timeouts.connectMs, transfer: context)
        guard transport.add(self, handle) else {
            self.handle = nil
            finish(.failure(LLMError(.internalDefect, "libcurl did not take the request")))
            return
        }
        handler?.transferStarted(self)
    }

    /// Closes the connection and ends the wait. Does nothing after the end. May come before the start, which it then undoes:
    /// which of the two the executor runs first is its affair.
    func cancel() {
        isCanceled = true
        guard continuation != nil else { return }
        close(.failure(Self.canceled))
    }

    private static let canceled = LLMError(.canceled, "the call was cancelled")

    /// libcurl is done with the transfer.
    func ended(_ result: CURLcode, _ handle: EasyHandle) {
        self.handle = nil
        guard continuation != nil else {
            stopTimer()
            return
        }
        if result == CURLE_OK {
            completeHead()
            handler?.bodyEnded()
            finish(.success(timings))
        } else {
            finish(.failure(CurlFailure.error(result, detail: handle.errorText, timeouts: timeouts)))
        }
    }

    private func close(_ outcome: Outcome) {
        finish(outcome)
        abort()
    }

    private func abort() {
        if let handle { transport?.abort(handle) }
        handle = nil
    }

    /// Ends the wait; the connection may live on.
    private func finish(_ outcome: Outcome) {
        stopTimer()
        handler = nil
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    /// The answer is complete but the response has not ended: it gets a moment to, so that the connection can be kept.
    private func linger() {
        finish(.success(timings))
        startTimer(at: Instant.now.adding(milliseconds: Self.lingerMs)) { $0.abort() }
    }

    package func complete() {
        if continuation != nil { linger() }
    }

    package func resume() {
        lastActivity = .now
        guard isPaused, let handle else { return }
        isPaused = false
        curl_easy_pause(handle.pointer, CURLPAUSE_CONT)
        transport?.kick()
    }

    // MARK: Limits of time

    /// The one timer, which holds the transfer until it fires or is stopped, as it is at the transfer's end.
    private func startTimer(at deadline: Instant, _ action: @escaping @IOThread (HTTPTransfer) -> Void) {
        timer = Reactor.current.schedule(at: deadline) {
            self.timer = nil
            action(self)
        }
    }

    private func stopTimer() {
        if let timer { Reactor.current.cancel(timer) }
        timer = nil
    }

    /// The connection is up: from now on the server has the word.
    private func connectionIsReady() {
        lastActivity = .now
        stopTimer()
        guard timeouts.firstByteMs > 0 else { return }
        let limit = timeouts.firstByteMs
        startTimer(at: lastActivity.adding(milliseconds: limit)) { $0.close(.failure(.noFirstByte(withinMs: limit))) }
    }

    private func firstByteArrived() {
        timings.firstByte = Reactor.current.now
        stopTimer()
        guard timeouts.idleMs > 0 else { return }
        watchIdleness(from: Reactor.current.now)
    }

    /// One timer for the whole response: it looks how long ago the last byte came, instead of being set anew by each.
    private func watchIdleness(from start: Instant) {
        let limit = timeouts.idleMs
        startTimer(at: start.adding(milliseconds: limit)) { transfer in
            let now = Instant.now
            if transfer.isPaused || transfer.handler?.wantsMore == false {
                transfer.watchIdleness(from: now)
            } else if transfer.lastActivity.adding(milliseconds: limit) > now {
                transfer.watchIdleness(from: transfer.lastActivity)
            } else {
                transfer.close(.failure(.stoodStill(forMs: limit)))
            }
        }
    }

    // MARK: What libcurl calls

    private func receivedHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        lastActivity = Reactor.current.now
        guard head.append(line: line) else { return false }
        if timings.firstByte == nil { firstByteArrived() }
        return true
    }

    /// The first piece of the body, or the end, shows that the last head was the response's own.
    private func completeHead() {
        guard !headIsComplete else { return }
        headIsComplete = true
        handler?.responseBegan(head)
    }

    private func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = Reactor.current.now
        guard let handler else { return bytes.count }  // lingering
        completeHead()
        if !handler.wantsMore {
            guard usesHTTP2 else {
                isPaused = true
                return Int(CURL_WRITEFUNC_PAUSE)
            }
            if handler.backlog > Self.maximumBacklogHTTP2 {
                let bound = Self.maximumBacklogHTTP2
                finish(
                    .failure(LLMError(.tooLarge, "\(bound) bytes wait to be read, which under HTTP/2 ends the call"))
                )
                return 0
            }
        }
        switch handler.received(bytes) {
        case .goOn:
            return bytes.count
        case .isComplete:
            linger()
            return bytes.count
        case .abort:
            finish(.success(timings))
            return 0
        }
    }

    private var usesHTTP2: Bool {
        guard settings.http2, let handle else { return false }
        return ccurl_http_version(handle.pointer) >= Int(CURL_HTTP_VERSION_2_0)
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> HTTPTransfer {
        Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    static let readyCallback: ccurl_ready_callback = { context, _, _, _, _ in
        guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
        nonisolated(unsafe) let owner = context  // this and the like below stay on this thread
        IOThread.assumeIsolated { HTTPTransfer.from(owner).connectionIsReady() }
        return Int32(CURL_PREREQFUNC_OK)
    }

    static let headerCallback: ccurl_data_callback = { bytes, size, count, context in
        guard let context else { return 0 }
        nonisolated(unsafe) let owner = context
        nonisolated(unsafe) let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return IOThread.assumeIsolated { HTTPTransfer.from(owner).receivedHeader(line) } ? size * count : 0
    }

    static let bodyCallback: ccurl_data_callback = { bytes, size, count, context in
        guard let context else { return 0 }
        nonisolated(unsafe) let owner = context
        nonisolated(unsafe) let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return IOThread.assumeIsolated { HTTPTransfer.from(owner).receivedBody(piece) }
    }
}
