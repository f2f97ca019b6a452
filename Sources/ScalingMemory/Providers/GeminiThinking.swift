/// How much a model reasons, in Gemini's words. https://ai.google.dev/gemini-api/docs/thinking
struct GeminiThinking {
    private let reasoning: JSONObject?
    private let model: GeminiModel

    init(_ reasoning: JSONValue?, _ model: GeminiModel) {
        self.reasoning = reasoning?.object
        self.model = model
    }

    /// The thinkingConfig; nil where nothing is asked for. Whoever asks for reasoning gets to see it.
    func config(_ omissions: inout Omissions) throws(LLMError) -> JSONValue? {
        guard let reasoning else { return nil }
        for member in reasoning.members where !["effort", "max_tokens", "summary"].contains(member.key) {
            try omissions.leaveOut("reasoning.\(member.key)")
        }
        if let budget = reasoning["max_tokens"], budget != .null {
            guard let tokens = budget.integer, (0...100_000_000).contains(tokens) else {
                throw .invalidArgument(
                    "reasoning.max_tokens is \(budget.json); it takes a number of tokens, or 0 for none"
                )
            }
            return Self.budget(tokens)
        }
        switch reasoning["effort"] {
        case nil, .null?: return nil
        case .string("none")?:
            // A model that takes levels cannot be kept from reasoning.
            if model.takesThinkingBudget { return Self.budget(0) }
            try omissions.leaveOut(
                "reasoning.effort \"none\"",
                "for this model, which always reasons, at least \"minimal\", has no counterpart in"
            )
            return nil
        case .string(let effort)?:
            // Budgets as in https://ai.google.dev/gemini-api/docs/openai#thinking
            guard let tokens = ["minimal": 1024, "low": 1024, "medium": 8192, "high": 24_576][effort] else { break }
            if model.takesThinkingBudget { return Self.budget(tokens) }
            return ["thinkingLevel": .string(effort), "includeThoughts": true]
        default: break
        }
        throw .invalidArgument(
            "reasoning.effort is \(reasoning["effort"]?.json ?? ""); it takes \"none\", \"minimal\", \"low\", \"medium\" or "
                + "\"high\""
        )
    }

    private static func budget(_ tokens: Int) -> JSONValue {
        tokens == 0 ? ["thinkingBudget": 0] : ["thinkingBudget": .integer(tokens), "includeThoughts": true]
    }
}
