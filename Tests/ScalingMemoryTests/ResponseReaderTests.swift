import Testing

@testable import ScalingMemory

@Suite("Reading a response, bytes in and a response or an error out")
struct ResponseReaderTests {
    private enum Event: Equatable {
        case text(String)
        case reasoning(String)
        case delta(Int, String?)
        case call(Int, ToolCall)
    }

    private struct Reading {
        var result: Result<Response, LLMError>
        var events: [Event]
        var decision: HTTPBodyDecision?
    }

    private func read(
        _ body: String,
        by adapter: any ProviderAdapter = OpenAIAdapter(),
        status: Int = 200,
        type: String = "text/event-stream",
        headers: [HTTPHeader] = [],
        size: Int = 7,
        limits: ResponseReader.Limits = ResponseReader.Limits(),
        transportError: LLMError? = nil
    ) -> Reading {
        let writer = EventWriter()
        let reader = ResponseReader(
            adapter: adapter,
            provider: "test",
            isStreaming: true,
            limits: limits,
            parser: JSONParser(),
            events: writer
        )
        reader.begin(HTTPResponseHead(status: status, headers: headers + [HTTPHeader("Content-Type", type)]))
        let bytes = Array(body.utf8)
        var decision: HTTPBodyDecision?
        for start in Swift.stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            decision = piece.withUnsafeBytes { reader.receive($0) }
            if decision != .goOn { break }
        }
        let result: Result<Response, LLMError>
        do throws(LLMError) { result = .success(try reader.finish(transportError)) } catch { result = .failure(error) }
        return Reading(result: result, events: Self.events(writer), decision: decision)
    }

    private static func events(_ writer: EventWriter) -> [Event] {
        var reader = EventReader(writer.takeRecords())
        var events: [Event] = []
        while let (kind, data) = reader.next() {
            switch StreamEvent(kind: kind, data: data) {
            case .text(let text): events.append(.text(text))
            case .reasoning(let text): events.append(.reasoning(text))
            case .toolCallDelta(let index, _, let name, let arguments): events.append(.delta(index, name ?? arguments))
            case .toolCall(let index, let call): events.append(.call(index, call))
            case .response, nil: Issue.record("an event that is none")
            }
        }
        return events
    }

    private func chunk(_ delta: String, finish: String = "null") -> String {
        "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(finish)}]}\n\n"
    }

    @Test("Text arrives piece by piece and whole at the end")
    func text() throws {
        let reading = read(
            chunk(#"{"content":"2"}"#) + chunk(#"{"content":"+2"}"#) + chunk("{}", finish: "\"stop\"")
                + "data: [DONE]\n\n"
        )
        let response = try reading.result.get()
        #expect(reading.events == [.text("2"), .text("+2")])
        #expect(response.content == "2+2")
        #expect(response.finishReason == .stop)
        #expect(reading.decision == .isComplete)
    }

    @Test("A stream without an end mark and a finish reason is truncated, with what had come")
    func truncated() {
        guard case .failure(let error) = read(chunk(#"{"content":"half"}"#)).result else {
            Issue.record("it succeeded")
            return
        }
        #expect(error.code == .truncated)
        #expect(error.partial?.content == "half")
    }

    @Test("A finish reason makes an answer whole without an end mark, even if the connection breaks then")
    func finishReasonIsEnough() throws {
        let body = chunk(#"{"content":"all"}"#, finish: "\"length\"")
        #expect(try read(body).result.get().finishReason == .length)
        let broken = read(body, transportError: LLMError(.connection, "reset"))
        #expect(try broken.result.get().content == "all")
    }

    @Test("An event that the end cut off counts if it is whole")
    func unterminatedEvent() throws {
        let whole = chunk(#"{"content":"a"}"#, finish: "\"stop\"").dropLast(2)
        #expect(try read(String(whole)).result.get().content == "a")
        guard case .failure(let error) = read(String(whole.dropLast(9))).result else {
            Issue.record("half an event was taken for an answer")
            return
        }
        #expect(error.code == .truncated)
    }

    @Test("Tool calls: by index, side by side, all at index 0 with different ids, arguments as an object, none at all")
    func toolCalls() throws {
        let interleaved = read(
            chunk(#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}"#)
                + chunk(#"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\""}}]}"#)
                + chunk(
                    #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}},{"index":1,"function":{"arguments":":2}"}}]}"#
                )
                + chunk("{}", finish: "\"tool_calls\"") + "data: [DONE]\n\n"
        )
        let calls = [
            ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#), ToolCall(id: "b", name: "g", arguments: #"{"y":2}"#),
        ]
        #expect(try interleaved.result.get().toolCalls == calls)
        #expect(interleaved.events.suffix(2) == [.call(0, calls[0]), .call(1, calls[1])])

        let sameIndex = read(
            chunk(#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}]}"#)
                + chunk(#"{"tool_calls":[{"index":0,"id":"b","function":{"name":"g"}}]}"#, finish: "\"stop\"")
        )
        let response = try sameIndex.result.get()
        #expect(response.toolCalls == [calls[0], ToolCall(id: "b", name: "g", arguments: "{}")])
        #expect(response.finishReason == .toolCalls)
    }

    @Test("An error in the middle of a stream is that error, with what had come")
    func errorEvent() {
        let body =
            chunk(#"{"content":"half"}"#) + #"data: {"error":{"message":"slow down","type":"rate_limit_error"}}"#
            + "\n\n"
        guard case .failure(let error) = read(body).result else {
            Issue.record("it succeeded")
            return
        }
        #expect(error.code == .rateLimited)
        #expect(error.isRetryable)
        #expect(error.partial?.content == "half")
    }

    @Test("A whole answer in place of a stream, and an error in place of an answer, are taken for what they are")
    func unexpectedBodies() throws {
        let whole = read(
            #"{"choices":[{"message":{"content":"all"},"finish_reason":"stop"}]}"#,
            type: "application/json"
        )
        #expect(try whole.result.get().content == "all")
        #expect(whole.events == [.text("all")])
        let failed = read(#"{"error":{"message":"no","code":"invalid_api_key"}}"#, type: "application/json")
        guard case .failure(let error) = failed.result else {
            Issue.record("it succeeded")
            return
        }
        #expect(error.code == .authentication)
        #expect(error.providerCode == "invalid_api_key")
    }

    @Test(
        "HTTP statuses become ours",
        arguments: [
            (400, #"{"error":{"message":"bad"}}"#, LLMError.Code.badRequest, false),
            (400, #"{"error":{"message":"m","code":"context_length_exceeded"}}"#, .contextLength, false),
            (400, #"{"error":{"message":"m","code":"content_filter"}}"#, .contentFiltered, false),
            (401, "", .authentication, false), (402, "", .quota, false), (403, "{}", .authentication, false),
            (404, "<html><title>Not here</title></html>", .notFound, false), (413, "", .tooLarge, false),
            (429, #"{"error":{"code":"insufficient_quota"}}"#, .quota, false), (429, "", .rateLimited, true),
            (500, "plain words", .server, true), (529, "", .server, true), (302, "", .protocolViolation, false),
        ]
    )
    func statuses(status: Int, body: String, code: LLMError.Code, isRetryable: Bool) {
        let headers = [HTTPHeader("Retry-After", "2"), HTTPHeader("X-Request-Id", "r1")]
        guard case .failure(let error) = read(body, status: status, type: "application/json", headers: headers).result
        else {
            Issue.record("it succeeded")
            return
        }
        #expect(error.code == code)
        #expect(error.isRetryable == isRetryable)
        #expect(error.httpStatus == status)
        #expect(error.retryAfterMs == 2000)
        #expect(error.requestID == "r1")
        #expect(error.partial == nil)
    }

    @Test(
        "A stream is a stream whatever its type says",
        arguments: [
            "text/event-stream; charset=utf-8", "text/event-stream;charset=UTF-8", "TEXT/EVENT-STREAM", "",
            "text/plain",
            "application/x-ndjson", "application/json", "application/octet-stream",
        ]
    )
    func types(type: String) throws {
        let body = "\u{FEFF}\n" + chunk(#"{"content":"a"}"#, finish: "\"stop\"") + "data: [DONE]\n\n"
        for size in [1, 7, 10_000] {
            let reading = read(body, type: type, size: size)
            #expect(try reading.result.get().content == "a")
            #expect(reading.events == [.text("a")])
        }
    }

    @Test("A byte-order mark before a whole answer counts for nothing, wherever it is cut off")
    func markedBodies() throws {
        let answer = "\u{FEFF} {\"choices\":[{\"message\":{\"content\":\"all\"},\"finish_reason\":\"stop\"}]}"
        for size in 1...answer.utf8.count {
            #expect(try read(answer, size: size).result.get().content == "all", "in pieces of \(size)")
        }
    }

    @Test("A JSON body is one whatever its type says, and its text still comes as events")
    func wholeBodies() throws {
        let answer =
            " \n{\n \"choices\": [{\"message\": {\"content\": \"all\"},\n\"finish_reason\": \"stop\"}]}\n"
        for type in ["text/event-stream", "", "text/plain", "application/x-ndjson", "application/json; charset=utf-8"] {
            for size in [1, 7, 10_000] {
                let whole = read(answer, type: type, size: size)
                #expect(try whole.result.get().content == "all")
                #expect(whole.events == [.text("all")])
                let failed = read(#"{"error":{"message":"no","code":"invalid_api_key"}}"#, type: type, size: size)
                guard case .failure(let error) = failed.result else {
                    Issue.record("it succeeded")
                    continue
                }
                #expect(error.code == .authentication)
                let page = read("<html><body>Sign in</body></html>", type: type, size: size)
                guard case .failure(let error) = page.result else {
                    Issue.record("it succeeded")
                    continue
                }
                #expect(error.code == .protocolViolation)
            }
        }
    }

    @Test("An event of ten megabytes passes, and those after it, in small pieces too")
    func longEvent() throws {
        let long = String(repeating: "0123456789abcdef", count: 640 * 1024)
        let rest = (0..<1000).map { _ in chunk(#"{"content":"b"}"#) }.joined()
        let body = chunk("{\"content\":\"\(long)\"}") + rest + "data: [DONE]\n\n"
        let response = try read(body, size: 16 * 1024).result.get()
        #expect(response.content.utf8.count == long.utf8.count + 1000)
    }

    @Test("Sizes have bounds, wherever the pieces are cut")
    func bounds() {
        for size in [1, 5, 1000] {
            var limits = ResponseReader.Limits()
            limits.eventBytes = 80
            let event = read(
                chunk("{\"content\":\"\(String(repeating: "x", count: 80))\"}"),
                size: size,
                limits: limits
            )
            limits = ResponseReader.Limits()
            limits.responseBytes = 80
            let whole = read(chunk(#"{"content":"a"}"#), size: size, limits: limits)
            for reading in [event, whole] {
                guard case .failure(let error) = reading.result else {
                    Issue.record("it succeeded")
                    continue
                }
                #expect(error.code == .tooLarge)
            }
        }
    }

    @Test("Anthropic: text, signed thinking, tool use and usage, and the message as it was")
    func anthropic() throws {
        let body = """
            event: message_start
            data: {"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":3,"cache_read_input_tokens":4}}}

            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

            data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

            data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}

            data: {"type":"content_block_stop","index":0}

            data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}

            data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"x\\":1}"}}

            data: {"type":"content_block_stop","index":1}

            data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}

            data: {"type":"message_stop"}


            """
        let reading = read(body, by: AnthropicAdapter())
        let response = try reading.result.get()
        #expect(response.reasoning == "hm")
        #expect(response.toolCalls == [ToolCall(id: "t", name: "f", arguments: #"{"x":1}"#)])
        #expect(response.finishReason == .toolCalls)
        #expect(response.usage.inputTokens == 7)
        #expect(response.usage.cachedInputTokens == 4)
        #expect(response.usage.total == 16)
        let native = try #require(response.native)
        #expect(
            native.content.json
                == #"[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"tool_use","id":"t","name":"f","input":{"x":1}}]"#
        )
    }
}
