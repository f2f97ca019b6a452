import Testing

@testable import ScalingMemory

@Suite("Chunks that are the last one over again with another text")
struct TextTemplateTests {
    /// Everything that a caller sees of a stream, and how many of its events were parsed.
    struct Reading: Equatable {
        var outcome: String
        /// The events, packed.
        var records: [UInt8]
    }

    private final class Count {
        var parsed = 0
    }

    /// An adapter's decoder that counts, and may keep to itself which events were one piece of text: then all are parsed.
    private struct Watched: StreamDecoder {
        var inner: any StreamDecoder
        let tellsPieces: Bool
        let count: Count

        mutating func decode(
            _ event: WireEvent,
            with parser: JSONParser,
            into builder: ResponseBuilder
        ) throws(LLMError) -> StreamProgress {
            count.parsed += 1
            return try inner.decode(event, with: parser, into: builder)
        }

        var piece: TextPiece? { tellsPieces ? inner.piece : nil }

        mutating func append(_ text: UnsafeRawBufferPointer, into builder: ResponseBuilder) {
            inner.append(text, into: builder)
        }
    }

    func read(
        _ stream: [UInt8],
        by adapter: any ProviderAdapter,
        withTemplate: Bool,
        size: Int
    ) -> (Reading, parsed: Int) {
        let writer = EventWriter()
        let count = Count()
        let reader = ResponseReader(
            adapter: adapter,
            provider: "test",
            isStreaming: true,
            limits: ResponseReader.Limits(),
            parser: JSONParser(),
            events: writer,
            decoder: Watched(inner: adapter.makeStreamDecoder(), tellsPieces: withTemplate, count: count)
        )
        reader.begin(HTTPResponseHead(status: 200, headers: [HTTPHeader("Content-Type", "text/event-stream")]))
        for start in Swift.stride(from: 0, to: stream.count, by: size) {
            let decision = stream[start..<min(start + size, stream.count)].withUnsafeBytes { reader.receive($0) }
            if decision != .goOn { break }
        }
        let outcome: String
        do throws(LLMError) {
            outcome = JSONWriter.text { [response = try reader.finish(nil)] in response.write(to: &$0) }
        } catch {
            outcome = error.json
        }
        let records = writer.takeRecords()
        let bytes = withExtendedLifetime(records) { Array(records.bytes) }
        return (Reading(outcome: outcome, records: bytes), count.parsed)
    }

    private static func framed(_ event: [UInt8], as framing: StreamFraming) -> [UInt8] {
        switch framing {
        case .serverSentEvents: return Array("data: ".utf8) + event + Array("\n\n".utf8)
        case .newlineDelimitedJSON: return event + Array("\n".utf8)
        case .awsEventStream:
            var message = AWSMessage(type: "event", name: "contentBlockDelta", payload: "")
            message.payload = event
            return message.bytes
        }
    }

    private func parsed(_ events: [String], by adapter: any ProviderAdapter) -> Int {
        let stream = events.flatMap { Self.framed(Array($0.utf8), as: adapter.framing) }
        let (with, parsed) = read(stream, by: adapter, withTemplate: true, size: 1000)
        let (without, all) = read(stream, by: adapter, withTemplate: false, size: 1000)
        #expect(with == without)
        #expect(all == events.count)
        return parsed
    }

    // MARK: What is recognised

    /// A chunk with "%" for its text and "#" for a number.
    private static let chat = [
        ##"{"id":"1","created":#,"model":"m","choices":[{"index":0,"delta":{"content":"%"},"finish_reason":null}]}"##,
        ##"{"id":"1","created": # ,"choices":[{"delta":{"content":"","reasoning_content":"%"}}],"obfuscation":"x#"}"##,
        ##"{"choices":[{"delta":{"content":"%","refusal":null,"tool_calls":[]},"logprobs":null}],"usage":null}"##,
    ]

    private static let anthropic = [
        ##"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%"}}"##,
        ##"{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"%"} }"##,
    ]

    private static let responses = [
        ##"{"type":"response.output_text.delta","sequence_number":#,"delta":"%","logprobs":[],"obfuscation":"#"}"##,
        ##"{"type":"response.reasoning_summary_text.delta","item_id":"r","delta":"%","sequence_number":#}"##,
    ]

    private static let ollama = [
        ##"{"model":"m","created_at":"2025-#","message":{"role":"assistant","content":"%"},"done":false}"##,
        ##"{"model":"m","created_at":"2025-#","message":{"role":"assistant","content":"","thinking":"%"},"done":false}"##,
    ]

    private static let bedrock = [##"{"contentBlockIndex":0,"delta":{"text":"%"},"p":"abc#"}"##]

    private static func chunk(_ shape: String, _ text: [UInt8], _ number: String) -> [UInt8] {
        shape.utf8.flatMap { byte in
            switch byte {
            case UInt8(ascii: "%"): text
            case UInt8(ascii: "#"): Array(number.utf8)
            default: [byte]
            }
        }
    }

    @Test("Of a row of events with nothing but text in them the first is parsed, on every wire that has such")
    func recognised() {
        let texts = ["Two", " and", " \\\"two\\\"", "", "\\n\\u00e9\\ud83d\\ude00", " é😀"]
        for (shapes, adapter) in Self.wires {
            for shape in shapes {
                let before = adapter is AnthropicAdapter ? Self.blocks : []
                let row = texts.enumerated().map { number, text in
                    String(decoding: Self.chunk(shape, Array(text.utf8), "\(number * 7)"), as: UTF8.self)
                }
                #expect(parsed(before + row, by: adapter) == before.count + 1, "\(shape)")
            }
        }
    }

    @Test(
        "What says more than a text is parsed",
        arguments: [
            #"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
            #"{"choices":[{"delta":{"content":"a","reasoning":"b"}}]}"#,
            #"{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}"#,
            #"{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1}}"#,
            #"{"choices":[{"delta":{"content":"a","tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}}]}"#,
            #"{"choices":[{"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}]}}]}"#,
            #"{"choices":[{"delta":{"content":[{"type":"text","text":"a"}]}}]}"#,
            #"{"choices":[{"delta":{"content":"\u0061"}},{"delta":{"content":"a"}}]}"#,
            #"{"choices":[{"delta":{"content":"a","refusal":"b"}}]}"#,
            #"{"choices":[{"delta":{"content":""}}]}"#,
        ]
    )
    func more(chunk: String) {
        #expect(parsed([chunk, chunk, chunk], by: OpenAIAdapter()) == 3)
    }

    // MARK: That nothing is read differently

    private static let wires: [([String], any ProviderAdapter)] = [
        (chat, OpenAIAdapter()), (anthropic, AnthropicAdapter()), (responses, OpenAIResponsesAdapter()),
        (chat, OpenAIAdapter(quirks: thinking)), (ollama, OllamaAdapter()), (bedrock, BedrockAdapter()),
    ]

    private static let thinking: ChatQuirks = {
        var quirks = ChatQuirks()
        quirks.hasThinkTags = true
        return quirks
    }()

    private static let blocks = [
        #"{"type":"message_start","message":{"id":"1","model":"m","usage":{"input_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":""}}"#,
    ]

    private static let texts: [[UInt8]] =
        [
            "a", " word", "", #"\n"#, #"\""#, #"\\"#, #"\/\b\f\r\t"#, #"\u0000"#, #"\u00E9\u20ac"#, #"\ud83d\ude00"#,
            #"\ud83d"#, #"\ude00"#, #"\ud83d\u0041"#, #"\ud83dx"#, #"\u12g4"#, #"\x"#, #"\"#, "\"", "\",\"b\":\"", "é",
            "😀", "\u{7F}", "<think>", "</think>", "[DONE]", #"\u"#, "{", "日本語のテキスト",
        ].map { Array($0.utf8) } + [
            [0x09], [0x1F], [0x00], [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0xBD],
            [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
            Array(#"\"#.utf8) + [0xC3, 0xA9], [0xED, 0x95, 0x9C],
        ]

    private static let numbers = ["0", "7", "1700000000", "12345678901234567890", "1.5", "-1", "01"]

    /// Rows of like chunks with every kind of text in them, and now and then a byte that is wrong.
    private static func stream(_ shapes: [String], _ framing: StreamFraming, _ random: inout SeededGenerator) -> [UInt8]
    {
        var stream: [UInt8] = []
        var shape = shapes[0]
        for _ in 0..<12 {
            if Int.random(in: 0..<5, using: &random) == 0 { shape = shapes.randomElement(using: &random) ?? shape }
            let isPlain = Int.random(in: 0..<3, using: &random) > 0
            let text = isPlain ? Array(" plain".utf8) : texts.randomElement(using: &random) ?? []
            let isUsual = Int.random(in: 0..<8, using: &random) > 0
            let number = isUsual ? "1" : numbers.randomElement(using: &random) ?? ""
            var event = chunk(shape, text, number)
            if Int.random(in: 0..<16, using: &random) == 0 { damage(&event, &random) }
            stream += framed(event, as: framing)
        }
        return stream
    }

    private static func damage(_ event: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0..<event.count, using: &random)
        let byte = Array("\"\\{}[]:,0-.en \u{1}é".utf8).randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: event[place] = byte
        case 1: event.insert(byte, at: place)
        default: event.remove(at: place)
        }
    }

    @Test("Streams of any texts, with damage, are read with the template as without", arguments: 0..<8)
    func random(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var recognised = 0
        for _ in 0..<40 {
            for (shapes, adapter) in Self.wires {
                var bytes = Self.stream(shapes, adapter.framing, &random)
                if adapter is AnthropicAdapter {
                    bytes.insert(contentsOf: Self.blocks.map { "data: \($0)\n\n" }.joined().utf8, at: 0)
                }
                let size = Int.random(in: 1...200, using: &random)
                let (with, parsed) = read(bytes, by: adapter, withTemplate: true, size: size)
                let (without, all) = read(bytes, by: adapter, withTemplate: false, size: size)
                let isSame = with == without
                #expect(isSame, "\(String(decoding: bytes, as: UTF8.self))")
                recognised += all - parsed
            }
        }
        #expect(recognised > 100)
    }
}
