/// Reads a foreign call on the thread of whoever reads it: what the I/O thread hands over as it came is cut into events and
/// decoded here, with the host's functions.
///
/// One reader at a time, as for every call, so what is touched only by him is not locked; the compiler cannot see that. The
/// stream's state is freed when the answer is whole, and otherwise by whoever frees the call, at once or, where it is just
/// being read, by the reader on his way out.
final class ForeignReader: @unchecked Sendable {
    private struct Stage {
        var isAtWork = false
        var isClosed = false
    }

    let answer: ForeignAnswer
    let plan: CallPlan
    private let channel: EventChannel
    /// Tells the I/O thread that nothing more of the response is wanted.
    private let complete: @Sendable () -> Void
    private let stage = Locked(Stage())
    private let generation = EventLoop.shared.generation

    private let events: EventWriter?
    let parser = JSONParser()
    private var reader: ResponseReader?
    private var hasCompleted = false
    /// What follows the last events.
    private var next: Call.Delivery?

    init(_ plan: CallPlan, _ channel: EventChannel, complete: @escaping @Sendable () -> Void) {
        self.plan = plan
        self.channel = channel
        self.complete = complete
        answer = plan.foreign ?? ForeignAnswer()
        events = plan.kind == .stream ? EventWriter(tag: plan.tag) : nil
    }

    // MARK: Taking

    /// As `Call.take`.
    func take(until deadline: Instant?, waits: Bool) -> Call.Delivery {
        while true {
            if let delivery = takeNext() { return delivery }
            if let delivery = read(waits ? channel.take(until: deadline) : channel.takeNow()) { return delivery }
        }
    }

    func take() async -> Call.Delivery {
        while true {
            if let delivery = takeNext() { return delivery }
            if let delivery = read(await channel.take()) { return delivery }
        }
    }

    private func takeNext() -> Call.Delivery? {
        defer { next = nil }
        return next
    }

    /// What the reader is given; nil where there is nothing in it for him.
    private func read(_ delivery: EventChannel.Delivery) -> Call.Delivery? {
        switch delivery {
        case .nothing: return .nothing
        case .over: return .over
        case .events(let piece):
            guard enter() else { return .over }
            defer { leave() }
            receive(piece.bytes)
            return takeEvents()
        case .outcome(let outcome):
            guard enter() else { return .over }
            defer { leave() }
            let end = end(outcome)
            reader = nil
            guard let events = takeEvents() else { return end }
            next = end
            return events
        }
    }

    private func takeEvents() -> Call.Delivery? {
        guard let events, events.count > 0 else { return nil }
        return .events(EventReader(events.takeRecords()))
    }

    // MARK: Closing

    private func enter() -> Bool {
        stage.withLock { stage in
            if !stage.isClosed { stage.isAtWork = true }
            return !stage.isClosed
        }
    }

    private func leave() {
        let mustFree = stage.withLock { stage in
            stage.isAtWork = false
            return stage.isClosed
        }
        if mustFree { reader = nil }
    }

    /// Nothing is read any more. Any thread, also from inside one of the host's functions.
    func close() {
        let mustFree = stage.withLock { stage in
            defer { stage.isClosed = true }
            return !stage.isClosed && !stage.isAtWork
        }
        if mustFree { reader = nil }
    }

    // MARK: Reading

    private func responseReader() -> ResponseReader {
        if let reader { return reader }
        let configuration = plan.settings.configuration
        var adapter = plan.provider.adapter
        if var foreign = adapter as? ForeignAdapter {
            foreign.framing = plan.request.framing ?? foreign.framing
            adapter = foreign
        }
        let reader = ResponseReader(
            adapter: adapter,
            provider: plan.provider.name,
            isStreaming: events != nil,
            limits: ResponseReader.Limits(
                responseBytes: configuration.maxResponseBytes,
                eventBytes: configuration.maxEventBytes
            ),
            parser: parser,
            events: events
        )
        reader.begin(answer.head)
        self.reader = reader
        return reader
    }

    private func receive(_ piece: UnsafeRawBufferPointer) {
        guard !hasCompleted else { return }
        switch responseReader().receive(piece) {
        case .goOn: break
        case .isComplete, .abort:
            hasCompleted = true
            // A host's function may have forked: what is the parent's is left alone.
            if generation == EventLoop.shared.generation { complete() }
        }
    }

    private func end(_ outcome: CallOutcome) -> Call.Delivery {
        do throws(LLMError) {
            switch outcome {
            case .success(let result): return .result(try filled(result))
            case .failure(let error): return .result(.response(try rescued(error)))
            }
        } catch {
            return .failure(described(error, by: outcome))
        }
    }

    /// `result` is what the I/O thread knows of it: the timings.
    private func filled(_ result: CallResult) throws(LLMError) -> CallResult {
        switch (result, plan.embedding) {
        case (.response(let known), _):
            if events == nil, let response = try readWhole() { return .response(response.with(known)) }
            let reader = responseReader()
            if let body = answer.body { _ = reader.receive(body.bytes) }
            return .response(try reader.finish(nil).with(known))
        case (.embeddings(let known), let request?):
            return .embeddings(try embeddings(request, known))
        case (.models(let known), _): return .models(try models(known))
        default: return result
        }
    }

    /// The response that the host's function reads of the body; nil where there is no function, or the server streams though
    /// it was not asked to.
    private func readWhole() throws(LLMError) -> Response? {
        let head = answer.head
        if head.first("content-type")?.lowercased().contains(bytesOf: "event-stream") == true { return nil }
        let builder = ResponseBuilder(provider: plan.provider.name)
        do throws(LLMError) {
            guard try plan.provider.adapter.decodeBody(answer.body ?? ByteBuffer(), isStream: false, into: builder)
            else {
                return nil
            }
        } catch {
            var error = error.describing(head)
            error.partial = builder.build()
            throw error
        }
        var response = builder.complete()
        response.requestID = head.requestID
        return response
    }

    /// The response where the connection failed after it was whole; else the failure, in the words of the host's function
    /// and with what had come.
    private func rescued(_ error: LLMError) throws(LLMError) -> Response {
        guard let reader else { throw try inHostsWords(error) }
        guard [.connection, .truncated, .timeout, .protocolViolation].contains(error.code) else {
            throw reader.completed(error)
        }
        return try reader.finish(error)
    }

    private func described(_ error: LLMError, by outcome: CallOutcome) -> LLMError {
        var error = error
        error.provider = plan.provider.name
        error.callID = plan.id
        error.partial?.callID = plan.id
        switch outcome {
        case .failure(let failure): error.attempts = failure.attempts
        case .success(.response(let known)): error.attempts = known.attempts
        case .success(.embeddings(let known)): error.attempts = known.attempts
        case .success(.models(let known)): error.attempts = known.attempts
        case .success(.health): break
        }
        return error.redacting(Redactor(plan.secrets, headers: plan.endpoint.headers))
    }
}

extension Response {
    /// The response with what the I/O thread knows of the call.
    fileprivate func with(_ known: Response) -> Response {
        var response = self
        response.callID = known.callID
        response.attempts = known.attempts
        response.latencyMs = known.latencyMs
        response.timeToFirstEventMs = known.timeToFirstEventMs
        return response
    }
}
