internal import CCurl

/// One request and its response: a libcurl easy handle, its limits of time, and whoever waits for its end.
@IOThread
package final class HTTPTransfer: Transfer, ResponseTransfer {
    private let request: HTTPRequest
    private let settings: ConnectionSettings
    private let timeouts: Timeouts
    private var handler: (any HTTPResponseHandler)?
    private let transport: HTTPTransport
    /// nil before the start, and once libcurl is done with it.
    private var handle: EasyHandle?
    private var continuation: UnsafeContinuation<LLMError?, Never>?

    private var head = HTTPResponseHead()
    private var headIsComplete = false
    private var isPaused = false
    private var isCanceled = false
    private var hasBegun = false
    private var lastActivity = Instant.now
    private var timer: TimerQueue.Timer?

    /// How long a connection may take to come to the end of a response whose content is complete, before it is closed
    /// instead of kept for the next request.
    private static let lingerMs = 1000
    /// Under HTTP/2 libcurl holds what a paused stream receives without bound, so a slow reader is not waited for: this
    /// many bytes in his way end the call.
    private static let maximumBacklogHTTP2 = 8 * 1024 * 1024

    init(
        _ request: HTTPRequest,
        on transport: HTTPTransport,
        settings: ConnectionSettings,
        timeouts: Timeouts,
        handler: any HTTPResponseHandler
    ) {
        self.request = request.signed()
        self.transport = transport
        self.settings = settings
        self.timeouts = timeouts
        self.handler = handler
    }

    // MARK: Start and end

    package func start(_ end: UnsafeContinuation<LLMError?, Never>) {
        continuation = end
        if isCanceled { return finish(Self.canceled) }
        lastActivity = .now
        guard let handle = transport.takeHandle(settings, forStream: handler?.isStream == true) else {
            finish(LLMError(.memory, "there is no memory for a connection"))
            return
        }
        self.handle = handle
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.prepare(request, settings, names: transport.names, transfer: context)
        guard transport.add(self, handle) else {
            self.handle = nil
            finish(LLMError(.internalDefect, "libcurl did not take the request"))
            return
        }
        watchConnecting()
        handler?.transferStarted(self)
    }

    package func cancel() {
        isCanceled = true
        guard continuation != nil else { return }
        close(Self.canceled)
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
            finish()
        } else {
            finish(CurlFailure.error(result, detail: handle.errorText, timeouts: timeouts))
        }
    }

    private func close(_ failure: LLMError) {
        finish(failure)
        abort()
    }

    private func abort() {
        if let handle { transport.abort(handle) }
        handle = nil
    }

    /// Ends the wait; the connection may live on.
    private func finish(_ failure: LLMError? = nil) {
        stopTimer()
        handler = nil
        continuation?.resume(returning: failure)
        continuation = nil
    }

    /// The answer is complete but the response has not ended: it gets a moment to, so that the connection can be kept.
    private func linger() {
        finish()
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
        transport.kick()
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

    /// The limit for connecting is watched here, and told to libcurl only where it connects. Told before, it would be a timer of
    /// libcurl's that stays when the connection is up, and each event of each stream would be a walk through all of them.
    private func watchConnecting() {
        guard timeouts.connectMs > 0 else { return }
        let limit = timeouts.connectMs
        startTimer(at: lastActivity.adding(milliseconds: limit)) {
            $0.close(.notConnected(withinMs: limit))
        }
    }

    /// libcurl shares what is left among a host's addresses. 0 would be its own default of five minutes.
    func beginsConnecting() {
        handle?.limitConnecting(toMs: timeouts.connectMs == 0 ? Int(Int32.max) : timeouts.connectMs)
    }

    /// The connection is up: from now on the server has the word.
    func connectionIsReady() {
        lastActivity = .now
        stopTimer()
        guard timeouts.firstByteMs > 0 else { return }
        let limit = timeouts.firstByteMs
        startTimer(at: lastActivity.adding(milliseconds: limit)) { $0.close(.noFirstByte(withinMs: limit)) }
    }

    private func firstByteArrived() {
        hasBegun = true
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
                transfer.close(.stoodStill(forMs: limit))
            }
        }
    }

    // MARK: What libcurl calls

    func receivedHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        lastActivity = Reactor.current.now
        guard head.append(line: line) else { return false }
        if !hasBegun { firstByteArrived() }
        return true
    }

    /// The first piece of the body, or the end, shows that the last head was the response's own.
    private func completeHead() {
        guard !headIsComplete else { return }
        headIsComplete = true
        handle?.forgetHeaders()
        handler?.responseBegan(head)
    }

    func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Int {
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
                finish(LLMError(.tooLarge, "\(bound) bytes wait to be read, which under HTTP/2 ends the call"))
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
            finish()
            return 0
        }
    }

    private var usesHTTP2: Bool {
        guard settings.http2, let handle else { return false }
        return ccurl_http_version(handle.pointer) >= Int(CURL_HTTP_VERSION_2_0)
    }
}
