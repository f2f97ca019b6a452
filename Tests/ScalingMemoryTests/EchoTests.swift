import Testing

@testable import ScalingMemory

@Suite("Echo")
struct EchoTests {
    private func request(_ more: String = "", text: String = "Hello you") throws -> EchoRequest {
        let json = #"{"model": "echo", "messages": [{"role": "user", "content": "\#(text)"}]\#(more)}"#
        return EchoRequest(try JSONParser().parse(json) { JSONValue($0) })
    }

    private let tools = #", "tools": [{"type": "function", "function": {"name": "a"}}, {"function": {"name": "b"}}]"#

    @Test(
        "words keep the blanks before them, so that they join to the text",
        arguments: [
            ("", []), ("one", ["one"]), ("one two", ["one", " two"]), ("  one\n two ", ["  one", "\n two", " "]),
            ("a\u{301}  🙂", ["a\u{301}", "  🙂"]),
        ]
    )
    func words(text: String, words: [String]) {
        #expect(EchoText.words(of: text) == words)
        #expect(EchoText.words(of: text).joined() == text)
    }

    @Test("without a script it says what the last user said")
    func echoes() throws {
        let reply = EchoReply(EchoStep(), to: try request())
        #expect(reply.pieces == ["Hello", " you"])
        #expect(reply.finishReason == "stop")
        #expect((reply.usage.inputTokens, reply.usage.outputTokens) == (2, 2))
    }

    @Test("an answer is cut at the bound of its tokens")
    func bound() throws {
        let reply = EchoReply(EchoStep(), to: try request(#", "max_tokens": 1"#))
        #expect(reply.pieces == ["Hello"])
        #expect(reply.finishReason == "length")
    }

    @Test("a call is made where the choice leaves no other way, or the user says so")
    func calls() throws {
        #expect(try request(tools).askedCall == nil)
        #expect(try request(tools + #", "tool_choice": "required""#).askedCall?.name == "a")
        let named = #", "tool_choice": {"type": "function", "function": {"name": "b"}}"#
        #expect(try request(tools + named).askedCall?.name == "b")
        #expect(try request(tools, text: "call b").askedCall?.name == "b")
        #expect(try request(tools, text: "call b {}").askedCall?.arguments == "{}")
        #expect(try request(tools, text: "call b please").askedCall == nil)
        #expect(try request(tools, text: "call c").askedCall == nil)
        #expect(try request(tools + #", "tool_choice": "none""#, text: "call b").askedCall == nil)
        #expect(try request(text: "call b").askedCall == nil)
    }

    @Test("the last step of a script answers all attempts that follow")
    func script() {
        var first = EchoStep()
        first.text = "one"
        var last = EchoStep()
        last.text = "two"
        let script = EchoScript([first, last])
        #expect((0..<4).map { script.step(for: $0).text } == ["one", "two", "two", "two"])
        #expect(EchoScript().step(for: 3) == EchoStep())
    }

    @Test("a fault comes after what the step says, and cuts the answer's end", arguments: [true, false])
    func faults(isStream: Bool) throws {
        let body: JSONValue = ["messages": [["role": "user", "content": "a"]], "stream": .bool(isStream)]
        var step = EchoStep()
        step.fault = .truncate
        var response = EchoResponse(step, number: 1).response(to: "/v1/chat/completions", saying: body)
        #expect(response.pieces.isEmpty)
        step.text = "half an"
        response = EchoResponse(step, number: 1).response(to: "/v1/chat/completions", saying: body)
        let sent = response.pieces.map(\.text).joined()
        #expect(sent.contains("half") == isStream || sent.contains("half an"))
        #expect(!sent.contains("finish_reason\":\"stop"))
        #expect(!sent.contains("[DONE]"))
    }

    @Test("what it does not know at a path is an error of HTTP")
    func paths() {
        let server = EchoResponse(EchoStep(), number: 1)
        #expect(server.response(to: "/v1/nothing", saying: [:]).status == 404)
        #expect(server.response(to: "/v1/chat/completions", saying: nil).status == 400)
        #expect(server.response(to: "/v1/models", saying: nil).status == 200)
    }

    @Test("vectors have length 1, and differ with the text")
    func vectors() {
        let vector = EchoEmbedding.vector(for: "sea", dimensions: 16)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-9)
        #expect(vector == EchoEmbedding.vector(for: "sea", dimensions: 16))
        #expect(vector != EchoEmbedding.vector(for: "sky", dimensions: 16))
    }
}

@Suite("Examples of a JSON schema")
struct SchemaExampleTests {
    @Test(
        "the smallest value that the schema allows",
        arguments: [
            (#"{"type": "string"}"#, #""text""#),
            (#"{"type": "string", "maxLength": 2}"#, #""te""#),
            (#"{"type": "string", "minLength": 6}"#, #""textxx""#),
            (#"{"type": "string", "format": "date"}"#, #""2000-01-01""#),
            (#"{"type": ["null", "integer"]}"#, "0"),
            (#"{"type": "integer", "minimum": 3, "multipleOf": 5}"#, "5"),
            (#"{"type": "integer", "maximum": -2}"#, "-2"),
            (#"{"type": "number", "exclusiveMinimum": 1}"#, "2"),
            (#"{"type": "boolean"}"#, "false"),
            (#"{"enum": ["x", "y"]}"#, #""x""#),
            (#"{"const": {"a": 1}}"#, #"{"a":1}"#),
            (#"{"anyOf": [{"type": "null"}, {"type": "string"}]}"#, "null"),
            (#"{"type": "array", "items": {"type": "integer"}, "minItems": 2}"#, "[0,0]"),
            (#"{"type": "array", "items": {"type": "integer"}}"#, "[]"),
            (#"{"properties": {"a": {"type": "null"}, "b": {}}, "required": ["a"]}"#, #"{"a":null}"#),
            (
                #"{"allOf": [{"required": ["a"]}, {"properties": {"b": {"const": 1}}, "required": ["b"]}]}"#,
                #"{"a":{},"b":1}"#
            ),
            (
                ##"{"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"]}"##,
                #"{"a":0}"#
            ),
        ]
    )
    func examples(schema: String, example: String) throws {
        let schema = try JSONParser().parse(schema) { JSONValue($0) }
        #expect(SchemaExample(schema).value.json == example)
    }

    @Test("a schema that contains itself comes to an end")
    func recursion() throws {
        let text = ##"{"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}"##
        let schema = try JSONParser().parse(text) { JSONValue($0) }
        #expect(SchemaExample(schema).value.json.hasPrefix(#"{"next":{"next":"#))
    }
}
