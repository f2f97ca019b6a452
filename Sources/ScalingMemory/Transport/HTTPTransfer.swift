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
    private var easy: UnsafeMutableRawPointer?
    private var continuation: UnsafeContinuation<Outcome, Never>?

    private var head = HTTPResponseHead()
    private var headIsComplete = false
    private var isPaused = false
    private var isCanceled = false
    private var timings = TransferTimings(began: .now)
    private var lastActivity = Instant.now
    private var timer: TimerQueue.Timer?

    private let memory = Memory()

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

    /// What libcurl's handle points to, and must find until it is gone.
    private final class Memory {
        var headers: UnsafeMutablePointer<curl_slist>?
        let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

        init() {
            errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        }

        deinit {
            curl_slist_free_all(headers)
            errorText.deallocate()
        }
    }

    // MARK: Start and end

    func start(on transport: HTTPTransport, _ continuation: UnsafeContinuation<Outcome, Never>) {
        self.transport = transport
        self.continuation = continuation
        if isCanceled { return finish(.failure(Self.canceled)) }
        timings.began = .now
        lastActivity = timings.began
        guard let easy = curl_easy_init() else {
            finish(.failure(LLMError(.memory, "there is no memory for a connection")))
            return
        }
        self.easy = easy
        configure(easy)
        guard transport.add(self, easy) else {
            curl_easy_cleanup(easy)
            self.easy = nil
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
    func ended(_ result: CURLcode) {
        easy = nil
        guard continuation != nil else {
            stopTimer()
            return
        }
        if result == CURLE_OK {
            completeHead()
            handler?.bodyEnded()
            finish(.success(timings))
        } else {
            finish(.failure(CurlFailure.error(result, detail: String(cString: memory.errorText), timeouts: timeouts)))
        }
    }

    private func close(_ outcome: Outcome) {
        finish(outcome)
        if let easy { transport?.remove(easy) }
        easy = nil
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
        timer = Reactor.current.schedule(afterMs: Self.lingerMs) { [weak self] in
            guard let self, let easy = self.easy else { return }
            self.easy = nil
            self.transport?.remove(easy)
        }
    }

    package func complete() {
        if continuation != nil { linger() }
    }

    package func resume() {
        lastActivity = .now
        guard isPaused, let easy else { return }
        isPaused = false
        curl_easy_pause(easy, CURLPAUSE_CONT)
        transport?.kick()
    }

    // MARK: Limits of time

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
        timer = Reactor.current.schedule(at: lastActivity.adding(milliseconds: limit)) { [weak self] in
            self?.close(.failure(.noFirstByte(withinMs: limit)))
        }
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
        timer = Reactor.current.schedule(at: start.adding(milliseconds: limit)) { [weak self] in
            guard let self else { return }
            let now = Instant.now
            if self.isPaused || self.handler?.wantsMore == false {
                self.watchIdleness(from: now)
            } else if self.lastActivity.adding(milliseconds: limit) > now {
                self.watchIdleness(from: self.lastActivity)
            } else {
                self.close(.failure(.stoodStill(forMs: limit)))
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
        guard settings.http2, let easy else { return false }
        return ccurl_http_version(easy) >= Int(CURL_HTTP_VERSION_2_0)
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> HTTPTransfer {
        Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: Options

    private func configure(_ easy: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        _ = ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_set_text(easy, CURLOPT_URL, request.url)
        _ = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, memory.errorText)
        _ = ccurl_set_long(easy, CURLOPT_BUFFERSIZE, 16 * 1024)
        _ = ccurl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
        _ = ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        _ = ccurl_set_long(
            easy,
            CURLOPT_HTTP_VERSION,
            Int(settings.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        )
        // 0 would be libcurl's own default of five minutes.
        _ = ccurl_set_long(
            easy,
            CURLOPT_CONNECTTIMEOUT_MS,
            timeouts.connectMs == 0 ? Int(Int32.max) : timeouts.connectMs
        )
        // Set even where empty: otherwise libcurl reads the environment, on this thread.
        _ = ccurl_set_text(easy, CURLOPT_PROXY, settings.proxy)
        _ = ccurl_set_text(easy, CURLOPT_NOPROXY, settings.noProxy)
        if let caFile = settings.caFile {
            _ = ccurl_set_text(easy, CURLOPT_CAINFO, caFile)
            _ = ccurl_set_text(easy, CURLOPT_CAPATH, nil)
        }

        for header in request.headers {
            // "Name;" is how libcurl is told to send a field without a value.
            let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
            memory.headers = curl_slist_append(memory.headers, line)
        }
        memory.headers = curl_slist_append(memory.headers, "Expect:")
        _ = ccurl_set_list(easy, CURLOPT_HTTPHEADER, memory.headers)
        if let body = request.body {
            _ = ccurl_set_long(easy, CURLOPT_POST, 1)
            // Not copied: `request` keeps the bytes where they are for as long as the transfer lives.
            _ = ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.bytes.baseAddress))
            _ = ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        }

        _ = ccurl_set_open_socket_callback(easy, SocketRegistry.open)
        _ = ccurl_set_close_socket_callback(easy, SocketRegistry.close)
        _ = ccurl_set_pointer(easy, CURLOPT_PREREQDATA, context)
        _ = ccurl_set_ready_callback(easy) { context, _, _, _, _ in
            guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
            nonisolated(unsafe) let owner = context  // this and the like below stay on this thread
            IOThread.assumeIsolated { HTTPTransfer.from(owner).connectionIsReady() }
            return Int32(CURL_PREREQFUNC_OK)
        }
        _ = ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        _ = ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            nonisolated(unsafe) let owner = context
            nonisolated(unsafe) let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return IOThread.assumeIsolated { HTTPTransfer.from(owner).receivedHeader(line) } ? size * count : 0
        }
        _ = ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        _ = ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            nonisolated(unsafe) let owner = context
            nonisolated(unsafe) let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return IOThread.assumeIsolated { HTTPTransfer.from(owner).receivedBody(piece) }
        }
    }
}
