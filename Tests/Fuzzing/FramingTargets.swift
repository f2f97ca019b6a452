@testable import ScalingMemory

/// The parsers that cut streams into events.
enum FramingTargets {
    static let all = [
        FuzzTarget("sse") { try check($0, .serverSentEvents) },
        FuzzTarget("ndjson") { try check($0, .newlineDelimitedJSON) },
        // A checksum is a wall that chance does not climb: most inputs are given right ones first.
        FuzzTarget("aws") { input in
            guard let first = input.first, first != 0xFF else { return try check(input, .awsEventStream) }
            try AWSFrames.sealed(input).withUnsafeBytes { try check($0, .awsEventStream) }
        },
    ]

    private struct Event: Equatable {
        var name: [UInt8]
        var data: [UInt8]
        var isTerminated: Bool
        var isException: Bool
    }

    private struct Reading: Equatable {
        var events: [Event] = []
        var error: FramingError?
    }

    private static func check(_ input: UnsafeRawBufferPointer, _ framing: StreamFraming) throws {
        for bound in [64, 1 << 20] {
            let whole = try read(input, framing, Pieces.whole(input), bound)
            for event in whole.events {
                try require(event.data.count <= bound, "an event of \(event.data.count) bytes, above \(bound)")
            }
            for (how, pieces) in Pieces.all(input).dropFirst() {
                let cut = try read(input, framing, pieces, bound)
                try require(whole.error == cut.error, "\(how): \(String(describing: cut.error)), not as the whole")
                // An error stands in the way of what the same piece holds before it.
                let count = whole.error == nil ? max(whole.events.count, cut.events.count) : cut.events.count
                let isSame = whole.events.prefix(count) == cut.events.prefix(whole.events.count)
                try require(isSame, "\(how): \(cut.events), and of the whole \(whole.events)")
            }
        }
        try checkStopping(input, framing)
    }

    private static func read(
        _ input: UnsafeRawBufferPointer,
        _ framing: StreamFraming,
        _ pieces: Pieces,
        _ bound: Int
    ) throws -> Reading {
        var parser = FrameParser(framing, maximumEventBytes: bound)
        var reading = Reading()
        func take(_ event: WireEvent) -> Bool {
            reading.events.append(
                Event(
                    name: Array(event.name),
                    data: Array(event.data),
                    isTerminated: event.isTerminated,
                    isException: event.isException
                )
            )
            return true
        }
        do throws(FramingError) {
            try pieces.forEach(of: input) { (piece) throws(FramingError) in
                try parser.feed(piece, take)
                return true
            }
            try parser.finish(take)
        } catch {
            reading.error = error
            return reading
        }
        let count = reading.events.count
        try? parser.finish(take)
        try require(reading.events.count == count, "what was finished twice gave another event")
        return reading
    }

    /// After the receiver has had enough nothing more is handed over.
    private static func checkStopping(_ input: UnsafeRawBufferPointer, _ framing: StreamFraming) throws {
        var parser = FrameParser(framing, maximumEventBytes: 1 << 20)
        var count = 0
        func take(_ event: WireEvent) -> Bool {
            count += 1
            return false
        }
        try? Pieces.random(input).forEach(of: input) { (piece) throws(FramingError) in
            try parser.feed(piece, take)
            return true
        }
        try? parser.finish(take)
        try require(count <= 1, "\(count) events after the receiver had had enough")
    }
}
