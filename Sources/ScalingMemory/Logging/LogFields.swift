#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Builds a log line: one JSON object, with the members that pino's readers know (https://getpino.io) and then those of
/// the event.
package struct LogFields {
    private var writer: JSONWriter
    private let redactor: Redactor

    /// Of a longer text the beginning is logged, and how many bytes it has.
    static let maximumTextBytes = 64 * 1024

    init(_ level: LogLevel, _ message: StaticString, _ redactor: Redactor) {
        self.redactor = redactor
        let buffer = ByteBuffer(reserving: 512)
        buffer.append("{")
        writer = JSONWriter(to: buffer)
        writer.member("level", Int(level.rawValue))
        writer.member("time", Self.unixMilliseconds)
        // Asked each time, and so right in a forked child.
        writer.member("pid", Int(getpid()))
        writer.member("hostname", Self.hostname)
        writer.member("name", "libllm")
        writer.member("msg", "\(message)")
    }

    /// The line, followed by a NUL that is not counted; nil where there was no memory. Valid as long as this is.
    func finish() -> UnsafeRawBufferPointer? {
        writer.buffer.append("}")
        writer.buffer.append(0)
        if writer.buffer.hasFailed { return nil }
        return UnsafeRawBufferPointer(rebasing: writer.buffer.bytes.dropLast())
    }

    private static var unixMilliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private static let hostname: String = {
        var name = [CChar](repeating: 0, count: 256)
        // One byte less: a name that is too long is not terminated.
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()

    // MARK: Members, left out where there is no value

    package mutating func field(_ key: StaticString, _ text: String?) {
        writer.member(key, text.map(redactor.redact))
    }

    package mutating func field(_ key: StaticString, _ number: Int?) {
        writer.member(key, number)
    }

    package mutating func field(_ key: StaticString, _ number: Double?) {
        writer.member(key, number)
    }

    package mutating func field(_ key: StaticString, _ bool: Bool?) {
        writer.member(key, bool)
    }

    package mutating func usage(_ usage: Usage) {
        writer.key("usage")
        usage.write(to: &writer)
    }

    /// What was asked or answered, of any length: for lines of level `trace` alone.
    package mutating func content(_ key: StaticString, bytes bytesKey: StaticString, _ text: String) {
        guard !text.isEmpty else { return }
        let redacted = redactor.redact(text)
        guard redacted.utf8.count > Self.maximumTextBytes else { return writer.member(key, redacted) }
        var beginning = Array(redacted.utf8.prefix(Self.maximumTextBytes))
        // Not inside of a character: the last one goes.
        while let last = beginning.popLast(), last & 0xC0 == 0x80 {}
        writer.member(key, String(decoding: beginning, as: UTF8.self))
        writer.member(bytesKey, text.utf8.count)
    }
}
