/// Whether a conversation is one that chat wires take: each role has what it needs, and tools answer calls that were made.
///
/// What only some providers refuse is left to them; ids that are empty, as some servers give them, are all the same id.
enum MessageOrder {
    /// Throws an error that names the message by its index.
    static func check(_ messages: [Message]) throws(LLMError) {
        if messages.isEmpty { throw .invalidArgument("messages is empty; it takes at least one message") }
        var calls = OpenCalls()
        for (index, message) in messages.enumerated() {
            let path = "messages[\(index)]"
            try checkContent(message, path)
            if message.role == .assistant {
                try checkCalls(message.toolCalls, path)
                calls.open(message)
            } else if message.role == .tool {
                try calls.answer(message, path)
            }
        }
    }

    private static func checkContent(_ message: Message, _ path: String) throws(LLMError) {
        guard message.content == nil else { return }
        switch message.role {
        case .system, .developer, .user, .tool:
            throw .invalidArgument(
                "\(path).content is missing; a message of role \"\(message.role.rawValue)\" takes text or an array of parts"
            )
        case .assistant:
            // Among the further members there may be a function call, reasoning, or a reference to audio.
            guard message.toolCalls.isEmpty, message.native == nil, message.refusal == nil, message.extra.isEmpty else {
                return
            }
            throw .invalidArgument(
                "\(path) has neither content nor tool_calls; an assistant's message takes one or both"
            )
        case .function: return
        }
    }

    private static func checkCalls(_ calls: [ToolCall], _ path: String) throws(LLMError) {
        var ids: Set<String> = []
        for (index, call) in calls.enumerated() {
            let path = "\(path).tool_calls[\(index)]"
            if call.name.isEmpty { throw .invalidArgument("\(path).function.name is empty; it takes the tool's name") }
            if !call.id.isEmpty, !ids.insert(call.id).inserted {
                throw .invalidArgument(
                    "\(path).id is \"\(call.id.shortened(to: 64))\", as another call's of the message is"
                )
            }
        }
    }

    /// The calls that were made, and how often each may still be answered: some servers give every turn's calls the same
    /// ids.
    private struct OpenCalls {
        private var answersWanted: [String: Int] = [:]

        mutating func open(_ message: Message) {
            for call in message.toolCalls { open(call.id) }
            // Without tool_calls, the calls may be among the parts or in native content, in their wire's own words.
            guard message.toolCalls.isEmpty else { return }
            if case .parts(let parts)? = message.content {
                for part in parts { open(anyIn: .object(part.members)) }
            }
            for block in message.native?.content.array ?? [] { open(anyIn: block) }
        }

        private mutating func open(_ id: String) {
            answersWanted[id, default: 0] += 1
        }

        private mutating func open(anyIn block: JSONValue) {
            if let id = block["call_id"]?.string ?? block["id"]?.string { open(id) }
        }

        mutating func answer(_ message: Message, _ path: String) throws(LLMError) {
            guard let id = message.toolCallID else {
                throw .invalidArgument("\(path).tool_call_id is missing: it names the call that the message answers")
            }
            let field = "\(path).tool_call_id is \"\(id.shortened(to: 64))\""
            guard let wanted = answersWanted[id] else {
                throw .invalidArgument("\(field), and no message before it has a call of that id")
            }
            guard wanted > 0 else { throw .invalidArgument("\(field), a call that was answered before") }
            answersWanted[id] = wanted - 1
        }
    }
}
