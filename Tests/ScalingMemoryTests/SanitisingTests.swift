import Testing

@testable import ScalingMemory

@Suite("Taking control characters and halves of surrogate pairs out of requests")
struct SanitisingTests {
    private func prepared(_ json: String, sanitizing: Bool = true) throws(LLMError) -> Request {
        try Request(json: json).prepared(sanitizing: sanitizing)
    }

    private func failure(_ json: String, sanitizing: Bool = true) -> LLMError? {
        do throws(LLMError) {
            _ = try prepared(json, sanitizing: sanitizing)
            return nil
        } catch {
            return error
        }
    }

    @Test("Cleaned text is valid, holds nothing forbidden, is a subsequence of what it was, and stays as it is")
    func properties() {
        var random = SplitMix(seed: 11)
        for _ in 0..<5000 {
            let text = Self.text(&random)
            let clean = text.sanitized
            #expect(!clean.utf8.contains { $0 < 0x20 && $0 != 9 && $0 != 10 && $0 != 13 })
            #expect(String(validating: Array(clean.utf8), as: UTF8.self) == clean)
            #expect(Self.isSubsequence(clean, of: text))
            #expect(clean.unicodeScalars.count == text.unicodeScalars.filter { !Self.isForbidden($0) }.count)
            #expect(clean.sanitized == clean)
            #expect(!clean.holdsControls)
            #expect(text.holdsControls == (clean.utf8.count != text.utf8.count))
        }
    }

    private static func text(_ random: inout SplitMix) -> String {
        var text = ""
        for _ in 0..<Int(random.next() % 24) {
            // Controls in every second place; else scalars of all lengths.
            let value = UInt32(truncatingIfNeeded: random.next()) % (random.next() % 2 == 0 ? 0x22 : 0x11_0000)
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && !["\t", "\n", "\r"].contains(scalar)
    }

    private static func isSubsequence(_ part: String, of whole: String) -> Bool {
        var rest = whole.utf8[...]
        return part.utf8.allSatisfy { byte in
            guard let index = rest.firstIndex(of: byte) else { return false }
            rest = rest[rest.index(after: index)...]
            return true
        }
    }

    @Test("JSON of random escapes: halves of pairs go, pairs and everything else stay, and once is enough")
    func halves() throws {
        var random = SplitMix(seed: 5)
        let pieces = [
            #"\ud83d"#, #"\ude00"#, #"\ud83d\ude00"#, #"\uDBFF"#, #"\\"#, #"\\ud800"#, #"\""#, "a", "é", #"\u0041"#,
            #"\n"#,
        ]
        for _ in 0..<3000 {
            let text = (0..<Int(random.next() % 9)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
                .joined()
            let units = Self.units(of: text)
            let whole = JSONRepair.removingHalves(from: text) ?? text
            // Swift's own decoder of UTF-16 is the judge: it makes U+FFFD of each half.
            let expected = String(decoding: units, as: UTF16.self).unicodeScalars.filter { $0 != "\u{FFFD}" }
            let read = try JSONParser().parse("\"\(whole)\"") { $0.string }
            #expect(read == String(String.UnicodeScalarView(expected)))
            #expect(JSONRepair.removingHalves(from: whole) == nil)
        }
    }

    /// The UTF-16 that the inside of a JSON string stands for.
    private static func units(of json: String) -> [UInt16] {
        var units: [UInt16] = []
        var rest = Array(json.utf16)[...]
        let named: [Character: UInt16] = ["n": 0x0A, "\"": 0x22, "\\": 0x5C]
        while let unit = rest.popFirst() {
            guard unit == 0x5C, let kind = rest.popFirst() else {
                units.append(unit)
                continue
            }
            if kind == 0x75 {
                units.append(UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) ?? 0)
                rest = rest.dropFirst(4)
            } else {
                units.append(named[Character(Unicode.Scalar(kind) ?? "?")] ?? kind)
            }
        }
        return units
    }

    @Test("Every text of the messages, the tools and the format is cleaned; names stay equal to what refers to them")
    func everything() throws {
        let request = try prepared(
            #"""
            {"messages": [{"role": "system", "content": "s\u0000\ud800y"},
              {"role": "user", "content": [{"type": "text", "text": "\u0007u\u007f\t\n\r"}], "name": "n\u0001"},
              {"role": "assistant", "content": null, "refusal": "r\u0002", "tool_calls": [{"id": "i\u0003", "function":
                {"name": "f\u0004", "arguments": "{\"x\":\"\\u0000\\ud800\\ud83d\\ude00\u0005\"}"}}]},
              {"role": "tool", "tool_call_id": "i\u0003", "content": "t\u001f"}],
             "tools": [{"type": "function", "function": {"name": "f\u0004", "description": "d\u0006", "parameters":
               {"type": "object", "properties": {"p\u0008": {"enum": ["e\u000b", 1, null]}}}}}],
             "tool_choice": {"type": "function", "function": {"name": "f\u0004"}},
             "response_format": {"type": "json_schema", "json_schema": {"name": "j\u000c"}}}
            """#
        )
        let messages = request.messages
        #expect(messages[0].text == "sy")
        #expect(messages[1].text == "u\u{7F}\t\n\r")
        #expect(messages[1].name == "n")
        #expect(messages[2].refusal == "r")
        #expect(messages[2].toolCalls == [ToolCall(id: "i", name: "f", arguments: #"{"x":"\ud83d\ude00"}"#)])
        #expect(messages[3].toolCallID == "i")
        #expect(messages[3].text == "t")
        #expect(
            request.tools.map(\.json) == [
                #"{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"p":{"enum":["e",1,null]}}}}}"#
            ]
        )
        #expect(request.toolChoice?.json == #"{"type":"function","function":{"name":"f"}}"#)
        #expect(request.responseFormat?.json == #"{"type":"json_schema","json_schema":{"name":"j"}}"#)
    }

    @Test("What is the provider's own, or signed, goes as it is")
    func untouched() throws {
        let request = try prepared(
            #"""
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b",
               "native": {"wire": "anthropic", "content": ["\u0001"]}}],
             "stop": ["\u0003"], "metadata": {"m": "\u0001"}, "extra": {"e": "\u0001"}}
            """#
        )
        #expect(request.messages[1].native?.content == ["\u{1}"])
        #expect(request.stop == ["\u{3}"])
        #expect(request.metadata?["m"] == "\u{1}")
        #expect(request.extra["e"] == "\u{1}")
    }

    @Test("A request of Swift's own is cleaned too, and one without anything to remove is the same")
    func swiftRequests() throws {
        var request = Request("a\u{0}b")
        #expect(try request.prepared(sanitizing: true).messages == [.user("ab")])
        #expect(try request.prepared(sanitizing: false).messages == [.user("a\u{0}b")])
        request.sanitize = false
        #expect(try request.prepared(sanitizing: true).messages == [.user("a\u{0}b")])
        request.sanitize = true
        #expect(try request.prepared(sanitizing: false).messages == [.user("ab")])
        let clean = try Request(json: #"[{"role": "user", "content": "\u00e9\ud83d\ude00\t"}]"#)
        #expect(try clean.prepared(sanitizing: true) == clean)
    }

    @Test(
        "Turned off, controls go through, and half a pair is refused by the name of its field",
        arguments: [
            (#"{"messages": [{"role": "user", "content": "\ud800"}]}"#, "messages[0].content"),
            (#"[{"role": "user", "content": "a"}, {"role": "user", "content": "\udc00"}]"#, "messages[1].content"),
            (#"[{"role": "user", "content": [{"type": "text", "text": "\ud83dx"}]}]"#, "messages[0].content[0].text"),
            (#"{"messages": [{"role": "user", "content": "a"}], "tools": [{"x\ud800": 1}]}"#, "tools[0]"),
            (#"{"messages": [{"role": "user", "content": "a"}], "stop": ["\ud800"]}"#, "stop[0]"),
        ]
    )
    func turnedOff(json: String, field: String) {
        let error = failure(json, sanitizing: false)
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix(field + " holds half of a surrogate pair") == true)
    }

    @Test(
        "What is no text for a model is refused, not changed",
        arguments: [
            (#""model": "m\ud800""#, "model"), (#""model": "m\u0001""#, "model"), (#""call_id": "c\u000a""#, "call_id"),
            (#""call_id": "\ud800c""#, "call_id"), (#""headers": {"x": "\ud800"}"#, "headers.x"),
            (#""headers": {"x": "a\r\nb: c"}"#, "headers.x"), (#""headers": {"x\ny": "a"}"#, "headers.x"),
            (#""metadata": {"a": {"b": "\ud800"}}"#, "metadata.a.b"),
            (#""extra": {"a": ["b", "\ud800"]}"#, "extra.a[1]"),
            (#""stop": "\ud800""#, "stop"),
        ]
    )
    func refused(member: String, field: String) {
        let error = failure(#"{"messages": [{"role": "user", "content": "\u0001"}], \#(member)}"#)
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix(field) == true)
    }

    @Test("A request that is no JSON for another reason is refused as before")
    func malformed() {
        for json in [#"[{"role": "user", "content": "\ud800"}"#, #"{"messages": "\ud8"}"#, #"{"a\ud800": 1}"#] {
            #expect(failure(json)?.code == .invalidArgument)
        }
    }

    @Test("Header fields, keys and call ids of Swift's own making cannot end a field")
    func swiftHeaders() {
        var configuration = Configuration(provider: "openai", model: "m", apiKey: "key", baseURL: "http://127.0.0.1")
        func refusal(_ options: CallOptions = CallOptions()) -> String? {
            do throws(LLMError) {
                _ = try ClientSettings(configuration, retry: nil).endpoint(options)
                return nil
            } catch { return error.message }
        }
        #expect(refusal() == nil)
        var options = CallOptions()
        options.headers = [HTTPHeader("x", "a\r\nb: c")]
        #expect(refusal(options) == "headers.x has a line end or another control character in its value")
        options.headers = [HTTPHeader("x: y\r\nz", "a")]
        #expect(refusal(options)?.contains("is not a header's name") == true)
        options.headers = []
        options.apiKey = "a\r\nb"
        #expect(refusal(options) == "api_key has a space, a line end or another control character in it")
        options.apiKey = nil
        options.callID = "a\nb"
        #expect(refusal(options) == "call_id has a line end or another control character in it")
        configuration.headers = [HTTPHeader("x", "\n")]
        #expect(refusal()?.contains("headers.x") == true)
        configuration.headers = []
        configuration.apiKey = "a\nb"
        #expect(refusal()?.contains("api_key") == true)
    }

    // MARK: Embeddings

    private func embedding(_ json: String, sanitizing: Bool = true) throws(LLMError) -> EmbeddingRequest {
        try EmbeddingRequest(json: json).prepared(sanitizing: sanitizing)
    }

    @Test("Texts to embed are cleaned as messages are, one by one and in their order")
    func embeddings() throws {
        let json = #"{"input": ["a\u0000b\ud83d", "\ud83d\ude00\t", "\u0001"], "model": "m"}"#
        #expect(try embedding(json).input == ["ab", "😀\t", ""])
        #expect(try embedding(#"{"input": "\ude00x"}"#).input == ["x"])
    }

    @Test("Texts to embed that are not to be cleaned: controls are sent, halves of pairs refused")
    func uncleanedEmbeddings() throws {
        let controls = #"{"input": ["a\u0000b"]}"#
        #expect(try embedding(controls, sanitizing: false).input == ["a\0b"])
        #expect(try embedding(#"{"input": ["a\u0000b"], "sanitize": false}"#).input == ["a\0b"])
        #expect(try embedding(#"{"input": ["a\u0000b"], "sanitize": true}"#, sanitizing: false).input == ["ab"])
        let error = #expect(throws: LLMError.self) {
            try embedding(#"{"input": ["a", "b\ud83d"]}"#, sanitizing: false)
        }
        #expect(error?.message.hasPrefix("input[1] holds half of a surrogate pair") == true)
    }

    @Test("What is no text of an embedding request is not cleaned: it is refused")
    func otherFieldsOfEmbeddings() {
        for json in [#"{"input": "a", "model": "m\ud83d"}"#, #"{"input": "a", "extra": {"x": "\ud83d"}}"#] {
            let error = #expect(throws: LLMError.self) { try embedding(json) }
            #expect(error?.message.contains("holds half of a surrogate pair") == true)
        }
        let error = #expect(throws: LLMError.self) { try embedding(#"{"input": "a", "model": "m\u0001"}"#) }
        #expect(error?.message.contains("model has a control character") == true)
    }
}
