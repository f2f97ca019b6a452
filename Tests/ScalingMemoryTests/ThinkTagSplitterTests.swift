import Testing

@testable import ScalingMemory

@Suite("Reasoning in think tags")
struct ThinkTagSplitterTests {
    private func split(_ text: String, every size: Int) -> (text: String, reasoning: String) {
        var splitter = ThinkTagSplitter()
        var found: (text: [UInt8], reasoning: [UInt8]) = ([], [])
        func take(_ kind: ThinkTagSplitter.Kind, _ bytes: UnsafeRawBufferPointer) {
            switch kind {
            case .text: found.text += bytes
            case .reasoning: found.reasoning += bytes
            }
        }
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { splitter.feed($0, take) }
        }
        splitter.flush(take)
        return (String(decoding: found.text, as: UTF8.self), String(decoding: found.reasoning, as: UTF8.self))
    }

    @Test(
        "is told apart from the answer, wherever the pieces are cut",
        arguments: [
            ("<think>hm</think>4", "4", "hm"),
            ("\n<think>\nhm\n</think>\n\n4 \n", "4 \n", "\nhm\n"),
            ("<think>a</think>\n<think>b</think>\nc", "c", "ab"),
            ("no tags", "no tags", ""), (" \n4", " \n4", ""), ("", "", ""), (" ", " ", ""),
            ("<thinking>4", "<thinking>4", ""), ("<thi", "<thi", ""), ("<", "<", ""),
            ("see <think>x</think>", "see <think>x</think>", ""),
            ("<think>a</think>b<think>c</think>", "b<think>c</think>", "a"),
            ("<think>a < b </thin </thought>", "", "a < b </thin </thought>"),
            ("<think>a</thi", "", "a</thi"), ("<think></think>4", "4", ""),
            ("<think>é☃😀</think>é☃😀", "é☃😀", "é☃😀"),
        ]
    )
    func splits(text: String, answer: String, reasoning: String) {
        for size in 1...24 {
            let found = split(text, every: size)
            #expect(found.text == answer, "in pieces of \(size)")
            #expect(found.reasoning == reasoning, "in pieces of \(size)")
        }
    }

    @Test("What is certain is handed on at once")
    func isPrompt() {
        var splitter = ThinkTagSplitter()
        var found: [String] = []
        for piece in ["<think>ab", "c<", "/think>", "\n", "d", "e"] {
            Array(piece.utf8).withUnsafeBytes { bytes in
                splitter.feed(bytes) { found.append(($0 == .text ? "t:" : "r:") + String(decoding: $1, as: UTF8.self)) }
            }
        }
        #expect(found == ["r:ab", "r:c", "t:d", "t:e"])
    }

    @Test("A provider with such tags has reasoning and an answer, whole and streamed; one without has them in its text")
    func quirk() throws {
        var quirks = ChatQuirks()
        quirks.hasThinkTags = true
        let body = #"{"choices":[{"message":{"content":"<think>hm</think>\n4"},"finish_reason":"stop"}]}"#
        let stream = [
            #"{"choices":[{"delta":{"content":"<thi"}}]}"#, #"{"choices":[{"delta":{"content":"nk>hm</think>\n4"}}]}"#,
            #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
        ]
        let adapter = OpenAIAdapter(quirks: quirks)
        for reading in [try WireReading(body, by: adapter), try WireReading(events: stream, by: adapter)] {
            #expect(reading.response.content == "4")
            #expect(reading.response.reasoning == "hm")
            #expect(reading.text == "4")
            #expect(reading.reasoning == "hm")
        }
        #expect(try WireReading(body, by: OpenAIAdapter()).response.content == "<think>hm</think>\n4")
    }

    @Test("Text that ends within what may be a tag is text")
    func cutOff() throws {
        var quirks = ChatQuirks()
        quirks.hasThinkTags = true
        let stream = [#"{"choices":[{"delta":{"content":"<th"},"finish_reason":"length"}]}"#]
        let reading = try WireReading(events: stream, by: OpenAIAdapter(quirks: quirks))
        #expect(reading.response.content == "<th")
        #expect(reading.text == "<th")
    }
}
