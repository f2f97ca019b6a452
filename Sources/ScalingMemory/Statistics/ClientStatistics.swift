/// What has become of a client's calls so far. Any thread writes and reads; a lock is held for a few additions, and never
/// while anybody waits.
public final class ClientStatistics: Sendable {
    struct Counts: Sendable {
        var started = 0
        var succeeded = 0
        var failed = 0
        var attempts = 0
        var retries = CountsByCode()
        var errors = CountsByCode()
        var inputTokens = 0
        var outputTokens = 0
        var cachedInputTokens = 0
        var reasoningTokens = 0
        /// Calls that are in the rate limiter's queue now.
        var waiting = 0
        var queueWaits = LatencyHistogram()
        var latencies = LatencyHistogram()
        var firstEvents = LatencyHistogram()
    }

    private let provider: String
    private let counts = Locked(Counts())

    package init(provider: String) {
        self.provider = provider
    }

    // MARK: Events of a call

    package func callStarted() {
        counts.withLock { $0.started += 1 }
    }

    /// The call has to wait for the rate limiter.
    package func queued() {
        counts.withLock { $0.waiting += 1 }
    }

    /// The wait is over, whether the call may go or not. Once for each `queued`.
    package func dequeued(waitMs: Double) {
        counts.withLock { counts in
            counts.waiting -= 1
            counts.queueWaits.record(milliseconds: waitMs)
        }
    }

    package func attemptStarted() {
        counts.withLock { $0.attempts += 1 }
    }

    /// An attempt failed in this way, and another will follow.
    package func retried(_ reason: LLMError.Code) {
        counts.withLock { $0.retries.add(reason) }
    }

    /// The call is over: this or `callFailed`, once for each `callStarted`.
    package func callSucceeded(latencyMs: Double, firstEventMs: Double? = nil, usage: Usage = Usage()) {
        counts.withLock { counts in
            counts.succeeded += 1
            counts.latencies.record(milliseconds: latencyMs)
            if let firstEventMs { counts.firstEvents.record(milliseconds: firstEventMs) }
            counts.add(usage)
        }
    }

    /// The call is over. `usage`: what it cost all the same, as far as that is known.
    package func callFailed(_ code: LLMError.Code, usage: Usage = Usage()) {
        counts.withLock { counts in
            counts.failed += 1
            counts.errors.add(code)
            counts.add(usage)
        }
    }

    // MARK: Reading

    /// The counts as the JSON object that llm.h describes.
    package func write(to writer: inout JSONWriter) {
        counts.withLock { $0 }.write(to: &writer, provider: provider)
    }

    /// The counts as compact JSON.
    public var json: String {
        JSONWriter.text { write(to: &$0) }
    }
}

extension ClientStatistics.Counts {
    fileprivate mutating func add(_ usage: Usage) {
        Self.add(usage.inputTokens, to: &inputTokens)
        Self.add(usage.outputTokens, to: &outputTokens)
        Self.add(usage.cachedInputTokens, to: &cachedInputTokens)
        Self.add(usage.reasoningTokens, to: &reasoningTokens)
    }

    /// The provider's numbers may be anything.
    private static func add(_ tokens: Int?, to sum: inout Int) {
        let (result, overflow) = sum.addingReportingOverflow(max(tokens ?? 0, 0))
        sum = overflow ? .max : result
    }
}

/// How often each kind of failure was seen.
struct CountsByCode: Sendable {
    private var counts = [Int](repeating: 0, count: LLMError.Code.allCases.count)
    private(set) var total = 0

    mutating func add(_ code: LLMError.Code) {
        total += 1
        guard let index = Self.index(code) else { return }
        counts[index] += 1
    }

    subscript(code: LLMError.Code) -> Int {
        Self.index(code).map { counts[$0] } ?? 0
    }

    private static func index(_ code: LLMError.Code) -> Int? {
        LLMError.Code.allCases.firstIndex(of: code)
    }
}
