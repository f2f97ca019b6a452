/// Takes the response of one attempt, and makes of it what the operation gives.
@IOThread
protocol Exchange: HTTPResponseHandler {
    associatedtype Output: Sendable

    /// The response's head; empty before it has come.
    var head: HTTPResponseHead { get }

    /// Whether the caller has been given something, so that the attempt cannot be made again.
    var hasDelivered: Bool { get }

    /// Leave for the attempt, which is told of the response's head; nil where none is needed.
    var permit: Permit? { get set }

    /// The tokens that `output` says were used; nil where it does not.
    func tokens(in output: Output) -> Int?

    /// What the exchange gives, once the transfer has ended. `failure`: why it ended, where that was not the body's end.
    func finish(_ failure: LLMError?) throws(LLMError) -> Output
}
