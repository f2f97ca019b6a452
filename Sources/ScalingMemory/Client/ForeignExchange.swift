/// What the I/O thread has of a response for the reader of a foreign call, who makes an answer of it.
final class ForeignAnswer: Sendable {
    private struct Content {
        var head = HTTPResponseHead()
        var body: ByteBuffer?
    }

    private let content = Locked(Content())

    /// The response's head: of an answer, or of the error that ended the call.
    var head: HTTPResponseHead { content.withLock { $0.head } }
    /// Its body, where that is read when it is whole.
    var body: ByteBuffer? { content.withLock { $0.body } }

    func set(_ head: HTTPResponseHead, _ body: ByteBuffer?) {
        content.withLock { $0 = Content(head: head, body: body) }
    }
}

/// Takes the response to a foreign call on the I/O thread, where the host's functions cannot be called: pieces of a stream go
/// to the reader as they come, other bodies when they are whole. What is decided here, retries above all, is decided by HTTP
/// status and header fields, and by what an error's body says in the usual shapes.
@IOThread
final class ForeignExchange: Exchange, TurnEndHandler {
    private let plan: CallPlan
    private let answer: ForeignAnswer
    private let channel: any EventDestination
    private let parser: JSONParser
    private let isStreaming: Bool
    private(set) var head = HTTPResponseHead()
    private var body = ByteBuffer()
    private var refusal: LLMError?
    private var transfer: (any ResponseTransfer)?
    private var flushIsDue = false
    private(set) var firstEvent: Instant?
    var permit: Permit?

    /// A burst is handed over in pieces of this size, so that the reader can begin.
    private static let bytesPerPiece = 16 * 1024
    private static let maximumErrorBytes = 64 * 1024

    init(_ plan: CallPlan, _ answer: ForeignAnswer, to channel: any EventDestination, parser: JSONParser) {
        self.plan = plan
        self.answer = answer
        self.channel = channel
        self.parser = parser
        isStreaming = plan.kind == .stream
    }

    // MARK: The transfer

    func transferStarted(_ transfer: any ResponseTransfer) {
        self.transfer = transfer
    }

    func resume() {
        transfer?.resume()
    }

    /// The reader has found the answer's end, or cannot read it.
    func complete() {
        transfer?.complete()
    }

    func responseBegan(_ head: HTTPResponseHead) {
        self.head = head
        permit?.observe(head)
        if isAnswer { answer.set(head, nil) }
    }

    private var isAnswer: Bool { (200..<300).contains(head.status) }

    func received(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision {
        guard isAnswer else {
            let room = max(0, Self.maximumErrorBytes - body.count)
            body.append(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
            return room > 0 ? .goOn : .abort
        }
        let most = plan.settings.configuration.maxResponseBytes
        guard isStreaming || body.count + bytes.count <= most else {
            refusal = LLMError(.tooLarge, "the response has more than \(most) bytes (max_response_bytes)")
            return .abort
        }
        body.append(bytes)
        if isStreaming { handOver() }
        return .goOn
    }

    func bodyEnded() {}

    var wantsMore: Bool { !isStreaming || channel.hasRoom }
    var backlog: Int { channel.backlog }

    // MARK: To the reader

    private func handOver() {
        if firstEvent == nil { firstEvent = Reactor.current.now }
        if body.count >= Self.bytesPerPiece {
            flush()
        } else if !flushIsDue {
            flushIsDue = true
            Reactor.current.atTurnEnd(self)
        }
    }

    func turnEnds() {
        flushIsDue = false
        flush()
    }

    private func flush() {
        guard isStreaming, isAnswer, !body.isEmpty else { return }
        channel.send(body)
        body = ByteBuffer()
    }

    // MARK: The end

    /// A piece that the reader has cannot be taken back, whatever it was.
    var hasDelivered: Bool { firstEvent != nil }

    /// Only the reader will know.
    func tokens(in output: Void) -> Int? { nil }

    func finish(_ failure: LLMError?) throws(LLMError) {
        transfer = nil
        flush()
        guard head.status != 0 else { throw failure ?? .protocolViolation("\(plan.provider.name) sent no response") }
        guard isAnswer else {
            answer.set(head, body)
            throw ProviderFailure.inResponse(
                status: head.status,
                body: body,
                read: plan.provider.adapter,
                with: parser,
                provider: plan.provider.name
            )
            .describing(head)
        }
        if let error = refusal ?? failure { throw error.describing(head) }
        if body.hasFailed { throw LLMError(.memory, "there is no memory for the response") }
        if !isStreaming { answer.set(head, body) }
    }
}
