/// Where a call's events go from the I/O thread: to the call's own reader (`EventChannel`), or to a queue that many calls
/// share (`QueuePort`).
protocol EventDestination: AnyObject, Sendable {
    // MARK: The I/O thread's side

    /// Whether the reader has room; if not, the call's transfer is told to go on when he has.
    var hasRoom: Bool { get }

    /// Bytes that wait to be read.
    var backlog: Int { get }

    /// Hands over packed records, which nobody writes to any more.
    func send(_ records: ByteBuffer)

    /// Ends the call, once. What was sent before is delivered first.
    func finish(_ outcome: CallOutcome)

    // MARK: The caller's side, any thread

    /// Holds up the transfer, or lets it go on.
    func setPaused(_ isPaused: Bool)

    /// The caller has cancelled: drops what was not read yet and whatever still comes. The outcome, if it was not read, is
    /// `canceled`, also where the call has succeeded in the meantime: whoever cancels can rely on it.
    func discard()

    /// The caller has freed the call: nothing of it is read any more, its end included.
    func detach()
}

/// How a call ended.
package typealias CallOutcome = Result<CallResult, LLMError>

extension CallOutcome {
    /// The outcome of a call that its caller has cancelled.
    var canceled: Self {
        guard case .success(let result) = self else { return self }
        var error = LLMError(.canceled, "the call was cancelled")
        if case .response(let response) = result {
            error.partial = response
            error.provider = response.provider
            error.callID = response.callID
            error.requestID = response.requestID
            error.attempts = response.attempts
        }
        return .failure(error)
    }
}
