import Testing

@testable import ScalingMemory

@Suite("A conversation in Gemini's words, whoever it began with")
struct GeminiConversationTests {
    private func value(_ text: String) throws -> JSONValue {
        try JSONParser().parse(text) { JSONValue($0) }
    }

    private func contents(_ messages: String, model: String = "gemini-2.5-flash") throws -> [JSONValue] {
        try contents(Request(json: "{\"model\":\"\(model)\",\"messages\":[\(messages)]}"))
    }

    private func contents(_ request: Request) throws -> [JSONValue] {
        let encoded = try GeminiAdapter().encodeChat(
            request,
            streaming: false,
            to: Endpoint(baseURL: "https://g.example")
        )
        let body = try JSONParser().parse(#require(encoded.body).bytes) { JSONValue($0) }
        return try #require(body["contents"]?.array)
    }

    private let user = #"{"role":"user","content":"Hi"}"#
    private let calls = #"""
        {"role":"assistant","content":null,"tool_calls":[
        {"id":"call_a","type":"function","function":{"name":"add","arguments":"{\"x\":1}"}},
        {"id":"call_b","type":"function","function":{"name":"now","arguments":""}}]}
        """#

    @Test("OpenAI's tool calls and results become calls and responses, in the order of the calls")
    func openAI() throws {
        let contents = try contents(
            "\(user),\(calls),"
                + #"{"role":"tool","tool_call_id":"call_b","content":"noon"},{"role":"tool","tool_call_id":"call_a","content":"{\"sum\":2}"},"#
                + #"{"role":"user","content":"And?"}"#
        )
        #expect(
            try contents[1]
                == value(
                    #"{"role":"model","parts":[{"functionCall":{"name":"add","args":{"x":1}}},{"functionCall":{"name":"now","args":{}}}]}"#
                )
        )
        #expect(
            try contents[2]
                == value(
                    #"{"role":"user","parts":[{"functionResponse":{"name":"add","response":{"sum":2}}},"#
                        + #"{"functionResponse":{"name":"now","response":{"output":"noon"}}}]}"#
                )
        )
        #expect(contents.count == 4)
    }

    @Test("Anthropic's message comes with its text and calls, not with its signed thinking")
    func anthropic() throws {
        let contents = try contents(
            "\(user),"
                + #"{"role":"assistant","content":"Let me see.","tool_calls":[{"id":"toolu_1","function":{"name":"f","arguments":"{}"}}],"#
                + #""native":{"wire":"anthropic","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"text","text":"Let me see."}]}},"#
                + #"{"role":"tool","tool_call_id":"toolu_1","content":"no such city","is_error":true}"#
        )
        #expect(
            try contents[1]
                == value(#"{"role":"model","parts":[{"text":"Let me see."},{"functionCall":{"name":"f","args":{}}}]}"#)
        )
        #expect(
            try contents[2]["parts"]
                == value(#"[{"functionResponse":{"name":"f","response":{"error":"no such city"}}}]"#)
        )
    }

    @Test("From Gemini 3 on, the first call of another provider's message carries the signature that is not checked")
    func foreignSignature() throws {
        let parts = try contents("\(user),\(calls)", model: "gemini-3-pro-preview")[1]["parts"]?.array
        #expect(parts?.first?["thoughtSignature"] == "skip_thought_signature_validator")
        #expect(parts?.last?["thoughtSignature"] == nil)
        #expect(try contents("\(user),\(calls)")[1]["parts"]?.array?.first?["thoughtSignature"] == nil)
    }

    @Test("An image in a tool's result stands beside the response")
    func resultWithImage() throws {
        let contents = try contents(
            "\(user),\(calls),"
                + #"{"role":"tool","tool_call_id":"call_a","content":[{"type":"text","text":"a map"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]}"#
        )
        #expect(
            try contents[2]["parts"]?.array?.first?["functionResponse"]
                == value(
                    #"{"name":"add","response":{"output":"a map"},"parts":[{"inlineData":{"mimeType":"image/png","data":"QUJD"}}]}"#
                )
        )
    }

    @Test("A result that answers no call is refused by its place")
    func strayResult() {
        for message in [
            #"{"role":"tool","tool_call_id":"call_z","content":"x"}"#, #"{"role":"tool","content":"x"}"#,
        ] {
            #expect { try contents("\(user),\(calls),\(message)") } throws: { error in
                (error as? LLMError)?.message.contains("messages[2].tool_call_id") == true
            }
        }
    }

    @Test("Arguments that are no object are refused by their place")
    func malformedArguments() {
        let message = #"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"[1]"}}]}"#
        #expect { try contents("\(user),\(message)") } throws: { error in
            (error as? LLMError)?.message.contains("messages[1].tool_calls[0].function.arguments") == true
        }
    }

    @Test("A message that says nothing is left out, and a refusal is said as text")
    func emptyMessages() throws {
        #expect(try contents("\(user),{\"role\":\"assistant\",\"content\":\"\"},\(user)").count == 2)
        let refusal = try contents("\(user),{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\"}")
        #expect(try refusal[1]["parts"] == value(#"[{"text":"No."}]"#))
    }

    // MARK: Gemini's own

    private func answer(_ body: String) throws -> Response {
        let builder = ResponseBuilder(provider: "gemini")
        try JSONParser().parse(body) { try GeminiAdapter().decodeChat($0, into: builder) }
        return builder.complete()
    }

    /// The message as it comes back from whoever kept it as JSON.
    private func kept(_ response: Response) throws -> Message {
        let json = JSONWriter.text { response.message.write(to: &$0) }
        return try JSONParser().parse(json) { try Message($0, path: "message") }
    }

    @Test(
        "Parts that text and calls do not say go back as they came: signatures, thoughts, code and its results, images",
        arguments: [
            #"[{"text":"hm","thought":true},{"text":"5","thoughtSignature":"c2ln"}]"#,
            #"[{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"g","args":{}}}]"#,
            #"[{"functionCall":{"id":"wire-1","name":"f","args":{}}}]"#,
            #"[{"executableCode":{"language":"PYTHON","code":"1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}},{"text":"1"}]"#,
            #"[{"inlineData":{"mimeType":"image/png","data":"QUJD"}}]"#,
        ]
    )
    func roundTrip(parts: String) throws {
        let response = try answer(
            #"{"candidates":[{"content":{"role":"model","parts":\#(parts)},"finishReason":"STOP"}]}"#
        )
        var request = Request("Hi", model: "gemini-2.5-flash")
        request.messages.append(try kept(response))
        #expect(try contents(request)[1] == ["role": "model", "parts": value(parts)])
    }

    @Test("A call without an id gets one that its result can name, and a call with one is answered under it")
    func callIDs() throws {
        let cases: [(call: String, id: JSONValue?)] = [
            (#"{"name":"f"}"#, .none), (#"{"id":"wire-1","name":"f"}"#, .string("wire-1")),
        ]
        for (call, id) in cases {
            let response = try answer(
                #"{"responseId":"r-1","candidates":[{"content":{"parts":[{"functionCall":\#(call)}]}}]}"#
            )
            let known = try #require(response.toolCalls.first)
            #expect(known.id == (id?.string ?? "call_0_r-1"))
            #expect(known.arguments == "{}")
            var request = Request("Hi", model: "gemini-2.5-flash")
            request.messages += [try kept(response), .tool("ok", for: known.id)]
            let result = try contents(request)[2]["parts"]?.array?.first?["functionResponse"]
            #expect(result?["name"] == "f")
            #expect(result?["id"] == id)
        }
    }

    @Test("Plain text needs nothing beside the message")
    func plain() throws {
        let response = try answer(
            #"{"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b"}]},"finishReason":"STOP"}]}"#
        )
        #expect(response.native == nil)
        #expect(response.message.text == "ab")
    }

    @Test("A message of Gemini's goes on with OpenAI and Anthropic, calls and results included")
    func onward() throws {
        let response = try answer(
            #"{"responseId":"r1","candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"c2ln"}]}}]}"#
        )
        var request = Request("Hi", model: "m")
        request.messages += [try kept(response), .tool("ok", for: response.toolCalls[0].id)]
        let endpoint = Endpoint(baseURL: "https://e.example")
        for adapter in [OpenAIAdapter(), AnthropicAdapter()] as [any ProviderAdapter] {
            let body = try #require(adapter.encodeChat(request, streaming: false, to: endpoint).body).text
            #expect(body.contains("\"call_0_r1\""))
            #expect(!body.contains("c2ln"))
        }
    }
}
