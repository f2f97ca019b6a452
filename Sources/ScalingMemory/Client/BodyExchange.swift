/// Collects a response that is read when it is whole.
@IOThread
final class BodyExchange: HTTPResponseHandler {
    private var head = HTTPResponseHead()
    private let body = ByteBuffer()
    private var failure: LLMError?
    private let maximumBytes: Int

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    func transferStarted(_ transfer: HTTPTransfer) {}

    func responseBegan(_ head: HTTPResponseHead) {
        self.head = head
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision {
        guard body.count + bytes.count <= maximumBytes else {
            failure = LLMError(.tooLarge, "the response has more than \(maximumBytes) bytes (max_response_bytes)")
            return .abort
        }
        body.append(bytes)
        return .goOn
    }

    func bodyEnded() {}

    /// The response, once the transfer has ended.
    func result() throws(LLMError) -> WholeResponse {
        if let failure { throw failure }
        if body.hasFailed { throw LLMError(.memory, "there is no memory for the response") }
        return WholeResponse(head: head, body: body)
    }

    var wantsMore: Bool { true }
    var backlog: Int { 0 }
}
