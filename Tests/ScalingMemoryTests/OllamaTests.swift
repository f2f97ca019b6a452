import Testing

@testable import ScalingMemory

@Suite("Ollama's wire")
struct OllamaTests {
    private let adapter = OllamaAdapter()

    private func line(_ message: String, _ more: String = "\"done\":false") -> String {
        "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":\(message),\(more)}\n"
    }

    private static let end = #""done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":5"#

    @Test("A stream: thoughts, text, the counts at the end, in pieces of every size")
    func stream() throws {
        let body =
            line(#"{"role":"assistant","content":"","thinking":"hm"}"#) + "\r\n" + line(#"{"content":"2"}"#)
            + line(#"{"content":"+2"}"#) + line(#"{"content":""}"#, Self.end)
        for size in 1...body.utf8.count {
            let reading = BodyReading(body, by: adapter, size: size)
            let response = try reading.response.get()
            #expect(reading.events == ["reasoning hm", "text 2", "text +2"])
            #expect(response.content == "2+2")
            #expect(response.model == "m")
            #expect(response.finishReason == .stop)
            #expect(response.usage.inputTokens == 7)
            #expect(response.usage.outputTokens == 5)
            #expect(response.native?.content.json == #"{"thinking":"hm"}"#)
        }
    }

    @Test("Tool calls come whole; without ids they get some, the same whenever the answer is read")
    func toolCalls() throws {
        let body =
            line(
                #"{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":1}}},{"function":{"name":"f","arguments":{"x":1}}}]}"#
            ) + line(#"{"tool_calls":[{"id":"own","function":{"index":2,"name":"g","arguments":{}}}]}"#)
            + line(#"{"content":""}"#, Self.end)
        let first = try BodyReading(body, by: adapter).response.get()
        let second = try BodyReading(body, by: adapter, size: 3).response.get()
        #expect(first.toolCalls == second.toolCalls)
        #expect(first.toolCalls.map(\.arguments) == [#"{"x":1}"#, #"{"x":1}"#, "{}"])
        #expect(first.toolCalls.last?.id == "own")
        #expect(Set(first.toolCalls.map(\.id)).count == 3)
        #expect(first.finishReason == .toolCalls)
        #expect(BodyReading(body, by: adapter).events.filter { $0.hasPrefix("call") }.count == 3)
    }

    @Test("A last line without its end counts; a stream without \"done\" is truncated; a whole answer may come instead")
    func ends() throws {
        let whole = line(#"{"content":"a"}"#, Self.end).dropLast()
        #expect(try BodyReading(String(whole), by: adapter).response.get().content == "a")
        #expect(try BodyReading(String(whole), by: adapter, streaming: false).response.get().content == "a")
        #expect(BodyReading(String(whole.dropLast()), by: adapter).error?.code == .truncated)
        let cut = BodyReading(line(#"{"content":"a"}"#), by: adapter)
        #expect(cut.error?.code == .truncated)
        #expect(cut.error?.partial?.content == "a")
    }

    @Test("An error in the middle of a stream, and one in place of an answer")
    func errors() {
        let broken = BodyReading(line(#"{"content":"a"}"#) + "{\"error\":\"out of memory\"}\n", by: adapter)
        #expect(broken.error?.code == .server)
        #expect(broken.error?.providerMessage == "out of memory")
        #expect(broken.error?.partial?.content == "a")
        let missing = BodyReading(Array(#"{"error":"model 'x' not found"}"#.utf8), by: adapter, status: 404)
        #expect(missing.error?.code == .notFound)
        #expect(missing.error?.providerMessage == "model 'x' not found")
    }

    @Test("A request: options in their place, extra options beside them, a schema as the format")
    func request() throws {
        let body = try adapter.body(
            """
            {"model": "qwen3", "messages": [{"role": "developer", "content": "a"}, {"role": "user", "content": "b"}],
             "max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "seed": 3, "stop": "x", "reasoning": {"effort": "low"},
             "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
             "extra": {"keep_alive": "5m", "options": {"num_ctx": 8192, "seed": 4}}}
            """,
            streaming: true
        )
        #expect(
            body
                == #"{"model":"qwen3","messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],"#
                + #""stream":true,"format":{"type":"object"},"think":true,"#
                + #""options":{"temperature":0.5,"top_p":0.9,"seed":4,"num_predict":5,"stop":["x"],"num_ctx":8192},"#
                + #""keep_alive":"5m"}"#
        )
    }

    @Test("A conversation with tools: arguments as objects, results by the tool's name, thoughts given back")
    func conversation() throws {
        let body = try adapter.body(
            """
            {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "see"},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
             {"role": "assistant", "content": null, "native": {"wire": "ollama", "content": {"thinking": "hm"}},
              "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\\"x\\":1}"}}]},
             {"role": "tool", "tool_call_id": "1", "content": "r"}],
             "tools": [{"type": "function", "function": {"name": "f"}}]}
            """
        )
        #expect(
            body
                == #"{"model":"m","messages":[{"role":"user","content":"see","images":["AAAA"]},"#
                + #"{"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"f","arguments":{"x":1}}}]},"#
                + #"{"role":"tool","content":"r","tool_name":"f"}],"stream":false,"#
                + #""tools":[{"type":"function","function":{"name":"f"}}]}"#
        )
    }

    @Test("What only other wires know of a tool stays behind")
    func toolsOfOthers() throws {
        let (body, dropped) = try adapter.encoding(
            """
            {"model": "m", "messages": [{"role": "user", "content": "a"}], "tools": [{"type": "function",
              "function": {"name": "f", "strict": true}, "cache_control": {"type": "ephemeral"}}]}
            """
        )
        #expect(body["tools"] == [["type": "function", "function": ["name": "f"]]])
        #expect(dropped == ["tools[0].cache_control"])
    }

    @Test(
        "How hard to think",
        arguments: [
            ("qwen3", #"{"effort": "none"}"#, "false"), ("qwen3", #"{"effort": "high"}"#, "true"),
            ("gpt-oss:20b", #"{"effort": "high"}"#, "\"high\""), ("gpt-oss:20b", #"{"effort": "minimal"}"#, "\"low\""),
        ]
    )
    func thinking(model: String, reasoning: String, expected: String) throws {
        let request =
            #"{"model": "\#(model)", "messages": [{"role": "user", "content": "a"}], "reasoning": \#(reasoning)}"#
        #expect(try adapter.body(request).contains(#""think":\#(expected)"#))
    }

    @Test(
        "What the wire has no words for is refused by name",
        arguments: [
            (#""metadata": {"a": "b"}"#, "metadata"), (#""tool_choice": "required""#, "tool_choice"),
            (#""reasoning": {"max_tokens": 2000}"#, "reasoning.max_tokens"),
            (#""response_format": {"type": "grammar"}"#, "response_format"),
        ]
    )
    func unsupported(field: String, name: String) {
        let error = #expect(throws: LLMError.self) {
            try adapter.body(#"{"model": "m", "messages": [{"role": "user", "content": "a"}], \#(field)}"#)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(name) == true)
    }

    @Test("What may be left out is, and is named")
    func leftOut() throws {
        let json = """
            {"model": "m", "metadata": {"a": "b"}, "tool_choice": "required", "reasoning": {"max_tokens": 2000},
             "drop_unsupported": true, "messages": [{"role": "user", "content": [{"type": "text", "text": "a"},
             {"type": "input_audio", "input_audio": {}}, {"type": "image_url", "image_url": {"url": "https://h/i"}}]}]}
            """
        let (body, dropped) = try adapter.encoding(json)
        #expect(body.json == #"{"model":"m","messages":[{"role":"user","content":"a"}],"stream":false}"#)
        #expect(dropped.count == 5)
    }

    @Test("Images by URL are refused: the server fetches none")
    func imageURL() {
        let error = #expect(throws: LLMError.self) {
            try adapter.body(
                #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://h/i.png"}}]}]}"#
            )
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("messages[0].content[0]") == true)
    }

    @Test("Paths begin with /api, whether the base URL has it or not; a key is sent if there is one")
    func paths() throws {
        let request = #"[{"role": "user", "content": "a"}]"#
        let plain = try adapter.encoded(request, to: Endpoint(baseURL: "http://h:1"))
        #expect(plain.url == "http://h:1/api/chat")
        #expect(plain.headers.first("authorization") == nil)
        let cloud = try adapter.encoded(request, to: Endpoint(baseURL: "https://ollama.com/api", apiKey: "k"))
        #expect(cloud.url == "https://ollama.com/api/chat")
        #expect(cloud.headers.first("authorization") == "Bearer k")
    }

    @Test("Embeddings")
    func embeddings() throws {
        let asked = EmbeddingRequest(["a", "b"], model: "m", dimensions: 2)
        let request = try adapter.encodeEmbeddings(asked, to: Endpoint(baseURL: "http://h"))
        #expect(request.url == "http://h/api/embed")
        #expect(request.body?.text == #"{"model":"m","input":["a","b"],"dimensions":2}"#)
        let body = ByteBuffer()
        body.append(#"{"model":"m","embeddings":[[0.5, 1],[2,3]],"total_duration":1,"prompt_eval_count":7}"#)
        let reader = EmbeddingReader(adapter: adapter, provider: "ollama", parser: JSONParser())
        let list = try reader.read(WholeResponse(head: HTTPResponseHead(status: 200), body: body), to: asked)
        #expect(list.embeddings.map { vector in JSONWriter.text { vector.write(to: &$0) } } == ["[0.5,1]", "[2,3]"])
        #expect(list.usage.inputTokens == 7)
    }

    @Test("The list of models")
    func models() throws {
        let body = #"{"models":[{"name":"a:1b","model":"a:1b","modified_at":"2025-05-04T17:37:44.706015396-07:00"}]}"#
        var list = ModelList(provider: "ollama")
        _ = try JSONParser().parse(body) { try adapter.decodeModelList($0, into: &list) }
        #expect(list.models.map(\.id) == ["a:1b"])
    }
}
