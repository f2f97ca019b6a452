/// One text's vector.
///
/// Numbers that came as JSON are kept as the text they were and read when they are asked for: most are only handed on.
public struct EmbeddingVector: Sendable {
    private enum Storage: Sendable {
        case text(ByteBuffer, Range<Int>)
        case floats([Float])
    }

    private let storage: Storage
    /// How many numbers it has.
    public let count: Int

    /// `range`: where `count` numbers stand in a JSON text, without brackets.
    init(_ text: ByteBuffer, _ range: Range<Int>, count: Int) {
        storage = .text(text, range)
        self.count = count
    }

    init(_ floats: [Float]) {
        storage = .floats(floats)
        count = floats.count
    }

    /// Reads base64 of little-endian 32-bit numbers; nil for anything else.
    init?(base64: UnsafeRawBufferPointer) {
        guard let bytes = Base64.decode(base64), bytes.count % 4 == 0 else { return nil }
        self.init(
            stride(from: 0, to: bytes.count, by: 4).map { start in
                let pattern = bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                return Float(bitPattern: pattern)
            }
        )
    }

    public var values: [Double] {
        switch storage {
        case .floats(let floats): floats.map(Double.init)
        case .text(let text, let range):
            text.bytes[range].split(separator: UInt8(ascii: ",")).map { number in
                let digits = number.filter { !JSONNumberArrays.isSpace($0) }
                return Double(String(decoding: digits, as: UTF8.self)) ?? .nan
            }
        }
    }

    /// Writes an array of the numbers, each as it came or in the shortest text that reads back as the same.
    package func write(to writer: inout JSONWriter) {
        writer.array { writer in
            switch storage {
            case .floats(let floats): for float in floats { writer.value(float) }
            case .text(let text, let range):
                Self.copy(UnsafeRawBufferPointer(rebasing: text.bytes[range]), to: writer.buffer)
            }
        }
    }

    /// Copies the numbers and the commas, without spaces and line ends.
    private static func copy(_ text: UnsafeRawBufferPointer, to buffer: ByteBuffer) {
        var start = 0
        while let end = text[start...].firstIndex(where: JSONNumberArrays.isSpace) {
            if end > start { buffer.append(UnsafeRawBufferPointer(rebasing: text[start..<end])) }
            start = end + 1
        }
        buffer.append(UnsafeRawBufferPointer(rebasing: text[start...]))
    }
}
