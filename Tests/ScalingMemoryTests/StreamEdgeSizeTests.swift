import Testing

@testable import ScalingMemory

/// Each test is a row of the table in docs/STREAMS.md, and each of its arguments a wire.
@Suite("Edge cases of streams: how large they are")
struct StreamEdgeSizeTests {
    /// Ten megabytes, as an image in base64 is.
    private static let large = String(repeating: "iVBORw0KGgo/", count: 10_000_000 / 12)

    @Test("An event of ten megabytes passes, and so do those after it", arguments: StreamDialect.all)
    func image(wire: StreamDialect) {
        let texts = StreamDialect.texts
        let answer = wire.answer(texts)
        let begun = wire.begun(["Hel"]).count
        let frames = answer[..<begun] + wire.image(Self.large) + answer[begun...]
        let stream = wire.bytes(Array(frames))
        #expect(stream.count > 9_900_000)
        let cuts = Array(Swift.stride(from: 16 * 1024, to: stream.count, by: 16 * 1024))
        wire.expectAnswer(of: wire.read(stream, cutAt: cuts), "in pieces of 16 KB")
    }

    @Test("Text of a megabyte in one event is delivered whole", arguments: StreamDialect.all)
    func text(wire: StreamDialect) {
        let texts = ["a", String(Self.large.prefix(1_000_000)), "b"]
        let stream = wire.bytes(wire.answer(texts))
        wire.expectAnswer(of: wire.read(stream, cutAt: [stream.count / 2]), texts: texts, "in two pieces")
    }

    @Test(
        "An event above max_event_bytes ends the call, with what had come; one of that size passes",
        arguments: StreamDialect.all
    )
    func bound(wire: StreamDialect) {
        let texts = ["Hel", "lo, " + String(repeating: "x", count: 2000), "b"]
        let stream = wire.bytes(wire.answer(texts))
        var limits = ResponseReader.Limits()
        for size in [1, 100, stream.count] {
            let cuts = Array(Swift.stride(from: size, to: stream.count, by: size))
            limits.eventBytes = wire.textFrame(texts[1]).data.utf8.count
            wire.expectAnswer(of: wire.read(stream, cutAt: cuts, limits: limits), texts: texts, "pieces of \(size)")
            limits.eventBytes -= 1
            let refused = wire.read(stream, cutAt: cuts, limits: limits)
            wire.expectFailure(of: refused, .tooLarge, after: ["Hel"], "pieces of \(size)")
            #expect(refused.error?.message.contains("max_event_bytes") == true)
            #expect(refused.decision == .abort)
        }
    }

    @Test("A stream above max_response_bytes ends the call, with what had come", arguments: StreamDialect.all)
    func whole(wire: StreamDialect) {
        let begun = wire.bytes(wire.begun())
        var limits = ResponseReader.Limits()
        limits.responseBytes = begun.count
        let reading = wire.read(begun + wire.bytes([wire.textFrame("more")]), cutAt: [begun.count], limits: limits)
        wire.expectFailure(of: reading, .tooLarge)
        #expect(reading.error?.message.contains("max_response_bytes") == true)
    }

    // MARK: Linear time, counted in bytes

    @Test(
        "Cutting into events takes work linear in the bytes, however they are cut",
        arguments: StreamDialect.serverSentEvents
    )
    func linearWork(wire: StreamDialect) throws {
        let long = String(repeating: "x", count: 50_000)
        let small = (0..<150).map { "piece \($0)" }
        for ends in [["\n"], ["\r\n"], ["\r"], ["\n", "\r", "\r\n"]] {
            let stream = wire.lines(wire.answer(small + [long] + small)).ended(by: ends)
            for size in [1, 7, 1000, 16 * 1024, stream.count] {
                let work = try Self.work(on: stream, size: size)
                #expect(work.searched <= 2 * stream.count, "\(ends) in pieces of \(size)")
                #expect(work.copied <= 2 * stream.count, "\(ends) in pieces of \(size)")
            }
            // Whole in its piece nothing is copied.
            #expect(try Self.work(on: stream, size: stream.count).copied == 0)
        }
    }

    private static func work(on stream: [UInt8], size: Int) throws -> (searched: Int, copied: Int) {
        var parser = SSEParser(maximumEventBytes: 1 << 20)
        var count = 0
        for start in Swift.stride(from: 0, to: stream.count, by: size) {
            try stream[start..<min(start + size, stream.count)].withUnsafeBytes { piece in
                try parser.feed(piece) { _ in
                    count += 1
                    return true
                }
            }
        }
        #expect(count > 300)
        return parser.work
    }

    @Test("An event after a long one costs what it cost before it", arguments: StreamDialect.serverSentEvents)
    func sameWork(wire: StreamDialect) throws {
        let small = wire.bytes((0..<50).map { _ in wire.textFrame("some words") })
        let long = wire.bytes([wire.textFrame(String(repeating: "x", count: 200_000))])
        var parser = SSEParser(maximumEventBytes: 1 << 21)
        func work(on stream: [UInt8], size: Int) throws -> [Int] {
            let before = parser.work
            for start in Swift.stride(from: 0, to: stream.count, by: size) {
                try stream[start..<min(start + size, stream.count)].withUnsafeBytes {
                    try parser.feed($0) { _ in true }
                }
            }
            return [parser.work.searched - before.searched, parser.work.copied - before.copied]
        }
        for size in [1, 10, 100, small.count] {
            let first = try work(on: small, size: size)
            _ = try work(on: long, size: 4096)
            #expect(try work(on: small, size: size) == first, "in pieces of \(size)")
        }
    }

    @Test(
        "An event that is whole in its piece is read where it is, also after a long one",
        arguments: StreamDialect.all
    )
    func inPlace(wire: StreamDialect) throws {
        let small = wire.bytes((0..<50).map { _ in wire.textFrame("some words") })
        let long = wire.bytes([wire.textFrame(String(repeating: "x", count: 200_000))])
        var parser = FrameParser(wire.adapter.framing, maximumEventBytes: 1 << 21)
        for _ in 0..<2 {
            var inPlace = 0
            try small.withUnsafeBytes { piece in
                try parser.feed(piece) { event in
                    let (start, end) = (event.data.baseAddress, event.data.baseAddress.map { $0 + event.data.count })
                    if let start, let end, let first = piece.baseAddress, first <= start, end <= first + piece.count {
                        inPlace += 1
                    }
                    return true
                }
            }
            #expect(inPlace == 50)
            for half in [long.prefix(1000), long.dropFirst(1000)] {
                try half.withUnsafeBytes { try parser.feed($0) { _ in true } }
            }
        }
    }
}
