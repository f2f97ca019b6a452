extension CallLog {
    /// Writes every line of a call, to nowhere: see `Rehearsal`.
    static func rehearse(_ error: LLMError, _ response: Response) {
        final class NoSink: LogSink {
            func write(_ line: LogLine) {}
        }
        _ = Log.shared.isOn(.trace)
        let log = Log()
        try? log.setMain(NoSink(), level: .trace)
        let call = CallLog(
            to: log,
            callID: "a",
            provider: "a",
            model: "a",
            operation: "a",
            secrets: ["aaaa"],
            headers: [HTTPHeader("authorization", "Bearer aaaa")]
        )
        call.started()
        call.queued(waiting: 1)
        call.attempt(1, url: "http://a:a@a?key=aaaa", body: ByteBuffer())
        call.responded(status: 200, requestID: "a", attempt: 1)
        call.retrying(after: error, delayMs: 1, attempt: 1)
        call.finished(response)
        call.failed(error)
    }
}
