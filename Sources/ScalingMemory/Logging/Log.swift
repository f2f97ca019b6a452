internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Where the library's log lines go: sinks, each with the level from which on it wants them. There are none at first.
///
/// A line that no sink wants costs one relaxed atomic load. Sinks are called under a lock, so that whoever has removed one
/// knows that it is not being called any more.
public final class Log: Sendable {
    /// The one that the library writes to.
    public static let shared: Log = {
        let log = Log()
        log.protectFork()
        return log
    }()

    private struct Entry: Sendable {
        let sink: any LogSink
        let level: LogLevel
        /// The one of `setMain`.
        let isMain: Bool
    }

    private struct Sinks: Sendable {
        var entries: [Entry] = []
        /// Someone has said where the main log goes, or that there is none.
        var mainIsDecided = false
    }

    private let sinks = Locked(Sinks())
    /// The lowest level that a sink wants.
    private let threshold = Atomic<Int32>(LogLevel.off.rawValue)
    /// The thread that is calling the sinks, as a number; 0 while none is. Any thread compares itself with it.
    private let callingThread = Atomic<UInt>(0)

    public init() {}

    /// Whether a line of this level goes anywhere.
    public func isOn(_ level: LogLevel) -> Bool {
        level.rawValue >= threshold.load(ordering: .relaxed)
    }

    // MARK: Sinks

    /// Puts `sink` in the place of the main log, which is what `llm_set_log` and LLM_LOG_LEVEL set; nil or `off`: none. When
    /// this returns, the one before is not being called any more. Throws when called from a sink.
    public func setMain(_ sink: (any LogSink)?, level: LogLevel) throws(LLMError) {
        try replace(with: sink, level, isMain: true)
    }

    /// The same, unless the main log has been set already.
    package func setMainIfUndecided(_ sink: any LogSink, level: LogLevel) throws(LLMError) {
        try replace(with: sink, level, isMain: true, onlyIfUndecided: true)
    }

    /// Adds a sink beside the others, or changes the level of one that was added; `off` removes it. What holds for
    /// `setMain` holds here too.
    public func set(_ sink: any LogSink, level: LogLevel) throws(LLMError) {
        try replace(with: sink, level, isMain: false)
    }

    package var mainIsDecided: Bool { isCallingSinks || sinks.withLock { $0.mainIsDecided } }

    private func replace(
        with sink: (any LogSink)?,
        _ level: LogLevel,
        isMain: Bool,
        onlyIfUndecided: Bool = false
    ) throws(LLMError) {
        // The lock is held by this very thread.
        if isCallingSinks { throw .invalidArgument("the log cannot be changed from inside of what it calls") }
        sinks.withLock { sinks in
            if onlyIfUndecided, sinks.mainIsDecided { return }
            if isMain { sinks.mainIsDecided = true }
            var kept: [Entry] = []
            for entry in sinks.entries where entry.isMain != isMain || !isMain && entry.sink !== sink {
                kept.append(entry)
            }
            if let sink, level != .off { kept.append(Entry(sink: sink, level: level, isMain: isMain)) }
            sinks.entries = kept
            var lowest = LogLevel.off
            for entry in kept where entry.level < lowest { lowest = entry.level }
            threshold.store(lowest.rawValue, ordering: .relaxed)
        }
    }

    // MARK: Lines

    /// Writes a line if there is a sink for it. `fields` adds what follows the message; all texts go through `redactor`.
    @inline(__always)
    package func write(
        _ level: LogLevel,
        _ message: StaticString,
        redactor: @autoclosure () -> Redactor,
        _ fields: (inout LogFields) -> Void
    ) {
        guard isOn(level) else { return }
        var line = LogFields(level, message, redactor())
        fields(&line)
        write(level, line)
    }

    /// Hands a line to the sinks that want it.
    func write(_ level: LogLevel, _ fields: LogFields) {
        guard !isCallingSinks, let bytes = fields.finish() else { return }
        sinks.withLock { sinks in
            callingThread.store(UInt(pthread_self()), ordering: .relaxed)
            let line = LogLine(level: level, bytes: bytes)
            for entry in sinks.entries where level >= entry.level { entry.sink.write(line) }
            callingThread.store(0, ordering: .relaxed)
        }
    }

    private var isCallingSinks: Bool {
        callingThread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    // MARK: Fork

    private func protectFork() {
        // A sink that forks holds the lock already.
        ForkGuard.shared.protect(
            .innermost,
            prepare: { [self] in if !isCallingSinks { sinks.lockForFork() } },
            parent: { [self] in if !isCallingSinks { sinks.unlockAfterFork() } },
            child: { [self] in if !isCallingSinks { sinks.unlockAfterFork() } }
        )
    }
}
