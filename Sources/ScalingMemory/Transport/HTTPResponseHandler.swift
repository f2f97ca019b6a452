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

    /// Whether the reader has room. Asked before each piece; false holds up the transfer until `ResponseTransfer.resume`.
    var wantsMore: Bool { get }

    /// How many bytes the reader has not taken yet.
    var backlog: Int { get }
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
    /// Sends `request` and hands the response to `handler` as it comes. Returns when the response has ended, or when the
    /// handler says that it is complete; throws where the connection, a limit of time or the task's cancellation ended it.
    func perform(
        _ request: HTTPRequest,
        settings: ConnectionSettings,
        timeouts: Timeouts,
        handler: any HTTPResponseHandler
    ) async throws(LLMError) -> TransferTimings
}

package struct TransferTimings: Sendable {
    package var began: Instant
    package var firstByte: Instant?
}
