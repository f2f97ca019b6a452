/// What of a request a wire has no words for: an error, unless the request allows leaving it out. Then its name is kept for a
/// warning.
struct Omissions {
    /// How a person calls the wire, such as "Anthropic's messages".
    private let wire: String
    private let areAllowed: Bool
    /// What was left out, such as "seed" or "messages[2].content[1]".
    private(set) var names: [String] = []

    init(of request: Request, by wire: String) {
        self.wire = wire
        areAllowed = request.dropUnsupported ?? false
    }

    /// Leaves `name` out. Throws `unsupported` where the request does not allow it; `why` comes between the name and the
    /// wire's.
    mutating func leaveOut(_ name: String, _ why: String = "has no counterpart in") throws(LLMError) {
        guard areAllowed else { throw LLMError(.unsupported, "\(name) \(why) \(wire)") }
        names.append(name)
    }

    /// Leaves out what changes no answer, such as a mark for the prompt's cache: never an error.
    mutating func leaveOutHint(_ name: String) {
        names.append(name)
    }
}
