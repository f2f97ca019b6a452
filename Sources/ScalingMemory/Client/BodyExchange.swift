/// Collects a response that is read when it is whole.
@IOThread
final class BodyExchange: HTTPResponseHandler {
    private(set) var head = HTTPResponseHead()
    let body = ByteBuffer()
    private(set) var failure: LLMError?
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

    var wantsMore: Bool { true }
    var backlog: Int { 0 }
}
