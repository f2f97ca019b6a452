/// Takes log lines.
///
/// A sink is called on whatever thread a line comes from, the I/O thread among them, by one thread at a time. It must
/// neither block nor call the library; lines that it causes itself are dropped. In a forked child it stays in place.
public protocol LogSink: AnyObject, Sendable {
    func write(_ line: LogLine)
}

/// A line on its way to a sink: a JSON object without a line end.
public struct LogLine {
    public let level: LogLevel
    /// UTF-8, followed by a NUL that is not counted; valid until the sink returns.
    public let bytes: UnsafeRawBufferPointer

    init(level: LogLevel, bytes: UnsafeRawBufferPointer) {
        self.level = level
        self.bytes = bytes
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends the line. `dropped`: how many before it the sink had no room for; the line says so, unless it is 0.
    public func append(to buffer: ByteBuffer, dropped: Int) {
        guard dropped > 0 else { return buffer.append(bytes) }
        buffer.append(UnsafeRawBufferPointer(rebasing: bytes.dropLast()))
        buffer.append(",\"dropped\":")
        buffer.append(String(dropped))
        buffer.append("}")
    }
}
