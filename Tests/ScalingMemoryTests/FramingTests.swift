import Testing

@testable import ScalingMemory

@Suite("Streams cut into events, in every framing")
struct FramingTests {
    struct Event: Equatable {
        var name = ""
        var data: String
        var isTerminated = true
        var isException = false
    }

    /// The events of a body in pieces that `cuts` end.
    static func events(
        of body: [UInt8],
        _ framing: StreamFraming,
        cutAt cuts: [Int] = [],
        bound: Int = 1000
    ) throws(FramingError) -> [Event] {
        var parser = FrameParser(framing, maximumEventBytes: bound)
        var events: [Event] = []
        func take(_ event: WireEvent) -> Bool {
            events.append(
                Event(
                    name: String(decoding: event.name, as: UTF8.self),
                    data: String(decoding: event.data, as: UTF8.self),
                    isTerminated: event.isTerminated,
                    isException: event.isException
                )
            )
            return true
        }
        var start = 0
        for end in cuts + [body.count] {
            let piece = Array(body[start..<end])
            try piece.withUnsafeBufferPointer { (bytes) throws(FramingError) in
                try parser.feed(UnsafeRawBufferPointer(bytes), take)
            }
            start = end
        }
        try parser.finish(take)
        return events
    }

    private static let lines = "\u{FEFF}{\"a\":\"ü€😀\"}\n\r\n  \n{\"b\":2}\r\n{\"c\":\n{\"d\":4}"
    private static let serverSentEvents = ": hello\r\nevent: x\ndata: ü\r\ndata:€\n\ndata: 😀\r\rid: 1\n\ndata: end"

    static let messages: [UInt8] =
        AWSMessage(type: "event", name: "messageStart", payload: #"{"role":"assistant"}"#).bytes
        + AWSMessage(type: "event", name: "contentBlockDelta", payload: #"{"delta":{"text":"ü€😀"}}"#).bytes
        + AWSMessage(type: "exception", name: "throttlingException", payload: #"{"message":"slow"}"#).bytes
        + AWSMessage(type: "error", name: "internal", payload: "").bytes

    @Test("Wherever a stream is cut, and in pieces of every size, the events are the same")
    func everySplit() throws {
        let bodies: [(StreamFraming, [UInt8])] = [
            (.serverSentEvents, Array(Self.serverSentEvents.utf8)),
            (.newlineDelimitedJSON, Array(Self.lines.utf8)),
            (.awsEventStream, Self.messages),
        ]
        for (framing, body) in bodies {
            let whole = try Self.events(of: body, framing)
            #expect(whole.count >= 3)
            for size in 1...body.count {
                let cuts = Array(Swift.stride(from: size, to: body.count, by: size))
                #expect(try Self.events(of: body, framing, cutAt: cuts) == whole, "\(framing) in pieces of \(size)")
            }
            for first in 0...body.count {
                for second in first...min(first + 20, body.count) {
                    let read = try Self.events(of: body, framing, cutAt: [first, second])
                    #expect(read == whole, "\(framing) cut at \(first) and \(second)")
                }
            }
        }
    }

    @Test("Newline-delimited JSON: LF and CRLF, blank lines, a mark, a last line without its end")
    func newlines() throws {
        #expect(
            try Self.events(of: Array(Self.lines.utf8), .newlineDelimitedJSON) == [
                Event(data: #"{"a":"ü€😀"}"#), Event(data: #"{"b":2}"#), Event(data: #"{"c":"#),
                Event(data: #"{"d":4}"#, isTerminated: false),
            ]
        )
        #expect(try Self.events(of: [], .newlineDelimitedJSON).isEmpty)
    }

    @Test("AWS messages: events by their type, exceptions and errors as such, kinds that are not known passed over")
    func messages() throws {
        let unknown = AWSMessage(type: "later", name: "x", payload: "{}").bytes
        #expect(
            try Self.events(of: unknown + Self.messages, .awsEventStream) == [
                Event(name: "messageStart", data: #"{"role":"assistant"}"#),
                Event(name: "contentBlockDelta", data: #"{"delta":{"text":"ü€😀"}}"#),
                Event(name: "throttlingException", data: #"{"message":"slow"}"#, isException: true),
                Event(name: "internal", data: "what went wrong", isException: true),
            ]
        )
        #expect(
            try Self.events(of: Array(Self.messages.dropLast()), .awsEventStream).count == 3,
            "a message that the end cut off is none"
        )
    }

    @Test("AWS headers of all ten types are read over")
    func headerTypes() throws {
        var message = AWSMessage(type: "event", name: "e", payload: "p")
        message.headers =
            [1, 97, 0, 1, 97, 1, 1, 97, 2, 5, 1, 97, 3, 0, 5, 1, 97, 4, 0, 0, 0, 5, 1, 97, 5, 0, 0, 0, 0, 0, 0, 0, 5]
            + [1, 97, 6, 0, 2, 5, 5, 1, 97, 7, 0, 1, 98, 1, 97, 8, 0, 0, 0, 0, 0, 0, 0, 5, 1, 97, 9]
            + [UInt8](repeating: 7, count: 16) + message.headers
        #expect(try Self.events(of: message.bytes, .awsEventStream) == [Event(name: "e", data: "p")])
    }

    @Test("The format's own example of an empty message, and the checksum's")
    func vectors() throws {
        let empty: [UInt8] = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF]
        #expect(try Self.events(of: empty, .awsEventStream).isEmpty)
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
    }

    @Test("One bit that is wrong anywhere in a message is found")
    func corruption() {
        let good = AWSMessage(type: "event", name: "e", payload: "payload").bytes
        for index in good.indices {
            var bad = good
            bad[index] ^= 0x10
            for cuts in [[], Array(1..<good.count)] {
                let read = Result { () throws(FramingError) in try Self.events(of: bad, .awsEventStream, cutAt: cuts) }
                guard case .failure(.malformed) = read else {
                    Issue.record("byte \(index): \(read)")
                    continue
                }
            }
        }
    }

    @Test("Lengths that cannot be, and headers that are cut off or of no known type, are refused")
    func impossibleMessages() {
        var tooManyHeaders = AWSMessage(type: "event", name: "e", payload: "")
        tooManyHeaders.headersLength = 500
        var tooShort = AWSMessage(type: "event", name: "e", payload: "")
        tooShort.totalLength = 15
        var tooMuch = AWSMessage(type: "event", name: "e", payload: "")
        tooMuch.totalLength = .max
        tooMuch.headersLength = 128 * 1024 + 1
        var bodies = [tooManyHeaders.bytes, tooShort.bytes, tooMuch.bytes]
        let headers: [[UInt8]] = [
            [0], [5, 97], [1, 97], [1, 97, 4, 0], [1, 97, 7, 0, 9, 98], [1, 97, 10], [0, 0],
        ]
        for bytes in headers {
            var message = AWSMessage(type: "event", name: "e", payload: "")
            message.headers = bytes
            bodies.append(message.bytes)
        }
        for body in bodies {
            let read = Result { () throws(FramingError) in try Self.events(of: body, .awsEventStream) }
            guard case .failure(.malformed) = read else {
                Issue.record("\(body): \(read)")
                continue
            }
        }
    }

    @Test("An event above the bound is refused and one of the bound's size passes, wherever it is cut")
    func bounds() throws {
        let text = String(repeating: "x", count: 50)
        let bodies: [(StreamFraming, [UInt8])] = [
            (.serverSentEvents, Array("\u{FEFF}data: \(text)\n\n".utf8)),
            (.serverSentEvents, Array("data: \(text)".utf8)),
            (.newlineDelimitedJSON, Array("\u{FEFF}\(text)\r\n".utf8)), (.newlineDelimitedJSON, Array(text.utf8)),
            (.awsEventStream, AWSMessage(type: "event", name: "e", payload: text).bytes),
        ]
        for (framing, body) in bodies {
            for size in 1...body.count {
                let cuts = Array(Swift.stride(from: size, to: body.count, by: size))
                #expect(try Self.events(of: body, framing, cutAt: cuts, bound: 50).count == 1)
                #expect(throws: FramingError.tooLarge) {
                    try Self.events(of: body, framing, cutAt: cuts, bound: 49)
                }
            }
        }
    }

    @Test("What the end cuts off is handed over once, however often the stream is finished")
    func finishingTwice() throws {
        for (framing, body) in [(.serverSentEvents, "data: a\n\ndata: b"), (.newlineDelimitedJSON, "a\nb")]
            as [(StreamFraming, String)]
        {
            var parser = FrameParser(framing, maximumEventBytes: 1000)
            var count = 0
            func take(_ event: WireEvent) -> Bool {
                count += 1
                return true
            }
            try Array(body.utf8).withUnsafeBytes { try parser.feed($0, take) }
            for _ in 0..<3 { try parser.finish(take) }
            #expect(count == 2, "\(framing)")
        }
    }

    @Test("Nothing is read after the receiver has had enough")
    func stopping() throws {
        let bodies: [(StreamFraming, [UInt8])] = [
            (.serverSentEvents, Array("data: a\n\ndata: b\n\n".utf8)), (.newlineDelimitedJSON, Array("a\nb\nc".utf8)),
            (.awsEventStream, Self.messages),
        ]
        for (framing, body) in bodies {
            var parser = FrameParser(framing, maximumEventBytes: 1000)
            var count = 0
            func take(_ event: WireEvent) -> Bool {
                count += 1
                return false
            }
            for _ in 0..<2 { try body.withUnsafeBytes { try parser.feed($0, take) } }
            try parser.finish(take)
            #expect(count == 1, "\(framing)")
        }
    }
}

/// Writes a message of AWS's event stream, rightly or, where a length is set, wrongly.
struct AWSMessage {
    var headers: [UInt8]
    var payload: [UInt8]
    var headersLength: UInt32?
    var totalLength: UInt32?

    init(type: String, name: String, payload: String) {
        let nameHeader = ["event": ":event-type", "exception": ":exception-type", "error": ":error-code"][type]
        headers =
            Self.header(":message-type", type) + Self.header(nameHeader ?? ":x", name)
            + Self.header(":content-type", "application/json")
        if type == "error" { headers += Self.header(":error-message", "what went wrong") }
        self.payload = Array(payload.utf8)
    }

    private static func header(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [7, UInt8(value.utf8.count >> 8), UInt8(value.utf8.count & 0xFF)]
            + Array(value.utf8)
    }

    var bytes: [UInt8] {
        var bytes = Self.number(totalLength ?? UInt32(headers.count + payload.count + 16))
        bytes += Self.number(headersLength ?? UInt32(headers.count))
        bytes += Self.number(Self.checksum(bytes))
        bytes += headers + payload
        return bytes + Self.number(Self.checksum(bytes))
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// Bit by bit, as the standard defines it: an opinion of its own.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = (remainder ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
                remainder = remainder >> 1 ^ (isSet ? 0xEDB8_8320 : 0)
            }
        }
        return ~remainder
    }
}
