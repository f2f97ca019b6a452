import Testing

@testable import ScalingMemory

@Suite("Features of Anthropic's messages")
struct AnthropicFeatureTests {
    private let adapter = AnthropicAdapter()
    private let user = #""messages": [{"role": "user", "content": "?"}]"#

    private func body(_ fields: String, model: String = "claude-opus-4-7") throws -> JSONValue {
        try adapter.encoding("{\(user), \"model\": \"\(model)\", \(fields)}").body
    }

    @Test(
        "Models that decide themselves get an effort, older ones a budget",
        arguments: [
            ("claude-opus-4-7", true), ("claude-sonnet-4-6", true), ("claude-opus-4-6-20260101", true),
            ("anthropic/claude-opus-4.6", true), ("claude-sonnet-5", true), ("claude-sonnet-4-5-20250929", false),
            ("claude-opus-4-1", false), ("claude-sonnet-4-20250514", false), ("claude-opus-4-0", false),
            ("claude-3-7-sonnet-20250219", false), ("claude-sonnet-4", false), ("claude-haiku-4.5", false),
            ("MiniMax-M2", false),
        ]
    )
    func thinking(model: String, decides: Bool) throws {
        let body = try body(#""reasoning": {"effort": "medium"}, "max_tokens": 100"#, model: model)
        if decides {
            #expect(body["thinking"] == ["type": "adaptive"])
            #expect(body["output_config"] == ["effort": "medium"])
        } else {
            #expect(body["thinking"] == ["type": "enabled", "budget_tokens": 8192])
            #expect(body["output_config"] == nil)
        }
        #expect(body["max_tokens"] == 8292)
    }

    @Test("A budget is a budget; the reasoning is shown where a summary is asked for; none is none")
    func budgets() throws {
        let budget = try body(#""reasoning": {"max_tokens": 2000}"#)
        #expect(budget["thinking"] == ["type": "enabled", "budget_tokens": 2000])
        let shown = try body(#""reasoning": {"effort": "minimal", "summary": "auto"}"#)
        #expect(shown["thinking"] == ["type": "adaptive", "display": "summarized"])
        #expect(shown["output_config"] == ["effort": "low"])
        #expect(try body(#""reasoning": {"effort": "none"}"#)["thinking"] == nil)
        #expect(try body(#""reasoning": {"max_tokens": 0}"#)["thinking"] == nil)
        #expect(throws: LLMError.self) { try body(#""reasoning": {"effort": "much"}"#) }
    }

    @Test("A JSON schema is the output's format, its objects closed; data in it stays as it is")
    func structuredOutput() throws {
        let schema = """
            {"type": "object", "properties": {"a": {"type": "object"}, "b": {"enum": [{"type": "object"}]},
             "c": {"type": "array", "items": {"type": "object", "additionalProperties": true}}}}
            """
        let format =
            "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"n\", \"schema\": \(schema)}}"
        let closed: JSONValue = [
            "type": "object",
            "properties": [
                "a": ["type": "object", "additionalProperties": false], "b": ["enum": [["type": "object"]]],
                "c": ["type": "array", "items": ["type": "object", "additionalProperties": true]],
            ], "additionalProperties": false,
        ]
        let body = try body(format + #", "reasoning": {"effort": "low"}"#)
        #expect(
            body["output_config"] == ["effort": "low", "format": ["type": "json_schema", "schema": closed]]
        )
    }

    @Test("Images and documents by URL, in base64 and by id")
    func media() throws {
        let request = """
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/a.png"}},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
              {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}},
              {"type": "file", "file": {"file_data": "JVBERi0="}},
              {"type": "file", "file": {"file_url": "https://x/a.pdf"}, "cache_control": {"type": "ephemeral"}},
              {"type": "file", "file": {"file_id": "f1"}},
              {"type": "document_url", "document_url": "https://x/b.pdf"}]}]
            """
        let pdf: JSONValue = ["type": "base64", "media_type": "application/pdf", "data": "JVBERi0="]
        let expected: JSONValue = [
            ["type": "image", "source": ["type": "url", "url": "https://x/a.png"]],
            ["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": "AAAA"]],
            ["type": "document", "source": pdf, "title": "a.pdf"], ["type": "document", "source": pdf],
            [
                "type": "document", "source": ["type": "url", "url": "https://x/a.pdf"],
                "cache_control": ["type": "ephemeral"],
            ], ["type": "document", "source": ["type": "file", "file_id": "f1"]],
            ["type": "document", "source": ["type": "url", "url": "https://x/b.pdf"]],
        ]
        #expect(try adapter.encoding(request).body["messages"]?[0]?["content"] == expected)
        let http = try adapter.encodeChat(Request(json: request), streaming: false, to: Endpoint(baseURL: "http://x"))
        #expect(http.headers.first("anthropic-beta") == "files-api-2025-04-14")
    }

    @Test(
        "What the wire does not take is an error that names its place, or is left out and listed",
        arguments: [
            (#""seed": 1"#, "seed"), (#""response_format": {"type": "json_object"}"#, "response_format"),
            (#""metadata": {"user_id": "u", "x": "y"}"#, "metadata.x"),
            (#""reasoning": {"effort": "low"}, "temperature": 0.5"#, "temperature"),
            (#""reasoning": {"exclude": true}"#, "reasoning.exclude"),
            (#""tool_choice": {"type": "allowed_tools", "allowed_tools": {}}"#, "tool_choice"),
        ]
    )
    func unsupported(field: String, name: String) throws {
        #expect(try adapter.refusal(of: "{\(user), \(field)}")?.hasPrefix(name) == true)
        let (body, dropped) = try adapter.encoding("{\(user), \(field), \"drop_unsupported\": true}")
        #expect(dropped.count == 1 && dropped.first?.hasPrefix(name) == true)
        #expect(body["seed"] == nil && body["temperature"] == nil && body["output_config"] == nil)
    }

    @Test("A part that the wire does not take is named by its message and its place")
    func unsupportedParts() throws {
        for part in [#"{"type":"input_audio","input_audio":{}}"#, #"{"type":"file","file":{"file_data":"UEsDBA=="}}"#] {
            let messages =
                #"{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},"# + part
            let request = "{\"messages\": [\(messages)]}]"
            #expect(try adapter.refusal(of: request + "}")?.hasPrefix("messages[1].content[1], ") == true)
            let (body, dropped) = try adapter.encoding(request + ",\"drop_unsupported\":true}")
            #expect(dropped.count == 1)
            #expect(body["messages"]?[1]?["content"] == [["type": "text", "text": "b"]])
        }
    }

    @Test("A tool is strict where it says so")
    func strictTools() throws {
        let body = try adapter.encoding(
            """
            {"messages": [{"role": "user", "content": "a"}], "tools": [
              {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}},
              {"type": "function", "function": {"name": "g", "parameters": {"type": "object"}}}]}
            """
        ).body
        let schema: JSONValue = ["type": "object"]
        #expect(
            body["tools"] == [
                ["name": "f", "input_schema": schema, "strict": true], ["name": "g", "input_schema": schema],
            ]
        )
    }

    @Test("Marks for the cache stand at parts, tools and results, and of a message at its last block")
    func cacheMarks() throws {
        let mark = #""cache_control": {"type": "ephemeral"}"#
        let body = try adapter.encoding(
            """
            {"messages": [{"role": "system", "content": "s", \(mark)}, {"role": "user", "content": "a", \(mark)},
              {"role": "assistant", "content": [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}], \(mark)},
              {"role": "tool", "tool_call_id": "c1", "content": "d", \(mark)}],
             "tools": [{"type": "function", "function": {"name": "f"}, \(mark)}]}
            """
        ).body
        let set: JSONValue = ["type": "ephemeral"]
        #expect(body["system"] == [["type": "text", "text": "s", "cache_control": set]])
        #expect(body["messages"]?[0]?["content"] == [["type": "text", "text": "a", "cache_control": set]])
        #expect(body["messages"]?[1]?["content"]?[0]?["cache_control"] == nil)
        #expect(body["messages"]?[1]?["content"]?[1]?["cache_control"] == set)
        let result: JSONValue = ["type": "tool_result", "tool_use_id": "c1", "content": "d", "cache_control": set]
        #expect(body["messages"]?[2]?["content"] == [result])
        #expect(body["tools"]?[0]?["cache_control"] == set)
    }

    @Test("Another provider's refusal is what the assistant said")
    func refusal() throws {
        let body = try adapter.encoding(#"[{"role":"assistant","content":null,"refusal":"No."}]"#).body
        #expect(body["messages"]?[0]?["content"] == "No.")
    }
}
