/// How a request's `reasoning` is put to a Claude model: newer ones take an effort and decide for themselves how long they
/// think, older ones take a number of tokens.
/// https://docs.anthropic.com/en/docs/build-with-claude/adaptive-thinking,
/// https://docs.anthropic.com/en/docs/build-with-claude/effort,
/// https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking
struct AnthropicReasoning {
    /// The body's "thinking"; nil: no reasoning is asked for.
    private(set) var thinking: JSONValue?
    /// The effort in "output_config".
    private(set) var effort: JSONValue?
    /// What the reasoning may take: the wire's bound of the answer includes it.
    private(set) var tokens = 0

    init(_ reasoning: JSONValue?, model: String?, _ omissions: inout Omissions) throws(LLMError) {
        guard let reasoning = reasoning?.object else { return }
        for member in reasoning.members where !["effort", "max_tokens", "summary"].contains(member.key) {
            try omissions.leaveOut("reasoning.\(member.key)")
        }
        if let budget = reasoning["max_tokens"] {
            if budget == 0 { return }
            guard let budgetTokens = budget.integer, (1024...100_000_000).contains(budgetTokens) else {
                throw .invalidArgument(
                    "reasoning.max_tokens is \(budget.json); it takes 1024 tokens or more, or 0 for none"
                )
            }
            think(tokens: budgetTokens)
            return
        }
        guard let effort = try Self.effort(reasoning["effort"]) else { return }
        if Self.decidesItself(model ?? "") {
            var thinking: JSONObject = ["type": "adaptive"]
            // The newest models do not show their reasoning unless asked.
            if reasoning["summary"] != nil { thinking["display"] = "summarized" }
            self.thinking = .object(thinking)
            self.effort = .string(effort == "minimal" ? "low" : effort)
            tokens = Self.tokens(effort)
        } else {
            think(tokens: Self.tokens(effort))
        }
    }

    private mutating func think(tokens: Int) {
        self.tokens = tokens
        thinking = ["type": "enabled", "budget_tokens": .integer(tokens)]
    }

    private static func effort(_ value: JSONValue?) throws(LLMError) -> String? {
        guard let value, value != "none" else { return nil }
        let efforts = ["minimal", "low", "medium", "high", "xhigh", "max"]
        guard let effort = value.string, efforts.contains(effort) else {
            let list = efforts.map { "\"\($0)\"" }.joined(separator: ", ")
            throw .invalidArgument("reasoning.effort is \(value.json); it takes \"none\", \(list)")
        }
        return effort
    }

    private static func tokens(_ effort: String) -> Int {
        switch effort {
        case "minimal", "low": 1024
        case "medium": 8192
        default: 24_576
        }
    }

    /// Claude models from 4.6 on. The list of the older ones does not grow; other makers' models on this wire take tokens.
    private static func decidesItself(_ model: String) -> Bool {
        guard model.contains(bytesOf: "claude") else { return false }
        let older: [StaticString] = [
            "claude-2", "claude-3", "claude-instant", "claude-4-", "claude-4.0", "claude-4.1", "claude-4.5",
            "-4-0", "-4-1", "-4-2025", "-4-5", "-4.1", "-4.5", "-4@",
        ]
        if older.contains(where: { model.contains(bytesOf: $0) }) { return false }
        return !["claude-sonnet-4", "claude-opus-4", "claude-haiku-4"].contains { model.hasSuffix($0) }
    }
}
