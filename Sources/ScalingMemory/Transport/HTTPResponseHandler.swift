/// Takes a response as it arrives, on the I/O thread.
@IOThread
package protocol HTTPResponseHandler: AnyObject {
    /// The request is on its way. The transfer is for `resume`.
    func transferStarted(_ transfer: HTTPTransfer)

    /// The status and the header fields are in.
    func responseBegan(_ head: HTTPResponseHead)

    /// A piece of the body, valid during the call. Pieces may be empty of meaning, cut anywhere.
    func received(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision

    /// The body ended as HTTP says that it should.
    func bodyEnded()

    /// Whether the reader has room. Asked before each piece; false holds up the transfer until `HTTPTransfer.resume`.
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
