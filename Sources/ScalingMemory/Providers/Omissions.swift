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

    /// Why a request is refused of whose messages nothing is left: no provider takes none.
    var nothingIsLeft: LLMError {
        LLMError(.unsupported, "nothing is left of messages without what has no counterpart in \(wire)")
    }

    /// Leaves out what changes no answer, such as a mark for the prompt's cache: never an error.
    mutating func leaveOutHint(_ name: String) {
        names.append(name)
    }
}

extension Message {
    /// Whether the content was all of the message: without it there is nothing to send. (The answer to a tool call must
    /// come, whatever is left of it.)
    var isContentAlone: Bool {
        role != .tool && role != .function && toolCalls.isEmpty && refusal == nil
    }

    /// Whether the content has parts.
    var hasParts: Bool {
        if case .parts(let parts)? = content { !parts.isEmpty } else { false }
    }
}
