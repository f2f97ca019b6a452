import Testing

@testable import ScalingMemory

@Suite("A call's log lines")
struct CallLogTests {
    private let log = Log()
    private let sink = KeepingSink()

    private func call(_ level: LogLevel) throws -> CallLog {
        try log.setMain(sink, level: level)
        return CallLog(
            to: log,
            callID: "call-1",
            provider: "openai",
            model: "m",
            operation: "stream",
            secrets: ["sk-known"],
            headers: [HTTPHeader("x-api-key", "header-key")]
        )
    }

    private var response: Response {
        var response = Response(provider: "openai")
        response.content = "the answer"
        response.reasoning = "the thought"
        response.toolCalls = [ToolCall(id: "1", name: "f", arguments: "{\"a\":\"the argument\"}")]
        response.finishReason = .stop
        response.usage.inputTokens = 19
        response.usage.outputTokens = 10
        response.attempts = 2
        response.latencyMs = 812.5
        response.timeToFirstEventMs = 301.25
        response.requestID = "req-1"
        return response
    }

    private var failure: LLMError {
        var error = LLMError(.rateLimited, "slow down, sk-known")
        error.httpStatus = 429
        error.retryAfterMs = 1500
        error.requestID = "req-1"
        error.attempts = 3
        error.partial = response
        return error
    }

    /// Everything that can be said of a call.
    private func sayAll(_ call: CallLog) {
        let body = ByteBuffer()
        body.append("{\"messages\":[{\"content\":\"the question\"}],\"api_key\":\"sk-known\"}")
        call.started()
        call.queued(waiting: 4)
        call.attempt(1, url: "https://user:pass@host/v1?key=sk-known&token=other", body: body)
        call.responded(status: 429, requestID: "header-key", attempt: 1)
        call.retrying(after: failure, delayMs: 120, attempt: 1)
        call.finished(response)
        call.finished(EmbeddingList(provider: "openai"))
        call.finished(ModelList(provider: "openai"))
        call.finished(HealthReport(provider: "openai", latencyMs: 1, error: failure))
        call.failed(failure)
        call.failed(LLMError(.canceled, "the call was cancelled"), latencyMs: 5)
    }

    private func messages(_ level: LogLevel) throws -> [String] {
        sayAll(try call(level))
        return try sink.objects().compactMap { $0["msg"]?.string }
    }

    @Test("At error, what failed")
    func error() throws {
        #expect(try messages(.error) == ["call failed"])
        let line = try #require(try sink.objects().first)
        #expect(line["call_id"] == .string("call-1"))
        #expect(line["provider"] == .string("openai"))
        #expect(line["model"] == .string("m"))
        #expect(line["operation"] == .string("stream"))
        #expect(line["status"] == .string("rate_limited"))
        #expect(line["error"] == .string("slow down, [redacted]"))
        #expect(line["http_status"] == .integer(429))
        #expect(line["attempts"] == .integer(3))
    }

    @Test("At warn, retries too, with reason, delay and attempt")
    func warn() throws {
        #expect(try messages(.warn) == ["retrying", "call failed"])
        let line = try #require(try sink.objects().first)
        #expect(line["delay_ms"] == .integer(120))
        #expect(line["attempt"] == .integer(1))
        #expect(line["retry_after_ms"] == .integer(1500))
    }

    @Test("At info, ends too, with usage and timings")
    func info() throws {
        let ends = Array(repeating: "call finished", count: 4) + ["call failed", "call canceled"]
        #expect(try messages(.info) == ["retrying"] + ends)
        let line = try sink.objects()[1]
        #expect(line["finish_reason"] == .string("stop"))
        #expect(line["usage"]?.object?["input_tokens"] == .integer(19))
        #expect(line["latency_ms"] == .number(812.5))
        #expect(line["time_to_first_event_ms"] == .number(301.25))
        #expect(line["attempts"] == .integer(2))
        #expect(try sink.objects()[4]["healthy"] == .bool(false))
    }

    @Test("At debug, every step too")
    func debug() throws {
        #expect(try messages(.debug).prefix(4) == ["call started", "call queued", "attempt", "response"])
        #expect(
            try sink.objects()[2]["url"] == .string("https://[redacted]@host/v1?key=[redacted]&token=[redacted]")
        )
    }

    @Test("What was asked and answered is shown at trace and at no other level")
    func content() throws {
        let texts = ["the question", "the answer", "the thought", "the argument"]
        for level in [LogLevel.debug, .info, .warn, .error] { sayAll(try call(level)) }
        for text in texts { #expect(!sink.lines.joined().contains(text)) }
        sayAll(try call(.trace))
        for text in texts { #expect(sink.lines.joined().contains(text)) }
    }

    @Test("No key is in any line of any level")
    func secrets() throws {
        sayAll(try call(.trace))
        let all = sink.lines.joined()
        for key in ["sk-known", "header-key", "pass", "other"] { #expect(!all.contains(key)) }
    }

    @Test("A long text is cut between characters, and its length is said")
    func cut() throws {
        let body = ByteBuffer()
        for _ in 0..<40_000 { body.append("€") }
        try call(.trace).attempt(1, url: "https://host", body: body)
        let line = try #require(try sink.objects().last)
        #expect(line["body_bytes"] == .integer(120_000))
        let shown = line["body"]?.string ?? ""
        #expect(shown.utf8.count > LogFields.maximumTextBytes - 4 && shown.utf8.count <= LogFields.maximumTextBytes)
        #expect(shown.allSatisfy { $0 == "€" })
    }
}
