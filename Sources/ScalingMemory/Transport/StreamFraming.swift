/// How a wire cuts the body of a stream into events.
public enum StreamFraming: Sendable {
    /// `text/event-stream`: see `SSEParser`.
    case serverSentEvents
    /// `application/x-ndjson`: see `NDJSONParser`.
    case newlineDelimitedJSON
    /// `application/vnd.amazon.eventstream`: see `AWSEventStreamParser`.
    case awsEventStream
}

/// Why a stream cannot be cut into events.
package enum FramingError: Error, Equatable {
    /// An event has more bytes than the bound.
    case tooLarge
    /// The bytes are not what the framing allows; the text says why.
    case malformed(String)
}

/// The parser of a framing. Each takes pieces cut anywhere, in time linear in their length, and holds no more than one
/// event.
package enum FrameParser {
    case serverSentEvents(SSEParser)
    case newlineDelimitedJSON(NDJSONParser)
    case awsEventStream(AWSEventStreamParser)

    package init(_ framing: StreamFraming, maximumEventBytes: Int) {
        switch framing {
        case .serverSentEvents: self = .serverSentEvents(SSEParser(maximumEventBytes: maximumEventBytes))
        case .newlineDelimitedJSON: self = .newlineDelimitedJSON(NDJSONParser(maximumEventBytes: maximumEventBytes))
        case .awsEventStream: self = .awsEventStream(AWSEventStreamParser(maximumEventBytes: maximumEventBytes))
        }
    }

    /// Takes a piece and hands over the events that it completes. When `deliver` returns false, the rest of the stream is
    /// passed over.
    package mutating func feed(
        _ piece: UnsafeRawBufferPointer,
        _ deliver: (WireEvent) -> Bool
    ) throws(FramingError) {
        // Taken out of the enum while it works, so that its buffers are not copied.
        switch consume self {
        case .serverSentEvents(var parser):
            defer { self = .serverSentEvents(parser) }
            try parser.feed(piece, deliver)
        case .newlineDelimitedJSON(var parser):
            defer { self = .newlineDelimitedJSON(parser) }
            try parser.feed(piece, deliver)
        case .awsEventStream(var parser):
            defer { self = .awsEventStream(parser) }
            try parser.feed(piece, deliver)
        }
    }

    /// The stream has ended: what is left of it is handed over, once, as an event that is not terminated, if it may be whole.
    package mutating func finish(_ deliver: (WireEvent) -> Bool) throws(FramingError) {
        switch consume self {
        case .serverSentEvents(var parser):
            defer { self = .serverSentEvents(parser) }
            try parser.finish(deliver)
        case .newlineDelimitedJSON(var parser):
            defer { self = .newlineDelimitedJSON(parser) }
            try parser.finish(deliver)
        case .awsEventStream(let parser):
            self = .awsEventStream(parser)
        }
    }
}

extension [UInt8] {
    /// Forgets the content and keeps the memory, unless it is so much that one long event must have needed it.
    mutating func empty() {
        // Which it mostly is; and forgetting nothing takes as long as forgetting something.
        if isEmpty { return }
        removeAll(keepingCapacity: capacity <= 64 * 1024)
    }
}
