import Testing

@testable import ScalingMemory

@Suite("Event streams, as the HTML standard says")
struct SSEParserTests {
    private struct Event: Equatable {
        var name = ""
        var data: String
        var isTerminated = true
    }

    /// The events of `stream`, fed in pieces of `size` bytes.
    private func events(of stream: String, size: Int, bound: Int = 1000) throws -> [Event] {
        var parser = SSEParser(maximumEventBytes: bound)
        var events: [Event] = []
        func take(_ event: WireEvent) -> Bool {
            events.append(
                Event(
                    name: String(decoding: event.name, as: UTF8.self),
                    data: String(decoding: event.data, as: UTF8.self),
                    isTerminated: event.isTerminated
                )
            )
            return true
        }
        let bytes = Array(stream.utf8)
        for start in Swift.stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            try piece.withUnsafeBytes { try parser.feed($0, take) }
        }
        try parser.finish(take)
        return events
    }

    @Test(
        "Line ends, marks, comments and fields, in pieces of every size",
        arguments: [
            ("data: a\n\ndata: b\n\n", ["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
            ("data: a\r\rdata: b\r\r", ["a", "b"]),
            ("data: a\r\n\ndata: b\n\r\n", ["a", "b"]),
            ("\u{FEFF}data: a\n\n", ["a"]),
            ("data:a\n\n", ["a"]),
            ("data:  a\n\n", [" a"]),
            ("data: a\ndata: b\ndata\n\n", ["a\nb\n"]),
            (": comment\n\nid: 1\nretry: 5\ndata: ü€😀\n\n", ["ü€😀"]),
            ("dataset: x\n\ndata: a\n\n", ["a"]),
        ]
    )
    func readsAlike(stream: String, expected: [String]) throws {
        for size in 1...stream.utf8.count {
            #expect(try events(of: stream, size: size).map(\.data) == expected, "in pieces of \(size)")
        }
    }

    @Test("The event field names an event, and only that one")
    func names() throws {
        let stream = "event: first\ndata: a\n\ndata: b\n\n"
        #expect(try events(of: stream, size: 3) == [Event(name: "first", data: "a"), Event(data: "b")])
    }

    @Test("What the end cuts off is handed over as not terminated")
    func unterminated() throws {
        for size in 1...20 {
            let read = try events(of: "data: a\n\ndata: b", size: size)
            #expect(read == [Event(data: "a"), Event(data: "b", isTerminated: false)])
        }
    }

    @Test("An event above the bound is refused, one of the bound's size passes")
    func bound() throws {
        let text = String(repeating: "x", count: 50)
        for size in 1...60 {
            #expect(try events(of: "data: \(text)\n\n", size: size, bound: 50).count == 1)
            #expect(throws: FramingError.tooLarge) { try events(of: "data: \(text)\n\n", size: size, bound: 49) }
        }
    }
}
