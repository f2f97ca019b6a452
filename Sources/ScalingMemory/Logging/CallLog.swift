/// The log lines of one call. Each method is one event; where its level is off it costs one comparison.
package struct CallLog: Sendable {
    private let log: Log
    private let callID: String
    private let provider: String
    private let model: String?
    private let operation: StaticString
    private let secrets: [Secret?]
    private let headers: [HTTPHeader]

    /// `secrets` and the credentials among `headers` are taken out of every line.
    package init(
        to log: Log = .shared,
        callID: String,
        provider: String,
        model: String?,
        operation: StaticString,
        secrets: [Secret?],
        headers: [HTTPHeader]
    ) {
        self.log = log
        self.callID = callID
        self.provider = provider
        self.model = model
        self.operation = operation
        self.secrets = secrets
        self.headers = headers
    }

    // MARK: On the way

    package func started() {
        write(.debug, "call started") { _ in }
    }

    /// These of the request's fields were left out, since the provider has no place for them.
    package func dropped(_ fields: [String]) {
        guard !fields.isEmpty else { return }
        write(.warn, "dropped what the provider does not support") { line in
            line.field("fields", fields.joined(separator: ", "))
        }
    }

    /// The call waits for the rate limiter; `waiting` others were there before it.
    package func queued(waiting: Int) {
        write(.debug, "call queued") { $0.field("waiting", waiting) }
    }

    /// An attempt, counted from 1, is sent to `url`. At `trace` the body is shown too.
    package func attempt(_ number: Int, url: String, body: ByteBuffer?) {
        write(.debug, "attempt") { line in
            line.field("attempt", number)
            line.field("url", url)
        }
        guard let body else { return }
        write(.trace, "request") { line in
            line.field("attempt", number)
            line.content("body", bytes: "body_bytes", body.text)
        }
    }

    /// The response's head is there.
    package func responded(status: Int, requestID: String?, attempt: Int) {
        write(.debug, "response") { line in
            line.field("attempt", attempt)
            line.field("http_status", status)
            line.field("request_id", requestID)
        }
    }

    /// Attempt number `attempt` failed with `error`, and another will follow after `delayMs`.
    package func retrying(after error: LLMError, delayMs: Int, attempt: Int) {
        write(.warn, "retrying") { line in
            line.field("attempt", attempt)
            line.field("delay_ms", delayMs)
            line.error(error)
        }
    }

    // MARK: The end

    package func finished(_ response: Response) {
        write(.info, "call finished") { line in
            line.field("finish_reason", response.finishReason?.rawValue)
            line.usage(response.usage)
            line.field("attempts", response.attempts)
            line.field("latency_ms", response.latencyMs)
            line.field("time_to_first_event_ms", response.timeToFirstEventMs)
            line.field("request_id", response.requestID)
        }
        write(.trace, "response text") { line in
            line.content("content", bytes: "content_bytes", response.content)
            line.content("reasoning", bytes: "reasoning_bytes", response.reasoning ?? "")
            line.content("refusal", bytes: "refusal_bytes", response.refusal ?? "")
            if !response.toolCalls.isEmpty {
                line.content("tool_calls", bytes: "tool_calls_bytes", Self.text(response.toolCalls))
            }
        }
    }

    package func finished(_ list: EmbeddingList) {
        write(.info, "call finished") { line in
            line.field("embeddings", list.embeddings.count)
            line.usage(list.usage)
            line.field("attempts", list.attempts)
            line.field("latency_ms", list.latencyMs)
            line.field("request_id", list.requestID)
        }
    }

    package func finished(_ list: ModelList) {
        write(.info, "call finished") { line in
            line.field("models", list.models.count)
            line.field("attempts", list.attempts)
            line.field("latency_ms", list.latencyMs)
            line.field("request_id", list.requestID)
        }
    }

    package func finished(_ report: HealthReport) {
        write(.info, "call finished") { line in
            line.field("healthy", report.isHealthy)
            line.field("latency_ms", report.latencyMs)
            if let error = report.error { line.error(error) }
        }
    }

    /// The call ended with an error. What of the answer had come is not shown.
    package func failed(_ error: LLMError, latencyMs: Double? = nil) {
        let isCanceled = error.code == .canceled
        write(isCanceled ? .info : .error, isCanceled ? "call canceled" : "call failed") { line in
            line.error(error)
            line.field("attempts", error.attempts)
            line.field("latency_ms", latencyMs)
        }
    }

    // MARK: Lines

    @inline(__always)
    private func write(_ level: LogLevel, _ message: StaticString, _ fields: (inout LogFields) -> Void) {
        guard log.isOn(level) else { return }
        var line = begin(level, message)
        fields(&line)
        log.write(level, line)
    }

    private func begin(_ level: LogLevel, _ message: StaticString) -> LogFields {
        var line = LogFields(level, message, Redactor(secrets, headers: headers))
        line.field("call_id", callID)
        line.field("provider", provider)
        line.field("model", model)
        line.field("operation", "\(operation)")
        return line
    }

    private static func text(_ calls: [ToolCall]) -> String {
        JSONWriter.text { writer in
            writer.array { writer in
                for call in calls {
                    writer.object { writer in
                        writer.member("name", call.name)
                        writer.member("arguments", call.arguments)
                    }
                }
            }
        }
    }
}

extension LogFields {
    fileprivate mutating func error(_ error: LLMError) {
        field("status", "\(error.code.name)")
        field("error", error.message)
        field("http_status", error.httpStatus)
        field("provider_code", error.providerCode)
        field("request_id", error.requestID)
        field("retry_after_ms", error.retryAfterMs)
    }
}
