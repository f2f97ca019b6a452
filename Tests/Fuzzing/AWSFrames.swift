@testable import ScalingMemory

/// Messages of AWS's event stream, made of what has no checksums or wrong ones.
enum AWSFrames {
    /// The input with right checksums in every message, as far as the lengths that it gives are possible.
    static func sealed(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes = Array(input)
        var start = 0
        while bytes.count - start >= AWSEventStreamParser.overheadBytes {
            let total = Int(number(bytes[start..<start + 4]))
            replace(in: &bytes, at: start + 8, with: CRC32.checksum(bytes[start..<start + 8]))
            guard total >= AWSEventStreamParser.overheadBytes, total <= bytes.count - start else { break }
            replace(in: &bytes, at: start + total - 4, with: CRC32.checksum(bytes[start..<start + total - 4]))
            start += total
        }
        return bytes
    }

    /// A message for each line: "messageStart {…}" is an event of that name, "!throttlingException {…}" an exception.
    static func messages(ofLines input: UnsafeRawBufferPointer) -> [UInt8] {
        input.split(separator: UInt8(ascii: "\n")).flatMap { line in
            let isException = line.first == UInt8(ascii: "!")
            let words = line.dropFirst(isException ? 1 : 0).split(
                separator: UInt8(ascii: " "),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let type = header(":message-type", isException ? "exception".utf8 : "event".utf8)
            let name = header(isException ? ":exception-type" : ":event-type", words.first?.prefix(0xFFFF) ?? [])
            return message(headers: type + name, payload: words.count > 1 ? Array(words[1]) : [])
        }
    }

    private static func header(_ name: String, _ value: some Collection<UInt8>) -> [UInt8] {
        [UInt8(name.utf8.count)] + name.utf8 + [7] + bytes(UInt16(value.count)) + value
    }

    private static func message(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        var message = bytes(UInt32(headers.count + payload.count + AWSEventStreamParser.overheadBytes))
        message += bytes(UInt32(headers.count))
        message += bytes(CRC32.checksum(message))
        message += headers + payload
        return message + bytes(CRC32.checksum(message))
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func replace(in message: inout [UInt8], at place: Int, with number: UInt32) {
        message.replaceSubrange(place..<place + 4, with: bytes(number))
    }
}
