import Testing

@testable import ScalingMemory

/// A wire, and a part of a message that it cannot take.
private struct Wire: Sendable, CustomTestStringConvertible {
    let adapter: any ProviderAdapter
    let part: String
    /// Where a body has its messages.
    let messages: String
    var testDescription: String { adapter.wire }

    static let video = #"{"type":"video_url","video_url":{"url":"https://x/v.mp4"}}"#
    static let block = #"{"type":"image","source":{"type":"url","url":"https://x/i.png"}}"#

    static let all = [
        Wire(adapter: OpenAIAdapter(), part: block, messages: "messages"),
        Wire(adapter: AzureOpenAIAdapter(), part: block, messages: "messages"),
        Wire(adapter: OpenAIResponsesAdapter(), part: video, messages: "input"),
        Wire(adapter: AnthropicAdapter(), part: video, messages: "messages"),
        Wire(adapter: GeminiAdapter(), part: block, messages: "contents"),
        Wire(adapter: OllamaAdapter(), part: video, messages: "messages"),
        Wire(adapter: BedrockAdapter(), part: video, messages: "messages"),
    ]

    /// What stands in the body's messages, and what was left out.
    func sent(_ messages: String, _ more: String = "") throws -> (messages: [JSONValue], dropped: [String]) {
        let request = #"{"model":"m","drop_unsupported":true,"messages":[\#(messages)]\#(more)}"#
        let (body, dropped) = try adapter.encoding(request)
        return (body[self.messages]?.array ?? [], dropped)
    }
}

@Suite("What a wire has no words for is refused, or left out where that is allowed")
struct LeftOutTests {
    private static let question = #"{"role":"user","content":"Hi"}"#
    private static let call =
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}"#

    @Test("A message of which nothing is left is not sent", arguments: Wire.all)
    fileprivate func emptyMessages(wire: Wire) throws {
        let plain = try wire.sent(Self.question)
        for role in ["user", "assistant", "system"] {
            let (messages, dropped) = try wire.sent(Self.question + #",{"role":"\#(role)","content":[\#(wire.part)]}"#)
            #expect(messages == plain.messages, "\(role)")
            #expect(dropped.count == 1 && dropped[0].hasPrefix("messages[1].content[0]"), "\(role)")
        }
    }

    @Test("Other parts of the message stay", arguments: Wire.all)
    fileprivate func otherParts(wire: Wire) throws {
        let text = #"{"type":"text","text":"Look"}"#
        let (messages, _) = try wire.sent(#"{"role":"user","content":[\#(wire.part),\#(text)]}"#)
        #expect(messages == (try wire.sent(#"{"role":"user","content":[\#(text)]}"#)).messages)
    }

    @Test("A request of which nothing is left is refused", arguments: Wire.all)
    fileprivate func emptyRequests(wire: Wire) throws {
        let request = #"{"model":"m","drop_unsupported":true,"messages":[{"role":"user","content":[\#(wire.part)]}]}"#
        #expect(try wire.adapter.refusal(of: request)?.hasPrefix("nothing is left of messages") == true)
    }

    @Test("The answer to a tool call stays, and so does the message with the call", arguments: Wire.all)
    fileprivate func toolCalls(wire: Wire) throws {
        let call = Self.call.replacing("null", with: "[\(wire.part)]")
        let answer = #"{"role":"tool","tool_call_id":"c1","content":[\#(wire.part)]}"#
        let (messages, dropped) = try wire.sent("\(Self.question),\(call),\(answer)")
        #expect(messages.count == 3)
        #expect(dropped.count == 2)
        #expect(!messages.contains { $0["content"] == [] || $0["output"] == [] })
    }

    @Test("That a tool failed is said where the wire has a word for it, and nowhere else", arguments: Wire.all)
    fileprivate func failedTools(wire: Wire) throws {
        func sent(_ isError: String) throws -> (messages: [JSONValue], dropped: [String]) {
            let answer = #"{"role":"tool","tool_call_id":"c1","content":"no such city"\#(isError)}"#
            return try wire.sent("\(Self.question),\(Self.call),\(answer)")
        }
        let plain = try sent("")
        let failed = try sent(#","is_error":true"#)
        if ["anthropic", "gemini", "bedrock"].contains(wire.adapter.wire) {
            #expect(failed.messages != plain.messages)
            #expect(failed.dropped.isEmpty)
        } else {
            #expect(failed.messages == plain.messages)
            #expect(failed.dropped == ["messages[2].is_error"])
            #expect(try sent(#","is_error":false"#).messages == plain.messages)
            #expect(try sent(#","is_error":false"#).dropped.isEmpty)
        }
    }

    @Test("JSON without a schema: Claude's wires say that they take one", arguments: ["anthropic", "bedrock"])
    func jsonObject(name: String) throws {
        let wire = try #require(Wire.all.first { $0.adapter.wire == name })
        let format = #","response_format":{"type":"json_object"}"#
        let refusal = try wire.adapter.refusal(of: #"{"model":"m","messages":[\#(Self.question)]\#(format)}"#)
        #expect(refusal?.contains(#"response_format "json_object""#) == true)
        #expect(refusal?.contains("json_schema") == true)
        #expect(try wire.sent(Self.question, format).dropped == [#"response_format "json_object""#])
    }

    @Test("Gemini: a file of another provider, and no reasoning where the model always reasons")
    func gemini() throws {
        let file =
            #"{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}},{"type":"text","text":"Hi"}]}"#
        let none = #","reasoning":{"effort":"none"}"#
        func encoding(
            _ model: String,
            _ drop: Bool,
            _ messages: String,
            _ more: String
        ) throws -> (
            body: JSONValue, dropped: [String]
        ) {
            try GeminiAdapter().encoding(
                #"{"model":"\#(model)","drop_unsupported":\#(drop),"messages":[\#(messages)]\#(more)}"#
            )
        }
        for (messages, more, words) in [(file, "", "file_id"), (Self.question, none, #"effort "none""#)] {
            let error = #expect(throws: LLMError.self) { try encoding("gemini-3-pro", false, messages, more) }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains(words) == true)
            let (body, dropped) = try encoding("gemini-3-pro", true, messages, more)
            #expect(body["contents"]?[0]?["parts"] == [["text": "Hi"]])
            #expect(body["generationConfig"] == nil)
            #expect(dropped.count == 1 && dropped[0].contains(words))
        }
        let older = try encoding("gemini-2.5-flash", false, Self.question, none).body
        #expect(older["generationConfig"]?["thinkingConfig"] == ["thinkingBudget": 0])
    }

    @Test("Bedrock: Claude's temperature beside reasoning is 1, other models' is free")
    func bedrockTemperature() throws {
        func request(_ model: String, _ temperature: Double, _ more: String = "") -> String {
            #"{"model":"\#(model)","temperature":\#(temperature),"reasoning":{"effort":"low"},"messages":[\#(Self.question)]\#(more)}"#
        }
        let claude = "anthropic.claude-sonnet-4-6"
        let adapter = BedrockAdapter()
        #expect(try adapter.refusal(of: request(claude, 0.5))?.hasPrefix("temperature other than 1") == true)
        #expect(try adapter.encoding(request(claude, 1)).body["inferenceConfig"]?["temperature"]?.json == "1")
        let (body, dropped) = try adapter.encoding(request(claude, 0.5, #","drop_unsupported":true"#))
        #expect(body["inferenceConfig"]?["temperature"] == nil)
        #expect(body["additionalModelRequestFields"]?["thinking"] != nil)
        #expect(dropped == ["temperature"])
        let other = try adapter.encoding(request("openai.gpt-oss-120b", 0.5)).body
        #expect(other["inferenceConfig"]?["temperature"] == .number(0.5))
    }
}
