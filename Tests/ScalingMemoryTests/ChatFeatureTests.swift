import Testing

@testable import ScalingMemory

@Suite("Features and quirks of the chat wire")
struct ChatFeatureTests {
    private func adapter(_ change: (inout ChatQuirks) -> Void) -> OpenAIAdapter {
        var quirks = ChatQuirks()
        change(&quirks)
        return OpenAIAdapter(quirks: quirks)
    }

    private let user = #""messages": [{"role": "user", "content": "?"}]"#

    @Test("The bound, the seed and the reasoning are called what the provider calls them")
    func names() throws {
        let request = "{\(user), \"max_tokens\": 9, \"seed\": 1, \"reasoning\": {\"effort\": \"low\"}}"
        let plain = try adapter { _ in }.encoding(request).body
        #expect(plain["max_tokens"] == 9 && plain["seed"] == 1 && plain["reasoning_effort"] == "low")
        let other = try adapter {
            $0.maxTokensField = .maxCompletionTokens
            $0.seedField = "random_seed"
            $0.reasoningField = .object
        }.encoding(request).body
        #expect(
            other["max_completion_tokens"] == 9 && other["random_seed"] == 1 && other["reasoning"] == ["effort": "low"]
        )
        #expect(other["max_tokens"] == nil && other["seed"] == nil && other["reasoning_effort"] == nil)
    }

    @Test("OpenAI's own quirks hold at its address, and nowhere else unless they are given")
    func byAddress() throws {
        let request = "{\(user), \"max_tokens\": 9}"
        let own = try OpenAIAdapter().encoding(request, at: "https://api.openai.com/v1").body
        #expect(own["max_completion_tokens"] == 9)
        #expect(try OpenAIAdapter().encoding(request).body["max_tokens"] == 9)
        #expect(try OpenAIAdapter(quirks: .openAI).encoding(request).body["max_completion_tokens"] == 9)
    }

    @Test("A provider without stream_options or a developer's role is not sent them")
    func withheld() throws {
        let request = Request(messages: [Message(role: .developer, content: .text("!")), .user("?")])
        let plain = try adapter { _ in }.encoded(request, streaming: true)
        #expect(plain["stream_options"] == ["include_usage": true])
        #expect(plain["messages"]?[0]?["role"] == "developer")
        let other = try adapter {
            $0.takesStreamOptions = false
            $0.takesDeveloperRole = false
        }.encoded(request, streaming: true)
        #expect(other["stream"] == true && other["stream_options"] == nil)
        #expect(other["messages"]?[0]?["role"] == "system")
    }

    @Test("What the provider lacks is an error that names it, or is left out and listed")
    func lacks() throws {
        let adapter = adapter { $0.lacks = ["seed", "tools", "image_url"] }
        let seed = "{\(user), \"seed\": 1, \"tools\": [{\"type\": \"x\"}]}"
        #expect(try adapter.refusal(of: seed)?.hasPrefix("seed ") == true)
        let image = """
            {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"},
             {"type": "image_url", "image_url": {"url": "https://x/a.png"}}]}], "drop_unsupported": false}
            """
        #expect(
            try adapter.refusal(of: image)?.hasPrefix("messages[1].content[1], a part of type \"image_url\"") == true
        )
        var (body, dropped) = try adapter.encoding(seed.dropLast() + ", \"drop_unsupported\": true}")
        #expect(dropped == ["seed", "tools"])
        #expect(body["seed"] == nil && body["tools"] == nil)
        (body, dropped) = try adapter.encoding(image.dropLast(6) + "true}")
        #expect(dropped.count == 1 && dropped.first?.hasPrefix("messages[1].content[1]") == true)
        #expect(body["messages"]?[1]?["content"] == [["type": "text", "text": "b"]])
    }

    @Test("Marks for the cache reach those that take them, and are left out elsewhere without an error")
    func cacheMarks() throws {
        let mark = #""cache_control": {"type": "ephemeral"}"#
        let request = """
            {"messages": [{"role": "system", "content": "s", \(mark)},
             {"role": "user", "content": [{"type": "text", "text": "?", \(mark)}]}],
             "tools": [{"type": "function", "function": {"name": "f"}, \(mark)}]}
            """
        let taken = try adapter { _ in }.encoding(request)
        #expect(taken.dropped.isEmpty)
        #expect(taken.body["messages"]?[1]?["content"]?[0]?["cache_control"] == ["type": "ephemeral"])
        let own = try OpenAIAdapter(quirks: .openAI).encoding(request)
        #expect(!own.body.json.contains("cache_control"))
        let names = ["messages[0].cache_control", "messages[1].content[0].cache_control", "tools[0].cache_control"]
        #expect(own.dropped == names)
        #expect(try OpenAIResponsesAdapter().encoding(request).dropped == names)
    }

    @Test("A file by URL goes where the provider looks for it, or is refused")
    func files() throws {
        let request = #"[{"role":"user","content":[{"type":"file","file":{"file_url":"https://x/a.pdf"}}]}]"#
        let body = try adapter { _ in }.encoding(request).body
        #expect(
            body["messages"]?[0]?["content"] == [["type": "file", "file": ["file_data": "https://x/a.pdf"]]]
        )
        #expect(
            try OpenAIAdapter(quirks: .openAI).refusal(of: request)
                == "messages[0].content[0], a file by URL, has no counterpart in chat completions"
        )
    }

    @Test("Reasoning details are put together from a stream's pieces, and go back to those that want them")
    func reasoningDetails() throws {
        let events = [
            #"{"choices":[{"delta":{"reasoning":"H","reasoning_details":[{"type":"reasoning.text","text":"H","index":0,"format":"a"}]}}]}"#,
            #"{"choices":[{"delta":{"reasoning":"m","reasoning_details":[{"type":"reasoning.text","text":"m","index":0}]}}]}"#,
            #"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.text","signature":"s","index":0}]}}]}"#,
            #"{"choices":[{"delta":{"content":"4","reasoning_details":[{"type":"reasoning.encrypted","data":"e","index":1}]}}]}"#,
            #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
        ]
        let reading = try WireReading(events: events, by: OpenAIAdapter())
        #expect(reading.reasoning == "Hm")
        let details: JSONValue = [
            ["type": "reasoning.text", "text": "Hm", "index": 0, "format": "a", "signature": "s"],
            ["type": "reasoning.encrypted", "data": "e", "index": 1],
        ]
        let request = Request(messages: [reading.response.message])
        #expect(try OpenAIAdapter().encoded(request)["messages"]?[0]?["reasoning_details"] == details)
        #expect(try OpenAIAdapter(quirks: .openAI).encoded(request)["messages"]?[0]?["reasoning_details"] == nil)
    }

    @Test("Reasoning that must come back as text does, whole and streamed")
    func reasoningContent() throws {
        let adapter = adapter { $0.returns = ["reasoning_content"] }
        let events = [
            #"{"choices":[{"delta":{"reasoning_content":"H"}}]}"#,
            #"{"choices":[{"delta":{"reasoning_content":"m"}}]}"#,
            #"{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}"#,
        ]
        let whole = #"{"choices":[{"message":{"content":"4","reasoning_content":"Hm"},"finish_reason":"stop"}]}"#
        for reading in [try WireReading(events: events, by: adapter), try WireReading(whole, by: adapter)] {
            let body = try adapter.encoded(Request(messages: [reading.response.message]))
            #expect(body["messages"]?[0]?["reasoning_content"] == "Hm")
            #expect(reading.response.reasoning == "Hm")
        }
    }

    @Test("Log probabilities are passed on, and a stream's are joined")
    func logprobs() throws {
        let events = [
            #"{"choices":[{"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}],"refusal":null}}]}"#,
            #"{"choices":[{"delta":{"content":"b"},"logprobs":{"content":[{"token":"b"}]},"finish_reason":"stop"}]}"#,
        ]
        let streamed = try WireReading(events: events, by: OpenAIAdapter()).response
        #expect(streamed.logprobs == ["content": [["token": "a"], ["token": "b"]]])
        #expect(streamed.json.contains(#""logprobs":{"content":[{"token":"a"},{"token":"b"}]}"#))
        let plain = try WireReading(#"{"choices":[{"message":{"content":"a"}}]}"#, by: OpenAIAdapter()).response
        #expect(plain.logprobs == nil)
    }

    private func read(_ json: String) throws(LLMError) -> ChatQuirks {
        try Request.parsing(json, as: "the quirks") { (node) throws(LLMError) in
            try ChatQuirks(FieldReader(node, path: "quirks", failingWith: .configuration))
        }
    }

    @Test("Quirks are read from JSON, with errors that say what a field takes")
    func json() throws {
        var quirks = ChatQuirks()
        quirks.maxTokensField = .maxCompletionTokens
        quirks.lacks = ["seed"]
        quirks.hasThinkTags = true
        #expect(try read(#"{"max_tokens":"max_completion_tokens","lacks":["seed"],"think_tags":true}"#) == quirks)
        #expect(try read("{}") == ChatQuirks())
        let wrong = #expect(throws: LLMError.self) { try read(#"{"max_tokens":"tokens"}"#) }
        #expect(
            wrong?.message
                == #"quirks.max_tokens is "tokens"; it takes "max_tokens" or "max_completion_tokens""#
        )
        #expect(throws: LLMError.self) { try read(#"{"lacks":[1]}"#) }
        #expect(throws: LLMError.self) { try read(#"{"lack":[]}"#) }
    }
}
