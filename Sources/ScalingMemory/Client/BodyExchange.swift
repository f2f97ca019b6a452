/// Collects a response that is read when it is whole.
@IOThread
final class BodyExchange<Output: Sendable>: Exchange {
    private(set) var head = HTTPResponseHead()
    private let body = ByteBuffer()
    private var refusal: LLMError?
    private let maximumBytes: Int
    private let tokens: (Output) -> Int?
    private let read: (WholeResponse) throws(LLMError) -> Output
    var permit: Permit?

    /// `tokens`: how many a result says that it took.
    init(
        maximumBytes: Int,
        tokens: @escaping (Output) -> Int?,
        _ read: @escaping (WholeResponse) throws(LLMError) -> Output
    ) {
        self.maximumBytes = maximumBytes
        self.tokens = tokens
        self.read = read
    }

    func transferStarted(_ transfer: any ResponseTransfer) {}

    func responseBegan(_ head: HTTPResponseHead) {
        self.head = head
        permit?.observe(head)
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision {
        guard body.count + bytes.count <= maximumBytes else {
            refusal = LLMError(.tooLarge, "the response has more than \(maximumBytes) bytes (max_response_bytes)")
            return .abort
        }
        body.append(bytes)
        return .goOn
    }

    func bodyEnded() {}

    func finish(_ failure: LLMError?) throws(LLMError) -> Output {
        if let error = refusal ?? failure { throw error }
        if body.hasFailed { throw LLMError(.memory, "there is no memory for the response") }
        return try read(WholeResponse(head: head, body: body))
    }

    func tokens(in output: Output) -> Int? { tokens(output) }

    var hasDelivered: Bool { false }
    var wantsMore: Bool { true }
    var backlog: Int { 0 }
}
