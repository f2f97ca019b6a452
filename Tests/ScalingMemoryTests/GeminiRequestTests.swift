import Testing

@testable import ScalingMemory

@Suite("A request in Gemini's words")
struct GeminiRequestTests {
    private func encode(
        _ request: Request,
        streaming: Bool = false,
        base: String = "https://g.example"
    ) throws(LLMError) -> HTTPRequest {
        try GeminiAdapter().encodeChat(request, streaming: streaming, to: Endpoint(baseURL: base, apiKey: "secret"))
    }

    /// The body of a request that is given in llm.h's words.
    private func body(_ fields: String, model: String = "gemini-2.5-flash") throws -> JSONValue {
        let json = "{\"model\":\"\(model)\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]\(fields)}"
        return try body(of: Request(json: json))
    }

    private func body(messages: String, model: String = "gemini-2.5-flash") throws -> JSONValue {
        try body(of: Request(json: "{\"model\":\"\(model)\",\"messages\":[\(messages)]}"))
    }

    private func body(of request: Request) throws -> JSONValue {
        let encoded = try encode(request)
        return try JSONParser().parse(#require(encoded.body).bytes) { JSONValue($0) }
    }

    private func value(_ text: String) throws -> JSONValue {
        try JSONParser().parse(text) { JSONValue($0) }
    }

    private func config(_ fields: String, model: String = "gemini-2.5-flash") throws -> JSONValue? {
        try body(fields, model: model)["generationConfig"]
    }

    private func parts(_ content: String) throws -> JSONValue? {
        try body(messages: "{\"role\":\"user\",\"content\":\(content)}")["contents"]?.array?.first?["parts"]
    }

    private func refusal(_ fields: String, model: String = "gemini-2.5-flash") -> LLMError? {
        do {
            _ = try body(fields, model: model)
            return nil
        } catch { return error as? LLMError }
    }

    // MARK: Where it goes

    @Test(
        "The model is in the path, whatever version the base URL ends in",
        arguments: [
            ("https://g.example", "m", "https://g.example/v1beta/models/m:generateContent"),
            ("https://g.example/v1beta", "m", "https://g.example/v1beta/models/m:generateContent"),
            ("https://g.example/v1", "models/m", "https://g.example/v1/models/m:generateContent"),
            (
                "https://g.example/proxy", "tunedModels/m",
                "https://g.example/proxy/v1beta/tunedModels/m:generateContent"
            ),
        ]
    )
    func path(base: String, model: String, url: String) throws {
        #expect(try encode(Request("Hi", model: model), base: base).url == url)
    }

    @Test("A stream asks for server-sent events, and the key is in a header field alone")
    func stream() throws {
        let request = try encode(Request("Hi", model: "m"), streaming: true)
        #expect(request.url == "https://g.example/v1beta/models/m:streamGenerateContent?alt=sse")
        #expect(request.headers.first("x-goog-api-key") == "secret")
        #expect(try !#require(request.body).text.contains("secret"))
    }

    @Test(
        "A model that would change the path is refused by name",
        arguments: ["", "a?b", "../x", "a/../b", "a#b", "m:x", "a b"]
    )
    func model(name: String) {
        #expect { try encode(Request("Hi", model: name)) } throws: { ($0 as? LLMError)?.code == .invalidArgument }
    }

    @Test("A request without a model is refused: the path needs one")
    func noModel() {
        #expect { try encode(Request("Hi")) } throws: { ($0 as? LLMError)?.code == .configuration }
    }

    // MARK: Settings

    @Test("Every setting has its place in generationConfig")
    func settings() throws {
        let config = try config(
            #","max_tokens":64,"temperature":0.5,"top_p":0.9,"stop":["END"],"seed":7"#
        )
        #expect(
            try config
                == value(
                    #"{"temperature":0.5,"topP":0.9,"maxOutputTokens":64,"stopSequences":["END"],"seed":7}"#
                )
        )
        #expect(try body("")["generationConfig"] == nil)
    }

    @Test("extra is merged into generationConfig and toolConfig, and reaches the body otherwise as it is")
    func extra() throws {
        let body = try body(
            #","max_tokens":64,"seed":7,"reasoning":{"effort":"low"},"tool_choice":"auto","extra":{"cachedContent":"c","#
                + #""generationConfig":{"responseLogprobs":true,"logprobs":3,"seed":8,"thinkingConfig":{"includeThoughts":false}},"#
                + #""toolConfig":{"retrievalConfig":{"languageCode":"en"}}}"#
        )
        #expect(body["cachedContent"] == "c")
        #expect(
            try body["generationConfig"]
                == value(
                    #"{"maxOutputTokens":64,"seed":8,"thinkingConfig":{"thinkingBudget":1024,"includeThoughts":false},"#
                        + #""responseLogprobs":true,"logprobs":3}"#
                )
        )
        #expect(body["toolConfig"]?["functionCallingConfig"] == ["mode": "AUTO"])
        #expect(body["toolConfig"]?["retrievalConfig"] == ["languageCode": "en"])
    }

    @Test("metadata has no counterpart, and says so")
    func metadata() {
        let error = refusal(#","metadata":{"a":"b"}"#)
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("metadata") == true)
    }

    @Test("A response format becomes a MIME type and a JSON schema as it is")
    func responseFormat() throws {
        #expect(try config(#","response_format":{"type":"text"}"#) == nil)
        #expect(try config(#","response_format":{"type":"json_object"}"#) == ["responseMimeType": "application/json"])
        let schema = #"{"type":"object","$defs":{"a":{"type":["string","null"]}},"additionalProperties":false}"#
        let config = try config(
            #","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":\#(schema)}}"#
        )
        #expect(config?["responseMimeType"] == "application/json")
        #expect(try config?["responseJsonSchema"] == value(schema))
        #expect(refusal(#","response_format":{"type":"json_schema"}"#)?.code == .invalidArgument)
        #expect(refusal(#","response_format":{"type":"grammar"}"#)?.message.contains("response_format.type") == true)
    }

    @Test(
        "Reasoning is a budget for models up to 2.5 and a level from 3 on",
        arguments: [
            ("gemini-2.5-flash", #"{"effort":"low"}"#, #"{"thinkingBudget":1024,"includeThoughts":true}"#),
            ("models/gemini-2.5-pro", #"{"effort":"high"}"#, #"{"thinkingBudget":24576,"includeThoughts":true}"#),
            ("gemini-2.5-flash", #"{"effort":"none"}"#, #"{"thinkingBudget":0}"#),
            ("gemini-3-flash-preview", #"{"effort":"medium"}"#, #"{"thinkingLevel":"medium","includeThoughts":true}"#),
            ("gemini-flash-latest", #"{"effort":"minimal"}"#, #"{"thinkingLevel":"minimal","includeThoughts":true}"#),
            ("gemini-3-pro", #"{"max_tokens":500}"#, #"{"thinkingBudget":500,"includeThoughts":true}"#),
            ("gemini-2.5-flash", #"{"effort":"low","max_tokens":0}"#, #"{"thinkingBudget":0}"#),
        ]
    )
    func reasoning(model: String, reasoning: String, thinking: String) throws {
        #expect(try config(",\"reasoning\":\(reasoning)", model: model)?["thinkingConfig"] == value(thinking))
    }

    @Test("Reasoning that the model cannot do, or nobody knows, is refused")
    func reasoningRefused() {
        #expect(refusal(#","reasoning":{"effort":"none"}"#, model: "gemini-3-pro")?.code == .unsupported)
        #expect(refusal(#","reasoning":{"effort":"much"}"#)?.message.contains("reasoning.effort") == true)
        #expect(refusal(#","reasoning":{"max_tokens":-1}"#)?.message.contains("reasoning.max_tokens") == true)
        #expect(refusal(#","reasoning":{"exclude":true}"#)?.message.contains("reasoning.exclude") == true)
    }

    // MARK: Tools

    @Test("Functions stand in one tool with their schema as it is, Gemini's own tools beside it")
    func tools() throws {
        let body = try body(
            #","tools":[{"googleSearch":{}},{"type":"function","function":{"name":"f","description":"d","parameters":"#
                + #"{"type":"object","properties":{"a":{"type":["string","null"]}}}}},{"type":"function","function":{"name":"g"}}]"#
        )
        #expect(
            try body["tools"]
                == value(
                    #"[{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{"type":"object","#
                        + #""properties":{"a":{"type":["string","null"]}}}},{"name":"g"}]},{"googleSearch":{}}]"#
                )
        )
        #expect(
            refusal(#","tools":[{"type":"function","function":{}}]"#)?.message.contains("tools[0].function.name")
                == true
        )
    }

    @Test(
        "tool_choice is a function calling mode",
        arguments: [
            (#""auto""#, #"{"mode":"AUTO"}"#), (#""none""#, #"{"mode":"NONE"}"#), (#""required""#, #"{"mode":"ANY"}"#),
            (
                #"{"type":"function","function":{"name":"f"}}"#,
                #"{"mode":"ANY","allowedFunctionNames":["f"]}"#
            ),
            (
                #"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}}"#,
                #"{"mode":"ANY","allowedFunctionNames":["f"]}"#
            ),
            (
                #"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}}"#,
                #"{"mode":"VALIDATED","allowedFunctionNames":["f"]}"#
            ),
        ]
    )
    func toolChoice(choice: String, mode: String) throws {
        #expect(try body(",\"tool_choice\":\(choice)")["toolConfig"]?["functionCallingConfig"] == value(mode))
    }

    @Test("A tool_choice that is none is refused")
    func toolChoiceRefused() {
        #expect(refusal(#","tool_choice":"sometimes""#)?.message.contains("tool_choice") == true)
    }

    // MARK: Content

    @Test("System messages are lifted out, and a developer's with them")
    func system() throws {
        let body = try body(
            messages:
                #"{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"developer","content":[{"type":"text","text":"Now."}]}"#
        )
        #expect(try body["systemInstruction"] == value(#"{"parts":[{"text":"Be brief."},{"text":"Now."}]}"#))
        #expect(body["contents"]?.array?.count == 1)
    }

    @Test(
        "Media go inline from data: URLs and base64, and by reference from others",
        arguments: [
            (
                #"{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}"#,
                #"{"inlineData":{"mimeType":"image/png","data":"QUJD"}}"#
            ),
            (
                #"{"type":"image_url","image_url":{"url":"https://e.example/a.JPG?x=1"}}"#,
                #"{"fileData":{"fileUri":"https://e.example/a.JPG?x=1","mimeType":"image/jpeg"}}"#
            ),
            (
                #"{"type":"image_url","image_url":{"url":"https://e.example/a"}}"#,
                #"{"fileData":{"fileUri":"https://e.example/a"}}"#
            ),
            (
                #"{"type":"input_audio","input_audio":{"data":"QUJD","format":"wav"}}"#,
                #"{"inlineData":{"mimeType":"audio/wav","data":"QUJD"}}"#
            ),
            (
                #"{"type":"file","file":{"file_data":"data:application/pdf;name=a;base64,QUJD"}}"#,
                #"{"inlineData":{"mimeType":"application/pdf","data":"QUJD"}}"#
            ),
            (
                #"{"type":"file","file":{"file_data":"QUJD","filename":"a.pdf"}}"#,
                #"{"inlineData":{"mimeType":"application/pdf","data":"QUJD"}}"#
            ),
            (
                #"{"type":"file","file":{"file_id":"https://e.example/v1beta/files/1","filename":"a.pdf"}}"#,
                #"{"fileData":{"fileUri":"https://e.example/v1beta/files/1","mimeType":"application/pdf"}}"#
            ),
            (
                #"{"type":"video_url","video_url":{"url":"https://www.youtube.com/watch?v=1"}}"#,
                #"{"fileData":{"fileUri":"https://www.youtube.com/watch?v=1"}}"#
            ),
        ]
    )
    func media(part: String, wire: String) throws {
        #expect(try parts("[{\"type\":\"text\",\"text\":\"See\"},\(part)]") == .array([["text": "See"], value(wire)]))
    }

    @Test(
        "Content that cannot be mapped is refused by its place",
        arguments: [
            (#"{"type":"image_url","image_url":{}}"#, LLMError.Code.invalidArgument),
            (#"{"type":"image_url","image_url":{"url":"data:image/png,abc"}}"#, .invalidArgument),
            (#"{"type":"image_url","image_url":{"url":"a.png"}}"#, .invalidArgument),
            (#"{"type":"input_audio","input_audio":{"data":"QUJD"}}"#, .invalidArgument),
            (#"{"type":"file","file":{"file_data":"QUJD"}}"#, .invalidArgument),
            (#"{"type":"file","file":{"file_id":"file-abc"}}"#, .unsupported),
            (#"{"type":"tool_use","id":"x"}"#, .unsupported),
        ]
    )
    func contentRefused(part: String, code: LLMError.Code) {
        #expect { try parts("[\(part)]") } throws: { error in
            let error = error as? LLMError
            return error?.code == code && error?.message.contains("messages[0].content[0]") == true
        }
    }

    @Test("What has no counterpart is left out and listed where the request allows it")
    func dropped() throws {
        let (body, dropped) = try GeminiAdapter().encoding(
            """
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "?"}, {"type": "tool_use"}]}], "model": "m",
             "metadata": {"a": "b"}, "reasoning": {"exclude": true}, "drop_unsupported": true}
            """
        )
        #expect(dropped.count == 3)
        #expect(dropped.contains { $0.hasPrefix("messages[0].content[1]") })
        #expect(body["contents"]?[0]?["parts"] == [["text": "?"]])
        #expect(body["metadata"] == nil)
    }
}
