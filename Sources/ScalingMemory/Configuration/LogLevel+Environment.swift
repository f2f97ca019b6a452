extension LogLevel {
    private static let variable = "LLM_LOG_LEVEL"

    /// What LLM_LOG_LEVEL says; nil where it is not set.
    static func fromEnvironment() throws(LLMError) -> LogLevel? {
        guard let text = Environment.value(variable) else { return nil }
        guard let level = LogLevel(text) else {
            throw .configuration(
                "\(variable) is \"\(text)\"; it takes trace, debug, info, warn, error or off, or 10, 20, 30, 40, 50 or 100"
            )
        }
        return level
    }
}

extension Log {
    /// Sends lines to stderr if LLM_LOG_LEVEL says so and nobody has set the main log. Reads the variable once.
    func readEnvironment() throws(LLMError) {
        if mainIsDecided { return }
        try setMainIfUndecided(StandardErrorSink(), level: LogLevel.fromEnvironment() ?? .off)
    }
}
