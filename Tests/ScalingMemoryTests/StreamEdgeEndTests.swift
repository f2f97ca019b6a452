import Testing

@testable import ScalingMemory

/// Each test is a row of the table in docs/STREAMS.md, and each of its arguments a wire.
@Suite("Edge cases of streams: how they end")
struct StreamEdgeEndTests {
    private let idle = LLMError(.timeout, "idle")

    // MARK: Ends

    @Test(
        "The end mark ends the answer with its last byte, and what follows is not read",
        arguments: StreamDialect.marked
    )
    func endMark(wire: StreamDialect) {
        let stream = wire.bytes(wire.answer())
        let everyByte = Array(1..<stream.count)
        let reading = wire.read(stream, cutAt: everyByte)
        wire.expectAnswer(of: reading, "byte by byte")
        #expect(reading.decision == .isComplete)
        #expect(reading.taken == stream.count)
        let more = wire.read(stream + wire.bytes([wire.error, wire.textFrame("more")]))
        wire.expectAnswer(of: more, "with more in the same piece")
        #expect(more.decision == .isComplete)
    }

    @Test("Without an end mark on the wire the stream is read to the connection's end")
    func noEndMark() {
        let wire = StreamDialect.gemini
        #expect(wire.read(wire.answer()).decision == .goOn)
        let late = wire.read(wire.answer() + [wire.textFrame(" and more")])
        wire.expectAnswer(of: late, texts: StreamDialect.texts + [" and more"], "with text after the finish reason")
    }

    @Test(
        "A finish reason makes an answer whole without an end mark, however the connection ends",
        arguments: StreamDialect.finishing
    )
    func finishReason(wire: StreamDialect) throws {
        let stream = wire.bytes(wire.begun() + wire.closing + wire.finish(false))
        for failure in [nil, idle, LLMError(.connection, "reset")] {
            let response = try wire.read(stream, ending: failure).response.get()
            #expect(response.content == StreamDialect.texts.joined())
            #expect(response.finishReason == .stop)
        }
    }

    @Test(
        "An end mark without a finish reason ends the answer, and no reason is made up",
        arguments: StreamDialect.finishingAndMarked
    )
    func markAlone(wire: StreamDialect) throws {
        let end = try #require(wire.end)
        let reading = wire.read(wire.begun() + wire.closing + [end])
        // Converse's last event has the counts only: it is no mark by itself.
        if wire.name == "bedrock" { return wire.expectFailure(of: reading, .truncated) }
        let response = try reading.response.get()
        #expect(response.content == StreamDialect.texts.joined())
        #expect(response.finishReason == nil)
    }

    @Test("Neither an end mark nor a finish reason: truncated, with what had come", arguments: StreamDialect.all)
    func truncated(wire: StreamDialect) {
        wire.expectFailure(of: wire.read(wire.begun() + wire.closing), .truncated)
        let reset = wire.read(wire.bytes(wire.begun()), ending: LLMError(.connection, "reset"))
        wire.expectFailure(of: reset, .connection)
    }

    @Test("Cut off after any byte, half an answer is never taken for one", arguments: StreamDialect.all)
    func cutAnywhere(wire: StreamDialect) {
        let stream = wire.bytes(wire.answer())
        let content = StreamDialect.texts.joined()
        var wholeFrom: Int?
        for count in 0...stream.count {
            let reading = wire.read(Array(stream.prefix(count)))
            switch reading.response {
            case .success(let response):
                wholeFrom = wholeFrom ?? count
                #expect(response.content == content, "after \(count) bytes")
                #expect(response.finishReason == .stop, "after \(count) bytes")
            case .failure(let error):
                #expect(wholeFrom == nil, "it was whole before, and is not after \(count) bytes")
                #expect(error.code == .truncated, "after \(count) bytes")
                #expect(error.partial.map { content.hasPrefix($0.content) } == true, "after \(count) bytes")
            }
        }
        #expect(wholeFrom.map { $0 > wire.bytes(wire.begun()).count } == true)
    }

    @Test("A last event without its line ends counts if it is whole", arguments: StreamDialect.lines)
    func unterminated(wire: StreamDialect) {
        let stream = wire.bytes(wire.answer())
        for missing in 1...(wire.adapter.framing == .serverSentEvents ? 2 : 1) {
            wire.expectAnswer(Array(stream.dropLast(missing)))
        }
        if wire.adapter.framing == .serverSentEvents {
            wire.expectAnswer(wire.lines(wire.answer()).ended(by: "\r").dropLast())
        }
        let text = wire.bytes(wire.begun())
        wire.expectFailure(of: wire.read(text.dropLast()), .truncated, "the last text without its line end")
    }

    @Test("A last event that is cut off is none", arguments: StreamDialect.all)
    func halfEvent(wire: StreamDialect) {
        let next = wire.bytes([wire.textFrame("more")])
        let half = wire.read(wire.bytes(wire.begun()) + next.prefix(next.count * 2 / 3))
        wire.expectFailure(of: half, .truncated)
    }

    @Test("A stream without any event is truncated, also after keep-alives", arguments: StreamDialect.all)
    func empty(wire: StreamDialect) {
        wire.expectFailure(of: wire.read([UInt8]()), .truncated, after: [])
        guard wire.adapter.framing == .serverSentEvents else { return }
        let alive = Array(": keep-alive\n\n: keep-alive\n\n".utf8)
        wire.expectFailure(of: wire.read(alive), .truncated, after: [])
    }

    // MARK: Errors

    @Test("An error in mid-stream is that error, with what had come, and ends the call", arguments: StreamDialect.all)
    func errorEvent(wire: StreamDialect) {
        let stream = wire.bytes(wire.begun() + [wire.error])
        for size in [1, 7, 100, stream.count] {
            let cuts = Array(Swift.stride(from: size, to: stream.count, by: size))
            let reading = wire.read(stream + wire.bytes([wire.textFrame("more")]), cutAt: cuts + [stream.count])
            wire.expectFailure(of: reading, .server, "in pieces of \(size)")
            #expect(reading.error?.providerMessage == "Overloaded")
            #expect(reading.decision == .abort)
            #expect(reading.taken == stream.count)
        }
    }

    @Test("An error in OpenAI's words is one on every wire", arguments: StreamDialect.all)
    func foreignError(wire: StreamDialect) {
        let error = StreamFrame(name: "error", data: #"{"error":{"message":"Slow down","type":"rate_limit_error"}}"#)
        wire.expectFailure(of: wire.read(wire.begun() + [error]), .rateLimited)
    }

    @Test("An error event whose data is no JSON has the data for its words", arguments: StreamDialect.serverSentEvents)
    func wordsForAnError(wire: StreamDialect) {
        let reading = wire.read(wire.begun() + [StreamFrame(name: "error", data: "upstream timed out")])
        wire.expectFailure(of: reading, .server)
        #expect(reading.error?.providerMessage == "upstream timed out")
    }

    @Test("An error as the last event, without its line ends, is that error", arguments: StreamDialect.lines)
    func unterminatedError(wire: StreamDialect) {
        wire.expectFailure(of: wire.read(wire.bytes(wire.begun() + [wire.error]).dropLast()), .server)
    }

    @Test("An event that is no JSON is a breach of the protocol, with what had come", arguments: StreamDialect.all)
    func noJSON(wire: StreamDialect) {
        let name = wire.textFrame("x").name
        let reading = wire.read(wire.begun() + [StreamFrame(name: name, data: "{not json}")])
        wire.expectFailure(of: reading, .protocolViolation)
    }

    @Test(
        "A page of HTML, or an error's JSON, in place of a stream is a failure that says so",
        arguments: StreamDialect.lines
    )
    func noStream(wire: StreamDialect) {
        let page = Array("\n<!DOCTYPE html><html><body>Sign in</body></html>".utf8)
        for size in [1, 5, page.count] {
            let cuts = Array(Swift.stride(from: size, to: page.count, by: size))
            #expect(wire.read(page, cutAt: cuts).error?.code == .protocolViolation)
        }
        let error = Array(" {\"error\": {\"message\": \"no\", \"code\": \"invalid_api_key\"}}".utf8)
        #expect(wire.read(error).error?.code == .authentication)
    }
}

extension StreamDialect {
    fileprivate func read(_ stream: ArraySlice<UInt8>) -> BodyReading { read(Array(stream)) }
    fileprivate func expectAnswer(_ stream: ArraySlice<UInt8>) { expectAnswer(Array(stream)) }
}
