/// A conversation in Gemini's words: turns of the user's and the model's parts, calls and results among them.
struct GeminiContents {
    private let messages: [Message]
    private let model: GeminiModel

    /// A call that a result can answer.
    private struct KnownCall {
        let name: String
        /// The wire's own id; calls often have none.
        let wireID: JSONValue?
        let position: Int
    }

    /// In place of a signature, on calls that Gemini did not make.
    /// https://ai.google.dev/gemini-api/docs/thought-signatures (history from another model)
    private static let foreignSignature: JSONValue = "skip_thought_signature_validator"

    init(_ messages: [Message], _ model: GeminiModel) {
        self.messages = messages
        self.model = model
    }

    func value() throws(LLMError) -> JSONValue {
        var turns: [JSONValue] = []
        var calls: [String: KnownCall] = [:]
        var results: [(position: Int, part: JSONValue)] = []
        for (index, message) in messages.enumerated() {
            let path = "messages[\(index)]"
            if message.role == .tool || message.role == .function {
                let call = message.toolCallID.flatMap { calls[$0] }
                let position = call?.position ?? results.count
                let place = results.firstIndex { $0.position > position } ?? results.count
                results.insert((position, try Self.result(message, of: call, path: path)), at: place)
                continue
            }
            Self.flush(&results, into: &turns)
            switch message.role {
            case .assistant:
                let parts = try assistant(message, path: path)
                Self.note(message, parts, in: &calls)
                // A message that says nothing, which the wire refuses.
                if !parts.isEmpty { turns.append(Self.turn("model", parts)) }
            case .user where message.content == nil: break  // what it held could not be taken
            case .user:
                let parts = try GeminiParts.parts(of: message.content, path: path)
                turns.append(Self.turn("user", parts.isEmpty ? [["text": ""]] : parts))
            case .system, .developer, .tool, .function: break
            }
        }
        Self.flush(&results, into: &turns)
        return .array(turns)
    }

    private static func turn(_ role: String, _ parts: [JSONValue]) -> JSONValue {
        ["role": .string(role), "parts": .array(parts)]
    }

    // MARK: What the model said

    private func assistant(_ message: Message, path: String) throws(LLMError) -> [JSONValue] {
        var parts: [JSONValue]
        if let native = message.native, native.wire == "gemini" {
            guard let own = native.content.array else {
                throw .invalidArgument("\(path).native.content is not an array of parts")
            }
            parts = own
        } else {
            parts = try GeminiParts.parts(of: message.content, path: path)
            if parts.isEmpty, let refusal = message.refusal { parts = [["text": .string(refusal)]] }
            for (index, call) in message.toolCalls.enumerated() {
                let arguments = try Self.arguments(call, path: "\(path).tool_calls[\(index)]")
                parts.append(["functionCall": ["name": .string(call.name), "args": arguments]])
            }
        }
        if model.checksSignatures { Self.sign(&parts) }
        return parts
    }

    /// Of calls made at once only the first is signed.
    private static func sign(_ parts: inout [JSONValue]) {
        guard let index = parts.firstIndex(where: { $0["functionCall"] != nil }), var part = parts[index].object,
            part["thoughtSignature"] == nil
        else { return }
        part["thoughtSignature"] = foreignSignature
        parts[index] = .object(part)
    }

    /// The arguments as the object that the wire takes.
    private static func arguments(_ call: ToolCall, path: String) throws(LLMError) -> JSONValue {
        if call.arguments.allSatisfy(\.isWhitespace) || call.arguments == "null" { return [:] }
        let arguments = try? JSONParser().parse(call.arguments) { JSONValue($0) }
        guard let arguments, arguments.object != nil else {
            throw .invalidArgument("\(path).function.arguments is not the text of a JSON object")
        }
        return arguments
    }

    /// Remembers the calls of a message for its results. An id may come again: the last call is meant.
    private static func note(_ message: Message, _ parts: [JSONValue], in calls: inout [String: KnownCall]) {
        let onWire = parts.compactMap { $0["functionCall"] }
        for (position, call) in message.toolCalls.enumerated() {
            let wireID = onWire.indices.contains(position) ? onWire[position]["id"] : nil
            calls[call.id] = KnownCall(name: call.name, wireID: wireID, position: position)
        }
    }

    // MARK: Results

    /// All results of a turn's calls stand in one turn, in the order of the calls: without ids, that is what tells them
    /// apart.
    private static func flush(_ results: inout [(position: Int, part: JSONValue)], into turns: inout [JSONValue]) {
        guard !results.isEmpty else { return }
        turns.append(turn("user", results.map(\.part)))
        results = []
    }

    private static func result(_ message: Message, of call: KnownCall?, path: String) throws(LLMError) -> JSONValue {
        guard let name = call?.name ?? message.name else {
            guard message.toolCallID != nil else {
                throw .invalidArgument("\(path).tool_call_id is missing: it names the call that the message answers")
            }
            throw .invalidArgument("\(path).tool_call_id names no call of the messages before it")
        }
        let parts = try GeminiParts.parts(of: message.content, path: path)
        let text = parts.compactMap { $0["text"]?.string }.joined()
        let media = parts.filter { $0["text"] == nil }
        var response: JSONObject = ["name": .string(name), "response": output(text, isError: isError(message))]
        response["id"] = call?.wireID
        if !media.isEmpty { response["parts"] = .array(media) }
        return ["functionResponse": .object(response)]
    }

    private static func isError(_ message: Message) -> Bool {
        message.extra["is_error"] == .bool(true)
    }

    /// The wire takes an object: the one that the text holds, or the text under the name that the wire has for it.
    /// https://ai.google.dev/api/caching#FunctionResponse
    private static func output(_ text: String, isError: Bool) -> JSONValue {
        if isError { return ["error": .string(text)] }
        if text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
            let object = try? JSONParser().parse(text, { JSONValue($0) })
        {
            return object
        }
        return ["output": .string(text)]
    }
}
