/// Cuts AWS's binary event stream into its messages.
/// https://smithy.io/2.0/aws/amazon-eventstream.html
///
/// A message is its length, the length of its headers and a checksum of these two (the prelude, 12 bytes), headers, a
/// payload, and a checksum of all before it. Takes pieces cut anywhere, and time linear in their length: a message that is
/// whole in its piece is never copied.
package struct AWSEventStreamParser {
    private let maximumEventBytes: Int
    /// The beginning of a message whose end has not come yet.
    private var messageStart: [UInt8] = []
    /// Its length, once its prelude has come and was found good.
    private var expectedLength: Int?
    private var hasStopped = false

    static let preludeBytes = 12
    /// The prelude and the last checksum.
    static let overheadBytes = 16
    /// As the format has it.
    static let maximumHeaderBytes = 128 * 1024

    package init(maximumEventBytes: Int) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// See `FrameParser.feed`.
    package mutating func feed(
        _ piece: UnsafeRawBufferPointer,
        _ deliver: (WireEvent) -> Bool
    ) throws(FramingError) {
        var rest = piece[...]
        while !hasStopped, !rest.isEmpty {
            if messageStart.isEmpty, let length = try length(of: rest), rest.count >= length {
                try take(UnsafeRawBufferPointer(rebasing: rest.prefix(length)), deliver)
                rest = rest.dropFirst(length)
                continue
            }
            let missing = (expectedLength ?? Self.preludeBytes) - messageStart.count
            messageStart.append(contentsOf: rest.prefix(missing))
            rest = rest.dropFirst(missing)
            if expectedLength == nil {
                expectedLength = try messageStart.withUnsafeBufferPointer { (bytes) throws(FramingError) in
                    try length(of: UnsafeRawBufferPointer(bytes)[...])
                }
            }
            if messageStart.count == expectedLength { try takeMessageStart(deliver) }
        }
    }

    private mutating func takeMessageStart(_ deliver: (WireEvent) -> Bool) throws(FramingError) {
        var whole: [UInt8] = []
        swap(&whole, &messageStart)
        expectedLength = nil
        try whole.withUnsafeBufferPointer { (bytes) throws(FramingError) in
            try take(UnsafeRawBufferPointer(bytes), deliver)
        }
        swap(&whole, &messageStart)
        messageStart.empty()
    }

    /// The length of the message that begins here; nil while its prelude is not whole.
    private func length(of bytes: Slice<UnsafeRawBufferPointer>) throws(FramingError) -> Int? {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        guard bytes.count >= Self.preludeBytes else { return nil }
        let total = Int(bytes.bigEndian(at: 0, as: UInt32.self))
        let headers = Int(bytes.bigEndian(at: 4, as: UInt32.self))
        guard CRC32.checksum(bytes.prefix(8)) == bytes.bigEndian(at: 8, as: UInt32.self) else {
            throw .malformed("the checksum of a message's prelude is wrong")
        }
        guard total >= Self.overheadBytes, headers <= total - Self.overheadBytes,
            headers <= Self.maximumHeaderBytes
        else { throw .malformed("a message of \(total) bytes with \(headers) bytes of headers cannot be") }
        if total - headers - Self.overheadBytes > maximumEventBytes { throw .tooLarge }
        return total
    }

    private mutating func take(
        _ message: UnsafeRawBufferPointer,
        _ deliver: (WireEvent) -> Bool
    ) throws(FramingError) {
        let end = message.count - 4
        guard CRC32.checksum(message.prefix(end)) == message.bigEndian(at: end, as: UInt32.self) else {
            throw .malformed("the checksum of a message is wrong")
        }
        let headersEnd = Self.preludeBytes + Int(message.bigEndian(at: 4, as: UInt32.self))
        let headers = try AWSEventHeaders(UnsafeRawBufferPointer(rebasing: message[Self.preludeBytes..<headersEnd]))
        let payload = UnsafeRawBufferPointer(rebasing: message[headersEnd..<end])
        if let event = headers.event(payload), !deliver(event) { hasStopped = true }
    }
}

/// The headers of a message that say what it is; the others are passed over.
private struct AWSEventHeaders {
    private var messageType = UnsafeRawBufferPointer.none
    private var eventType = UnsafeRawBufferPointer.none
    private var exceptionType = UnsafeRawBufferPointer.none
    private var errorCode = UnsafeRawBufferPointer.none
    private var errorMessage = UnsafeRawBufferPointer.none

    init(_ bytes: UnsafeRawBufferPointer) throws(FramingError) {
        var position = 0
        func take(_ count: Int) throws(FramingError) -> UnsafeRawBufferPointer {
            guard count <= bytes.count - position else { throw .malformed("a message's header is cut off") }
            defer { position += count }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
        }
        while position < bytes.count {
            let name = try take(Int(take(1)[0]))
            if name.isEmpty { throw .malformed("a message's header has no name") }
            switch try take(1)[0] {
            case 0, 1: break  // true and false
            case 2: _ = try take(1)
            case 3: _ = try take(2)
            case 4: _ = try take(4)
            case 5, 8: _ = try take(8)  // a long, a time
            case 6: _ = try take(Int(take(2).bigEndian(at: 0, as: UInt16.self)))
            case 7: set(name, try take(Int(take(2).bigEndian(at: 0, as: UInt16.self))))
            case 9: _ = try take(16)  // a UUID
            case let type: throw .malformed("a message's header is of type \(type)")
            }
        }
    }

    private mutating func set(_ name: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer) {
        if name.elementsEqual(":message-type".utf8) {
            messageType = text
        } else if name.elementsEqual(":event-type".utf8) {
            eventType = text
        } else if name.elementsEqual(":exception-type".utf8) {
            exceptionType = text
        } else if name.elementsEqual(":error-code".utf8) {
            errorCode = text
        } else if name.elementsEqual(":error-message".utf8) {
            errorMessage = text
        }
    }

    /// nil for a kind of message that is not known.
    func event(_ payload: UnsafeRawBufferPointer) -> WireEvent? {
        if messageType.elementsEqual("event".utf8) {
            WireEvent(name: eventType, data: payload, isTerminated: true)
        } else if messageType.elementsEqual("exception".utf8) {
            WireEvent(name: exceptionType, data: payload, isTerminated: true, isException: true)
        } else if messageType.elementsEqual("error".utf8) {
            WireEvent(name: errorCode, data: errorMessage, isTerminated: true, isException: true)
        } else {
            nil
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate static var none: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// A number in network byte order; 0 where it would reach past the end.
    fileprivate func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Number.Type) -> Number {
        guard offset >= 0, count - offset >= MemoryLayout<Number>.size else { return 0 }
        return Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
