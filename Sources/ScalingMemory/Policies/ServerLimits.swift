/// What a response's header fields say of the server's own limits: how much is left of each, and when it is renewed.
///
/// Read are OpenAI's `x-ratelimit-remaining-requests` and its kin (https://platform.openai.com/docs/guides/rate-limits),
/// Anthropic's `anthropic-ratelimit-requests-remaining` and its kin (https://docs.anthropic.com/en/api/rate-limits), and
/// `x-ratelimit-remaining` without a suffix, which means requests (OpenRouter, GitHub).
///
/// Of the first two the reset is when the limit is whole again, to which it comes back little by little; of the last it is
/// when a window of fixed length ends.
struct ServerLimits: Sendable, Equatable {
    struct Reading: Sendable, Equatable {
        var limit: Int?
        var remaining: Int?
        var resetsAt: Instant?
        /// Whether the limit stays used up until the reset, and is whole then.
        var isFixedWindow = false
    }

    enum Window: Int, CaseIterable, Sendable {
        case requests, tokens, inputTokens, outputTokens
    }

    private var readings = [Reading](repeating: Reading(), count: Window.allCases.count)

    init() {}

    /// `unixMs` is the wall clock at `now`. nil where the server says nothing of limits.
    init?(_ head: HTTPResponseHead, at now: Instant, unixMs: Int) {
        var isEmpty = true
        head.forEachField(prefix: "x-ratelimit-") { name, value in
            let (fact, window) = Self.split(name)
            let isFixedWindow = window.isEmpty
            guard let window = isFixedWindow ? Window.requests : Window(field: window) else { return }
            guard self[window].take(fact, value, now, unixMs) else { return }
            if isFixedWindow { self[window].isFixedWindow = true }
            isEmpty = false
        }
        head.forEachField(prefix: "anthropic-ratelimit-") { name, value in
            guard let dash = name.lastIndex(of: "-"), let window = Window(field: name[..<dash]) else { return }
            if self[window].take(name[name.index(after: dash)...], value, now, unixMs) { isEmpty = false }
        }
        if isEmpty { return nil }
    }

    subscript(window: Window) -> Reading {
        get { readings[window.rawValue] }
        set { readings[window.rawValue] = newValue }
    }

    /// "remaining-tokens" as "remaining" and "tokens".
    private static func split(_ name: String) -> (fact: Substring, window: Substring) {
        guard let dash = name.firstIndex(of: "-") else { return (name[...], "") }
        return (name[..<dash], name[name.index(after: dash)...])
    }
}

extension ServerLimits.Window {
    fileprivate init?(field: Substring) {
        switch field {
        case "requests": self = .requests
        case "tokens": self = .tokens
        case "input-tokens": self = .inputTokens
        case "output-tokens": self = .outputTokens
        default: return nil
        }
    }
}

extension ServerLimits.Reading {
    /// False where the field says nothing that is understood.
    fileprivate mutating func take(_ fact: Substring, _ value: String, _ now: Instant, _ unixMs: Int) -> Bool {
        switch fact {
        case "limit":
            limit = Self.count(value)
            return limit != nil
        case "remaining":
            remaining = Self.count(value)
            return remaining != nil
        case "reset":
            resetsAt = ResetTime.instant(value, at: now, unixMs: unixMs)
            return resetsAt != nil
        default:
            return false
        }
    }

    /// Some servers write a fraction, or -1 for what is overdrawn.
    private static func count(_ text: String) -> Int? {
        guard let number = Double(text), number.isFinite else { return nil }
        return Int(min(max(0, number), 1e15))
    }
}
