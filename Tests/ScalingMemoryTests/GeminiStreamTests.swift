import Testing

@testable import ScalingMemory

@Suite("Gemini's answers, whole and streamed")
struct GeminiStreamTests {
    private func read(
        _ chunks: [String],
        status: Int = 200,
        type: String = "text/event-stream",
        transportError: LLMError? = nil
    ) -> (result: Result<Response, LLMError>, decision: HTTPBodyDecision) {
        let reader = ResponseReader(
            adapter: GeminiAdapter(),
            provider: "gemini",
            isStreaming: true,
            limits: ResponseReader.Limits(),
            parser: JSONParser(),
            events: EventWriter()
        )
        reader.begin(HTTPResponseHead(status: status, headers: [HTTPHeader("Content-Type", type)]))
        let isStream = type == "text/event-stream"
        var decision = HTTPBodyDecision.goOn
        for chunk in chunks {
            let bytes = Array((isStream ? "data: \(chunk)\r\n\r\n" : chunk).utf8)
            decision = bytes.withUnsafeBytes { reader.receive($0) }
        }
        do throws(LLMError) { return (.success(try reader.finish(transportError)), decision) } catch {
            return (.failure(error), decision)
        }
    }

    private func chunk(_ parts: String, _ more: String = "") -> String {
        "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[\(parts)]}\(more)}],\"responseId\":\"r\"}"
    }

    private let stop = ",\"finishReason\":\"STOP\""

    private func failure(_ result: Result<Response, LLMError>) -> LLMError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test("What comes after a finish reason still counts: text, calls and usage")
    func afterFinish() throws {
        let reading = read([
            chunk(#"{"text":"2 +"}"#, stop), chunk(#"{"text":" 2"}"#), chunk(#"{"functionCall":{"name":"f"}}"#),
            #"{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"thoughtsTokenCount":4,"toolUsePromptTokenCount":2,"cachedContentTokenCount":5,"totalTokenCount":18}}"#,
        ])
        let response = try reading.result.get()
        #expect(reading.decision == .goOn)
        #expect(response.content == "2 + 2")
        #expect(response.toolCalls.map(\.name) == ["f"])
        #expect(response.finishReason == .toolCalls)
        #expect(response.usage.inputTokens == 11)
        #expect(response.usage.outputTokens == 7)
        #expect(response.usage.cachedInputTokens == 5)
        #expect(response.usage.reasoningTokens == 4)
        #expect(response.usage.totalTokens == 18)
    }

    @Test("A finish reason makes an answer whole even where the connection broke off after it")
    func brokenAfterFinish() throws {
        let reading = read([chunk(#"{"text":"4"}"#, stop)], transportError: LLMError(.connection, "reset"))
        #expect(try reading.result.get().content == "4")
    }

    @Test("Without a finish reason a stream is truncated; an unspecified one is none")
    func truncated() {
        for chunk in [
            chunk(#"{"text":"2"}"#), chunk(#"{"text":"2"}"#, ",\"finishReason\":\"FINISH_REASON_UNSPECIFIED\""),
        ] {
            let error = failure(read([chunk]).result)
            #expect(error?.code == .truncated)
            #expect(error?.partial?.content == "2")
        }
    }

    @Test("Pieces of text are joined in what goes back; a signature stays with its part")
    func native() throws {
        let response = try read([
            chunk(#"{"text":"h","thought":true}"#), chunk(#"{"text":"m","thought":true}"#), chunk(#"{"text":"2"}"#),
            chunk(#"{"text":"+2"}"#), chunk(#"{"text":"","thoughtSignature":"c2ln"}"#, stop), chunk(#"{"text":"!"}"#),
        ]).result.get()
        #expect(response.reasoning == "hm")
        #expect(response.content == "2+2!")
        #expect(
            response.native?.content.json
                == #"[{"text":"hm","thought":true},{"text":"2+2"},{"text":"","thoughtSignature":"c2ln"},{"text":"!"}]"#
        )
    }

    @Test("A blocked prompt is content_filtered with the reason, and no answer")
    func blocked() {
        let block =
            #"{"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"not this"},"usageMetadata":{"promptTokenCount":3}}"#
        for type in ["text/event-stream", "application/json"] {
            let error = failure(read([block], type: type).result)
            #expect(error?.code == .contentFiltered)
            #expect(error?.providerCode == "SAFETY")
            #expect(error?.providerMessage == "not this")
            #expect(error?.isRetryable == false)
        }
    }

    @Test("An answer that a filter stopped ends with content_filter and what had come")
    func filtered() throws {
        let response = try read([chunk(#"{"text":"Well"}"#), #"{"candidates":[{"finishReason":"SAFETY"}]}"#]).result
            .get()
        #expect(response.finishReason == .contentFilter)
        #expect(response.content == "Well")
    }

    @Test("An error in a stream is that error, with what had come")
    func errorInStream() {
        let error = failure(
            read([chunk(#"{"text":"Hi"}"#), #"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#])
                .result
        )
        #expect(error?.code == .server)
        #expect(error?.providerCode == "UNAVAILABLE")
        #expect(error?.isRetryable == true)
        #expect(error?.partial?.content == "Hi")
    }

    @Test("Errors are read with an array around them or without, and say the most exact of their codes")
    func errors() {
        let body =
            #"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"x","reason":"API_KEY_INVALID"}]}}"#
        for body in [body, "[\(body)]"] {
            let error = failure(read([body], status: 400, type: "application/json").result)
            #expect(error?.providerCode == "API_KEY_INVALID")
            #expect(error?.providerMessage == "API key not valid.")
            #expect(error?.httpStatus == 400)
        }
    }

    @Test("A stream that came as one JSON array is read all the same")
    func array() throws {
        let body = "[\(chunk(#"{"text":"2"}"#)),\(chunk(#"{"text":"+2"}"#, stop))]"
        let response = try read([body], type: "application/json").result.get()
        #expect(response.content == "2+2")
        #expect(response.finishReason == .stop)
    }

    @Test("A body without candidates is no answer")
    func noCandidates() {
        #expect(failure(read(["{\"usageMetadata\":{}}"], type: "application/json").result)?.code == .protocolViolation)
    }

    @Test("Of several candidates the first is the answer")
    func candidates() throws {
        let body =
            #"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","index":0},{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1}]}"#
        let response = try read([body]).result.get()
        #expect(response.content == "a")
        #expect(response.finishReason == .stop)
    }
}
