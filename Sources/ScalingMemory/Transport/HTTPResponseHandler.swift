/// Takes a response as it arrives, on the I/O thread.
@IOThread
package protocol HTTPResponseHandler: AnyObject {
    /// The request is on its way.
    func transferStarted(_ transfer: any ResponseTransfer)

    /// The status and the header fields are in.
    func responseBegan(_ head: HTTPResponseHead)

    /// A piece of the body, valid during the call. Pieces may be empty of meaning, cut anywhere.
    func received(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision

    /// The body ended as HTTP says that it should.
    func bodyEnded()

    /// Whether the response comes bit by bit, over some time.
    var isStream: Bool { get }

    /// Whether the reader has room. Asked before each piece; false holds up the transfer until `ResponseTransfer.resume`.
    var wantsMore: Bool { get }

    /// How many bytes the reader has not taken yet.
    var backlog: Int { get }
}

extension HTTPResponseHandler {
    package var isStream: Bool { false }
}

/// What to do after a piece of a body.
package enum HTTPBodyDecision: Sendable {
    case goOn
    /// The answer is whole, whatever may still come: the call is over, and the connection is kept if the body ends soon.
    case isComplete
    /// Nothing that comes can be of use any more: close the connection.
    case abort
}

/// A response on its way, for those who take it.
@IOThread
package protocol ResponseTransfer: AnyObject {
    /// Goes on after `wantsMore` was false.
    func resume()

    /// The answer is whole, which was found out between two pieces of it: as `HTTPBodyDecision.isComplete`.
    func complete()
}

/// Sends requests.
@IOThread
package protocol Transport: AnyObject {
    /// What sends `request` and hands the response to `handler` as it comes.
    func makeTransfer(
        _ request: HTTPRequest,
        settings: ConnectionSettings,
        timeouts: Timeouts,
        handler: any HTTPResponseHandler
    ) -> any Transfer
}

/// One request and its response.
@IOThread
package protocol Transfer: AnyObject, Sendable {
    /// Begins. `end` is resumed when the response has ended, or when the handler says that it is complete; with an error where the
    /// connection, a limit of time or `cancel` ended it.
    func start(_ end: UnsafeContinuation<LLMError?, Never>)

    /// Ends the wait with `canceled`. Does nothing after the end. May come before the start, which it then undoes.
    func cancel()
}
