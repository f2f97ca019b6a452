import Testing

@testable import ScalingMemory

/// Each test is a row of the table in docs/STREAMS.md, and each of its arguments a wire.
@Suite("Edge cases of streams: how they are cut")
struct StreamEdgePieceTests {
    @Test("In pieces of every size the result is the same", arguments: StreamDialect.all)
    func everySize(wire: StreamDialect) async {
        let stream = wire.bytes(wire.answer())
        for size in 1...stream.count {
            await Task.yield()
            let cuts = Array(Swift.stride(from: size, to: stream.count, by: size))
            wire.expectAnswer(of: wire.read(stream, cutAt: cuts), "in pieces of \(size)")
        }
    }

    @Test("Cut in two anywhere, the result is the same", arguments: StreamDialect.all)
    func everyPlace(wire: StreamDialect) async {
        let stream = wire.bytes(wire.answer())
        for place in 0...stream.count {
            await Task.yield()
            wire.expectAnswer(of: wire.read(stream, cutAt: [place]), "cut at \(place)")
        }
    }

    @Test(
        "Cut anywhere and anyhow, with all line ends, the result is the same",
        arguments: StreamDialect.serverSentEvents
    )
    func anyhow(wire: StreamDialect) {
        let lines = [": hello"] + wire.lines(wire.answer())
        for seed in UInt64(1)...100 {
            var chance = SeededGenerator(seed: seed)
            let stream = lines.ended(by: lines.map { _ in ["\n", "\r", "\r\n"][chance.below(3)] })
            let cuts = (0..<chance.below(60)).map { _ in chance.below(stream.count) }.sorted()
            wire.expectAnswer(of: wire.read(stream, cutAt: cuts), "seed \(seed)")
        }
    }

    @Test("A line end cut in two between pieces", arguments: StreamDialect.serverSentEvents)
    func lineEnds(wire: StreamDialect) {
        let stream = wire.lines(wire.answer()).ended(by: "\r\n")
        let betweenThem = stream.indices.filter { stream[$0] == UInt8(ascii: "\n") }
        wire.expectAnswer(of: wire.read(stream, cutAt: betweenThem), "every CR at a piece's end")
        let around = betweenThem.flatMap { [$0, $0 + 1] }
        wire.expectAnswer(of: wire.read(stream, cutAt: around), "every LF a piece")
    }

    @Test("A character cut in two between pieces", arguments: StreamDialect.all)
    func characters(wire: StreamDialect) {
        let stream = wire.bytes(wire.answer())
        let inside = stream.indices.filter { stream[$0] & 0xC0 == 0x80 }
        #expect(inside.count >= 6)
        wire.expectAnswer(of: wire.read(stream, cutAt: inside), "at every byte of every character")
    }

    @Test("A character cut in two between events is delivered whole", arguments: StreamDialect.all)
    func surrogates(wire: StreamDialect) {
        let halves = [#""a\ud83d""#, #""\ude00b""#].map { wire.text($0) }
        let frames = wire.opening + halves + wire.closing + wire.finish(false) + (wire.end.map { [$0] } ?? [])
        let stream = wire.bytes(frames)
        for size in [1, 7, stream.count] {
            let cuts = Array(Swift.stride(from: size, to: stream.count, by: size))
            wire.expectAnswer(of: wire.read(stream, cutAt: cuts), texts: ["a", "😀b"], "in pieces of \(size)")
        }
    }

    @Test("Escaped text is the same as text, in every piece", arguments: StreamDialect.all)
    func escapes(wire: StreamDialect) {
        let escaped = [#""\u0048el""#, #""lo, ""#, #""w\u00f6rld \u20ac ""#, #""\ud83d\ude00""#].map { wire.text($0) }
        let frames = wire.opening + escaped + wire.closing + wire.finish(false) + (wire.end.map { [$0] } ?? [])
        wire.expectAnswer(wire.bytes(frames))
    }

    @Test("Bytes that are no UTF-8 become U+FFFD", arguments: StreamDialect.lines)
    func malformedText(wire: StreamDialect) {
        var stream = wire.bytes(wire.answer())
        for index in stream.indices where stream[index] == 0xC3 { stream[index] = 0xFF }
        let texts = ["Hel", "lo, ", "w\u{FFFD}\u{FFFD}rld € ", "😀"]
        wire.expectAnswer(stream, texts: texts)
    }

    @Test("A tool call in pieces is whole at its end", arguments: StreamDialect.all)
    func toolCall(wire: StreamDialect) throws {
        let mark = wire.end.map { [$0] } ?? []
        let end = wire.finish(true) + mark
        let stream = wire.bytes(wire.begun(["Let me look."]) + wire.closing + wire.call + end)
        let whole = wire.read(stream)
        #expect(whole.events.first == "text Let me look.")
        #expect(whole.events.last?.replacing(" ", with: "") == #"callweather{"city":"Zürich"}"#)
        for size in [1, 2, 3, 5, 8, 13, 21, 100] {
            let cuts = Array(Swift.stride(from: size, to: stream.count, by: size))
            let reading = wire.read(stream, cutAt: cuts)
            let response = try reading.response.get()
            #expect(reading.events == whole.events)
            #expect(response.toolCalls.map(\.id) == ["c_1"])
            #expect(response.toolCalls.map(\.name) == ["weather"])
            #expect(response.finishReason == .toolCalls)
        }
    }

    @Test("An event's text is handed on with the last byte of its end", arguments: StreamDialect.all)
    func atOnce(wire: StreamDialect) {
        var stream = wire.bytes(wire.begun(["one"]))
        let ending = LLMError(.timeout, "idle")
        for text in ["two", "three"] {
            let frame = wire.bytes([wire.textFrame(text)])
            let before = wire.read(stream + frame.dropLast(), cutAt: [stream.count], ending: ending).events
            stream += frame
            let after = wire.read(stream, cutAt: [stream.count - 1], ending: ending).events
            #expect(after.last == "text \(text)")
            // What is left at the end counts if it is whole; a binary message is not before its last byte.
            #expect(before.last == (wire.adapter.framing == .awsEventStream ? after.dropLast().last : "text \(text)"))
        }
    }
}
