import Testing

@testable import ScalingMemory

@Suite("OpenAI's responses")
struct OpenAIResponsesTests {
    private let adapter = OpenAIResponsesAdapter()

    // MARK: Requests

    @Test("A request is POST base_url/responses that keeps nothing at the provider")
    func request() throws {
        let endpoint = Endpoint(baseURL: "https://api.openai.com/v1", apiKey: Secret("sk-k"))
        let http = try adapter.encodeChat(Request("Hi", model: "m"), streaming: true, to: endpoint)
        #expect(http.url == "https://api.openai.com/v1/responses")
        #expect(http.headers.first("authorization") == "Bearer sk-k")
        #expect(
            http.body?.text
                == #"{"model":"m","input":[{"type":"message","role":"user","content":"Hi"}],"stream":true,"store":false}"#
        )
    }

    @Test("Messages, tool calls and results become items")
    func items() throws {
        let body = try adapter.encoding(
            """
            [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": [{"type": "text", "text": "!"}]},
             {"role": "user", "content": [{"type": "text", "text": "What?"},
               {"type": "image_url", "image_url": {"url": "https://x/a.png", "detail": "low"}},
               {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
               {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}},
               {"type": "file", "file": {"file_url": "https://x/a.pdf"}}, {"type": "file", "file": {"file_id": "f1"}},
               {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]},
             {"role": "assistant", "content": [{"type": "text", "text": "Let me look."}],
              "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
             {"role": "assistant", "content": null, "refusal": "No."}]
            """
        ).body
        let expected: JSONValue = [
            ["type": "message", "role": "system", "content": "Be brief."],
            ["type": "message", "role": "developer", "content": [["type": "input_text", "text": "!"]]],
            [
                "type": "message", "role": "user",
                "content": [
                    ["type": "input_text", "text": "What?"],
                    ["type": "input_image", "image_url": "https://x/a.png", "detail": "low"],
                    ["type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"],
                    [
                        "type": "input_file", "file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf",
                    ], ["type": "input_file", "file_url": "https://x/a.pdf"], ["type": "input_file", "file_id": "f1"],
                    ["type": "input_audio", "input_audio": ["data": "AAAA", "format": "wav"]],
                ],
            ],
            ["type": "message", "role": "assistant", "content": "Let me look."],
            ["type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"],
            ["type": "function_call_output", "call_id": "c1", "output": "ab"],
            ["type": "message", "role": "assistant", "content": [["type": "refusal", "refusal": "No."]]],
        ]
        #expect(body["input"] == expected)
    }

    @Test("Tools are flat, and strict only where that is asked for")
    func tools() throws {
        let body = try adapter.encoding(
            """
            {"messages": [{"role": "user", "content": "?"}], "tools": [
               {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}},
               {"type": "function", "function": {"name": "g", "strict": true}}, {"type": "web_search"}],
             "tool_choice": {"type": "function", "function": {"name": "f"}}}
            """
        ).body
        #expect(
            body["tools"] == [
                [
                    "type": "function", "name": "f", "description": "d", "parameters": ["type": "object"],
                    "strict": false,
                ],
                [
                    "type": "function", "name": "g", "parameters": ["type": "object", "properties": [:]],
                    "strict": true,
                ],
                ["type": "web_search"],
            ]
        )
        #expect(body["tool_choice"] == ["type": "function", "name": "f"])
    }

    @Test("The answer's form, its bound and its reasoning have other names")
    func fields() throws {
        let body = try adapter.encoding(
            """
            {"messages": [{"role": "user", "content": "?"}], "max_tokens": 9, "temperature": 0.5, "top_p": 1,
             "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"},
             "strict": true}}, "reasoning": {"effort": "low", "summary": "auto"}, "metadata": {"a": "b"},
             "extra": {"store": true}}
            """
        ).body
        #expect(body["max_output_tokens"] == 9)
        #expect(
            body["text"]?["format"]
                == ["name": "n", "schema": ["type": "object"], "strict": true, "type": "json_schema"]
        )
        #expect(body["reasoning"] == ["effort": "low", "summary": "auto"])
        #expect(body["include"] == ["reasoning.encrypted_content"])
        #expect(body["metadata"] == ["a": "b"])
        #expect(body["store"] == true)
        #expect(body["max_tokens"] == nil)
    }

    @Test("What the wire has no words for is an error that names it, or is left out and listed")
    func unsupported() throws {
        let user = #""messages": [{"role": "user", "content": "?"}]"#
        for field in [#""seed": 1"#, #""stop": ["x"]"#, #""reasoning": {"max_tokens": 2000}"#] {
            let name = field.contains("reasoning") ? "reasoning.max_tokens" : String(field.dropFirst().prefix(4))
            #expect(try adapter.refusal(of: "{\(user), \(field)}")?.hasPrefix(name) == true)
            let (body, dropped) = try adapter.encoding("{\(user), \(field), \"drop_unsupported\": true}")
            #expect(dropped == [name])
            #expect(body[name] == nil)
            #expect(body["reasoning"] == nil)
        }
        let video = #"[{"role": "user", "content": [{"type": "text", "text": "?"}, {"type": "video_url"}]}]"#
        #expect(try adapter.refusal(of: video)?.hasPrefix("messages[0].content[1]") == true)
    }

    // MARK: Answers

    private let reasoned = """
        {"id": "r", "model": "m", "status": "completed", "output": [
          {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "First."},
           {"type": "summary_text", "text": "Then."}], "encrypted_content": "e"},
          {"type": "message", "id": "msg", "role": "assistant", "status": "completed", "phase": "commentary",
           "content": [{"type": "output_text", "text": "Look.", "annotations": []}]},
          {"type": "function_call", "id": "fc", "call_id": "c1", "name": "f", "arguments": "{\\"x\\":1}"}],
         "usage": {"input_tokens": 5, "input_tokens_details": {"cached_tokens": 2}, "output_tokens": 7,
          "output_tokens_details": {"reasoning_tokens": 3}, "total_tokens": 12}}
        """

    @Test("Text, reasoning, calls and counts are read, and the items go back as they were")
    func whole() throws {
        let response = try WireReading(reasoned, by: adapter).response
        #expect(response.content == "Look.")
        #expect(response.reasoning == "First.\n\nThen.")
        #expect(response.toolCalls == [ToolCall(id: "c1", name: "f", arguments: #"{"x":1}"#)])
        #expect(response.finishReason == .toolCalls)
        #expect(response.usage.cachedInputTokens == 2)
        #expect(response.usage.reasoningTokens == 3)
        let body = try adapter.encoded(Request(messages: [response.message, .tool("y", for: "c1")]))
        let said = try JSONParser().parse(reasoned) { JSONValue($0)["output"]?.array ?? [] }
        #expect(body["input"]?.array?.dropLast() == said[...])
        #expect(body["input"]?[3] == ["type": "function_call_output", "call_id": "c1", "output": "y"])
    }

    @Test("Plain text needs no native copy; reasoning that only has a name does not go back, nor ids that refer to it")
    func nativeContent() throws {
        let plain = """
            {"status": "completed", "output": [{"type": "message", "id": "msg", "content": [
             {"type": "output_text", "text": "4", "annotations": [], "logprobs": []}]}]}
            """
        #expect(try WireReading(plain, by: adapter).response.native == nil)
        let unnamed = """
            {"status": "completed", "output": [{"type": "reasoning", "id": "rs", "summary": []},
             {"type": "function_call", "id": "fc", "call_id": "c1", "name": "f", "arguments": "{}"}]}
            """
        let message = try WireReading(unnamed, by: adapter).response.message
        #expect(
            try adapter.encoded(Request(messages: [message]))["input"]
                == [["type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"]]
        )
        var stored = Request(messages: [message])
        stored.extra["store"] = true
        #expect(try adapter.encoded(stored)["input"]?[0]?["id"] == "rs")
    }

    @Test(
        "The status says how it ended",
        arguments: [
            (#""status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}"#, FinishReason.length),
            (#""status": "incomplete", "incomplete_details": {"reason": "content_filter"}"#, .contentFilter),
            (#""status": "incomplete", "incomplete_details": {"reason": "new"}"#, .other),
            (#""status": "completed""#, .stop), (#""object": "response""#, .stop),
        ]
    )
    func statuses(status: String, reason: FinishReason) throws {
        #expect(try WireReading("{\(status), \"output\": []}", by: adapter).response.finishReason == reason)
    }

    @Test("A failed answer is an error, and one that is not finished is none")
    func failed() {
        let error = #"{"status": "failed", "output": [], "error": {"code": "rate_limit_exceeded", "message": "slow"}}"#
        for (body, code) in [
            (error, LLMError.Code.rateLimited), (#"{"status": "failed", "output": []}"#, .server),
            (#"{"status": "queued", "output": []}"#, .protocolViolation), (#"{"id": "r"}"#, .protocolViolation),
        ] {
            let failure = #expect(throws: LLMError.self) { try WireReading(body, by: adapter) }
            #expect(failure?.code == code)
        }
    }

    // MARK: Streams

    private let stream = [
        #"{"type":"response.created","response":{"id":"r","model":"m","status":"in_progress","error":null}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[]}}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"Fir"}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"st."}"#,
        #"{"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"First."}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Then."}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","encrypted_content":"e","summary":[{"type":"summary_text","text":"First."},{"type":"summary_text","text":"Then."}]}}"#,
        #"{"type":"response.output_item.added","output_index":1,"item":{"type":"message","id":"msg","content":[]}}"#,
        #"{"type":"response.content_part.added","output_index":1,"content_index":0,"part":{"type":"output_text","text":""}}"#,
        #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"item_id":"other","delta":"Lo"}"#,
        #"{"type":"response.unheard_of","output_index":1}"#,
        #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"item_id":"other","delta":"ok."}"#,
        #"{"type":"response.output_text.done","output_index":1,"content_index":0,"text":"Look."}"#,
        #"{"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg","content":[{"type":"output_text","text":"Look."}]}}"#,
        #"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":""}}"#,
        #"{"type":"response.output_item.added","output_index":3,"item":{"type":"function_call","id":"fd","call_id":"c2","name":"g","arguments":""}}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":3,"delta":"{\"y\""}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"x\":1}"}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":3,"delta":":2}"}"#,
        #"{"type":"response.function_call_arguments.done","output_index":2,"arguments":"{\"x\":1}"}"#,
        #"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{\"x\":1}"}}"#,
        #"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","id":"fd","call_id":"c2","name":"g","arguments":"{\"y\":2}"}}"#,
    ]
    private let output =
        #"[{"type":"reasoning","id":"rs2","encrypted_content":"e2","summary":[{"type":"summary_text","text":"First."},{"type":"summary_text","text":"Then."}]},{"type":"message","id":"msg2","content":[{"type":"output_text","text":"Look."}]},{"type":"function_call","id":"fc2","call_id":"c1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call","id":"fd2","call_id":"c2","name":"g","arguments":"{\"y\":2}"}]"#
    private let calls = [
        ToolCall(id: "c1", name: "f", arguments: #"{"x":1}"#), ToolCall(id: "c2", name: "g", arguments: #"{"y":2}"#),
    ]

    private func completed(_ output: String) -> String {
        #"{"type":"response.completed","response":{"id":"r","status":"completed","error":null,"output":\#(output),"usage":{"input_tokens":1,"output_tokens":2}}}"#
    }

    private func expectAll(_ reading: WireReading, _ which: String) {
        #expect(reading.text == "Look.", "\(which)")
        #expect(reading.response.content == "Look.", "\(which)")
        #expect(reading.reasoning == "First.\n\nThen.", "\(which)")
        #expect(reading.calls == calls, "\(which)")
        #expect(reading.response.toolCalls == calls, "\(which)")
        #expect(reading.response.finishReason == .toolCalls, "\(which)")
        #expect(reading.response.usage.outputTokens == 2, "\(which)")
        #expect(reading.response.native?.content.array?.count == 4, "\(which)")
    }

    @Test("Nothing is told twice, and what the deltas left out is told once, whichever events a server sends")
    func streams() throws {
        let without = { (kind: String) in stream.filter { !$0.contains(kind) } + [completed(output)] }
        expectAll(try WireReading(events: stream + [completed(output)], by: adapter), "all")
        expectAll(try WireReading(events: stream + [completed("[]")], by: adapter), "no output at the end")
        expectAll(try WireReading(events: without(".delta"), by: adapter), "no deltas")
        expectAll(try WireReading(events: without(".done"), by: adapter), "no wholes but at the end")
        expectAll(try WireReading(events: without(".added"), by: adapter), "items that were not announced")
        expectAll(try WireReading(events: [completed(output)], by: adapter), "the whole response alone")
    }

    @Test("Deltas that do not say whose they are belong to the last item of their kind")
    func withoutIndexes() throws {
        let events = [
            #"{"type":"response.output_item.added","item":{"type":"message","id":"msg","content":[]}}"#,
            #"{"type":"response.output_text.delta","item_id":"msg","delta":"4"}"#,
            #"{"type":"response.output_text.done","item_id":"msg","text":"4"}"#,
            #"{"type":"response.output_item.added","item":{"type":"function_call","id":"fc","call_id":"c1","name":"f"}}"#,
            #"{"type":"response.function_call_arguments.delta","delta":"{}"}"#,
            completed(
                #"[{"type":"message","content":[{"type":"output_text","text":"4"}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}]"#
            ),
        ]
        let reading = try WireReading(events: events, by: adapter)
        #expect(reading.text == "4")
        #expect(reading.calls == [ToolCall(id: "c1", name: "f", arguments: "{}")])
    }

    @Test("A refusal is no text, and raw reasoning is reasoning")
    func refusal() throws {
        let events = [
            #"{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"hm"}"#,
            #"{"type":"response.refusal.delta","output_index":1,"content_index":0,"delta":"N"}"#,
            #"{"type":"response.refusal.delta","output_index":1,"content_index":0,"delta":"o"}"#,
            #"{"type":"response.refusal.done","output_index":1,"content_index":0,"refusal":"No"}"#,
            completed(
                #"[{"type":"reasoning","content":[{"type":"reasoning_text","text":"hm"}]},{"type":"message","content":[{"type":"refusal","refusal":"No"}]}]"#
            ),
        ]
        let reading = try WireReading(events: events, by: adapter)
        #expect(reading.response.refusal == "No")
        #expect(reading.text == "")
        #expect(reading.response.reasoning == "hm")
        #expect(reading.response.finishReason == .stop)
    }

    @Test(
        "A stream that fails is that error",
        arguments: [
            #"{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}}}"#,
            #"{"type":"error","code":"rate_limit_exceeded","message":"slow","param":null}"#,
            #"{"type":"error","error":{"type":"rate_limit_error","code":"rate_limit_exceeded","message":"slow"}}"#,
        ]
    )
    func failedStream(event: String) {
        let failure = #expect(throws: LLMError.self) { try WireReading(events: [event], by: adapter) }
        #expect(failure?.code == .rateLimited)
        #expect(failure?.providerMessage == "slow")
    }

    @Test("Log probabilities are passed on, once")
    func logprobs() throws {
        let one = #"[{"token":"4","logprob":-0.1}]"#
        let delta =
            #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"4","logprobs":\#(one)}"#
        let whole = #"[{"type":"message","content":[{"type":"output_text","text":"4","logprobs":\#(one)}]}]"#
        for events in [[delta, completed(whole)], [completed(whole)]] {
            let logprobs = try WireReading(events: events, by: adapter).response.logprobs
            #expect(logprobs == ["content": [["token": "4", "logprob": -0.1]]])
        }
    }
}
