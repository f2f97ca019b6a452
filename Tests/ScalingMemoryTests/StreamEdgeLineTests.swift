import Testing

@testable import ScalingMemory

/// Each test is a row of the table in docs/STREAMS.md, and each of its arguments a wire.
@Suite("Edge cases of streams: how they are written")
struct StreamEdgeLineTests {
    // MARK: Line ends

    @Test("Lines end in LF", arguments: StreamDialect.lines)
    func lineFeed(wire: StreamDialect) {
        wire.expectAnswer(wire.lines(wire.answer()).ended(by: "\n"))
    }

    @Test("Lines end in CR LF", arguments: StreamDialect.lines)
    func carriageReturnAndLineFeed(wire: StreamDialect) {
        wire.expectAnswer(wire.lines(wire.answer()).ended(by: "\r\n"))
    }

    @Test("Lines end in CR alone", arguments: StreamDialect.serverSentEvents)
    func carriageReturn(wire: StreamDialect) {
        wire.expectAnswer(wire.lines(wire.answer()).ended(by: "\r"))
    }

    @Test("Line ends of all three kinds in one stream", arguments: StreamDialect.serverSentEvents)
    func mixture(wire: StreamDialect) {
        let lines = wire.lines(wire.answer())
        wire.expectAnswer(lines.ended(by: "\n", "\r\n", "\r"))
        wire.expectAnswer(lines.ended(by: "\r", "\n", "\r\n", "\r\n", "\n"))
    }

    @Test("CR LF and then LF end an event", arguments: StreamDialect.serverSentEvents)
    func unevenEnd(wire: StreamDialect) {
        let stream = wire.lines(wire.answer()).map { $0.isEmpty ? "\n" : $0 + "\r\n" }.joined()
        wire.expectAnswer(Array(stream.utf8))
    }

    @Test("An event that ends in CR does not wait for what comes after it", arguments: StreamDialect.serverSentEvents)
    func noWaiting(wire: StreamDialect) {
        let begun = wire.lines(wire.begun()).ended(by: "\r")
        wire.expectFailure(of: wire.read(begun, ending: LLMError(.timeout, "idle")), .timeout)
        let whole = wire.lines(wire.answer()).ended(by: "\r")
        let reading = wire.read(whole + Array("\ndata: {".utf8), cutAt: [whole.count])
        wire.expectAnswer(of: reading, "the rest in a piece of its own")
    }

    @Test("Many empty lines between events", arguments: StreamDialect.lines)
    func emptyLines(wire: StreamDialect) {
        wire.expectAnswer(wire.lines(wire.answer()).flatMap { $0.isEmpty ? ["", "", ""] : [$0] }.ended(by: "\n"))
        wire.expectAnswer((["", "", ""] + wire.lines(wire.answer())).ended(by: "\n", "\r\n"))
    }

    // MARK: What stands in the lines

    @Test("A byte-order mark at the beginning", arguments: StreamDialect.lines)
    func mark(wire: StreamDialect) {
        wire.expectAnswer(Array("\u{FEFF}".utf8) + wire.bytes(wire.answer()))
    }

    @Test("A byte-order mark elsewhere belongs to its line", arguments: StreamDialect.serverSentEvents)
    func markElsewhere(wire: StreamDialect) {
        let unread = "\u{FEFF}data: {\"error\":\"this is another field\"}"
        let answer = wire.answer()
        let lines = wire.lines(Array(answer.prefix(1))) + [unread, ""] + wire.lines(Array(answer.dropFirst()))
        wire.expectAnswer(lines.ended(by: "\n"))
    }

    @Test("Comments before, between and inside events", arguments: StreamDialect.serverSentEvents)
    func comments(wire: StreamDialect) {
        let lines = wire.lines(wire.answer()).flatMap { $0.isEmpty ? ["", ":", ""] : [": OPENROUTER PROCESSING", $0] }
        wire.expectAnswer(([":", ": keep-alive", ""] + lines).ended(by: "\n", "\r\n"))
    }

    @Test("data: without a space after it", arguments: StreamDialect.serverSentEvents)
    func noSpace(wire: StreamDialect) {
        wire.expectAnswer(
            wire.lines(wire.answer()).map { $0.replacing(": ", with: ":", maxReplacements: 1) }.ended(by: "\n")
        )
    }

    @Test("Of several spaces after data: one is the field's", arguments: StreamDialect.serverSentEvents)
    func moreSpaces(wire: StreamDialect) {
        wire.expectAnswer(wire.lines(wire.answer()).map { $0.replacing("data: ", with: "data:   ") }.ended(by: "\n"))
    }

    @Test("Several data: lines are one text with line ends", arguments: StreamDialect.serverSentEvents)
    func severalDataLines(wire: StreamDialect) {
        let lines = wire.lines(wire.answer()).flatMap { line in
            line.replacing(",\"", with: ",\n\"").split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset == 0 ? String($0.element) : "data: " + $0.element }
        }
        #expect(lines.count > wire.lines(wire.answer()).count)
        wire.expectAnswer(lines.ended(by: "\n", "\r"))
    }

    @Test("event: is not needed", arguments: StreamDialect.serverSentEvents)
    func noNames(wire: StreamDialect) {
        wire.expectAnswer(wire.lines(wire.answer()).filter { !$0.hasPrefix("event:") }.ended(by: "\n"))
    }

    @Test(
        "event: after the data, twice, or with another name: the data counts",
        arguments: StreamDialect.serverSentEvents
    )
    func otherNames(wire: StreamDialect) {
        let lines = wire.lines(wire.answer()).filter { !$0.hasPrefix("event:") }
        let named = lines.flatMap { $0.isEmpty ? ["event", "event: first", "event: message", ""] : [$0] }
        wire.expectAnswer(named.ended(by: "\n"))
    }

    @Test("id:, retry: and fields that nobody knows are passed over", arguments: StreamDialect.serverSentEvents)
    func otherFields(wire: StreamDialect) {
        let others = [
            "id: 7", "id", "retry: 10", "retry: 99999999999999999999", "retry: soon", "data-x: {", " data: {", "x",
        ]
        let lines = wire.lines(wire.answer()).flatMap { $0.isEmpty ? [""] : others + [$0] }
        wire.expectAnswer((others + [""] + lines).ended(by: "\n"))
    }

    @Test("Events without data, and with empty data, are passed over", arguments: StreamDialect.serverSentEvents)
    func emptyData(wire: StreamDialect) {
        let empty = ["event: ping", "", "data:", "", "data", "", "event: x", "data: ", ""]
        let lines = empty + wire.lines(wire.opening) + empty + wire.lines(wire.rest)
        wire.expectAnswer(lines.ended(by: "\n"))
    }

    @Test("Events of kinds that nobody knows are passed over", arguments: StreamDialect.all)
    func unknownEvents(wire: StreamDialect) {
        let unknown = StreamFrame(name: "something_new", data: #"{"type":"something_new","x":[1,{"y":null}]}"#)
        wire.expectAnswer(wire.bytes([unknown] + wire.opening + [unknown] + wire.rest))
    }
}

extension StreamDialect {
    /// What comes after the opening.
    fileprivate var rest: [StreamFrame] { Array(answer().dropFirst(opening.count)) }
}
