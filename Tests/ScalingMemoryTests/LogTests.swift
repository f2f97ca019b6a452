import Testing

@testable import ScalingMemory

/// Keeps the lines that it is given.
final class KeepingSink: LogSink {
    private let kept = Locked<[String]>([])

    func write(_ line: LogLine) {
        kept.withLock { $0.append(line.text) }
    }

    var lines: [String] { kept.withLock { $0 } }

    /// The lines, read as JSON.
    func objects() throws -> [JSONObject] {
        try lines.map { line in
            try #require(try JSONParser().parse(line) { JSONValue($0) }.object)
        }
    }
}

@Suite("The log")
struct LogTests {
    private func line(_ log: Log, _ level: LogLevel) {
        log.write(level, "said", redactor: Redactor([])) { $0.field("n", Int(level.rawValue)) }
    }

    @Test("A line has the members of pino's lines, then its own, and is one line of JSON")
    func members() throws {
        let (log, sink) = (Log(), KeepingSink())
        try log.setMain(sink, level: .info)
        log.write(.info, "said", redactor: Redactor(["secret"])) { line in
            line.field("text", "a\n\"secret\"\u{0}")
            line.field("number", 1.5)
            line.field("absent", nil as String?)
            line.field("flag", true)
        }
        let object = try #require(try sink.objects().first)
        #expect(
            object.members.map(\.key) == ["level", "time", "pid", "hostname", "name", "msg", "text", "number", "flag"]
        )
        #expect(object["level"] == .integer(30))
        #expect(object["name"] == .string("libllm"))
        #expect(object["msg"] == .string("said"))
        #expect(object["text"] == .string("a\n\"[redacted]\"\u{0}"))
        // After 2020, in milliseconds.
        #expect((object["time"]?.integer ?? 0) > 1_577_836_800_000)
        #expect(!(sink.lines.first ?? "\n").utf8.contains(0x0A))
    }

    @Test("Each sink gets what is of its level and above, and the log is on from the lowest of them")
    func levels() throws {
        let (log, main, other) = (Log(), KeepingSink(), KeepingSink())
        #expect(!log.isOn(.error))
        try log.setMain(main, level: .warn)
        try log.set(other, level: .debug)
        #expect(log.isOn(.debug) && !log.isOn(.trace))
        for level in [LogLevel.trace, .debug, .info, .warn, .error] { line(log, level) }
        #expect(try main.objects().map { $0["n"] } == [.integer(40), .integer(50)])
        #expect(try other.objects().map { $0["n"] } == [.integer(20), .integer(30), .integer(40), .integer(50)])
        try log.set(other, level: .error)
        #expect(log.isOn(.warn) && !log.isOn(.info))
        try log.set(other, level: .off)
        try log.setMain(nil, level: .trace)
        #expect(!log.isOn(.error))
    }

    @Test("Setting the main log replaces the one before and leaves the others")
    func replacing() throws {
        let (log, first, second, other) = (Log(), KeepingSink(), KeepingSink(), KeepingSink())
        try log.setMain(first, level: .info)
        try log.set(other, level: .info)
        try log.setMain(second, level: .info)
        line(log, .info)
        #expect(first.lines.isEmpty && second.lines.count == 1 && other.lines.count == 1)
        try log.setMain(first, level: .off)
        line(log, .info)
        #expect(first.lines.isEmpty && second.lines.count == 1 && other.lines.count == 2)
    }

    @Test("What the environment says does not take the place of what the program said")
    func undecided() throws {
        let (log, first, second) = (Log(), KeepingSink(), KeepingSink())
        #expect(!log.mainIsDecided)
        try log.setMain(nil, level: .off)
        try log.setMainIfUndecided(first, level: .info)
        #expect(log.mainIsDecided && !log.isOn(.error))
        let other = Log()
        try other.setMainIfUndecided(first, level: .info)
        try other.setMainIfUndecided(second, level: .info)
        line(other, .info)
        #expect(first.lines.count == 1 && second.lines.isEmpty)
    }

    @Test("A sink that logs or changes the log neither hangs nor gets its own lines")
    func reentrance() throws {
        final class Meddler: LogSink {
            let log = Log()
            let refused = Locked<LLMError.Code?>(nil)

            func write(_ line: LogLine) {
                log.write(.error, "again", redactor: Redactor([])) { _ in }
                do throws(LLMError) {
                    try log.setMain(nil, level: .off)
                } catch {
                    refused.withLock { $0 = error.code }
                }
            }
        }
        let meddler = Meddler()
        try meddler.log.setMain(meddler, level: .info)
        line(meddler.log, .info)
        #expect(meddler.refused.withLock { $0 } == .invalidArgument)
        #expect(meddler.log.isOn(.info))
    }

    @Test("A line says how many before it were dropped")
    func dropped() throws {
        let text = "{\"level\":30}"
        text.utf8.withContiguousStorageIfAvailable { utf8 in
            let line = LogLine(level: .info, bytes: UnsafeRawBufferPointer(utf8))
            let buffer = ByteBuffer()
            line.append(to: buffer, dropped: 0)
            line.append(to: buffer, dropped: 12)
            #expect(buffer.text == "{\"level\":30}{\"level\":30,\"dropped\":12}")
        }
    }

    @Test(
        "Levels are read by name and by number, and nothing else is",
        arguments: [
            ("trace", LogLevel.trace), ("20", .debug), ("info", .info), ("40", .warn), ("error", .error), ("off", .off),
            ("100", .off), ("loud", nil), ("", nil), ("25", nil), ("030", nil), ("info ", nil),
        ]
    )
    func names(text: String, level: LogLevel?) {
        #expect(LogLevel(text) == level)
    }
}
