/// What "echo" looks at in a chat request.
struct EchoRequest {
    struct Tool {
        let name: String
        let parameters: JSONValue
    }

    let model: String
    let isStream: Bool
    let wantsUsage: Bool
    let maxTokens: Int?
    /// The last message's text, whoever wrote it.
    let lastText: String
    /// What tools are called with, and what is echoed; "" where no user has said anything.
    let userText: String
    let lastIsToolResult: Bool
    let tools: [Tool]
    let toolChoice: JSONValue?
    let responseFormat: JSONValue?
    /// Words of all messages.
    let inputTokens: Int

    init(_ body: JSONValue) {
        model = body["model"]?.string ?? "echo"
        isStream = body["stream"] == true
        wantsUsage = body["stream_options"]?["include_usage"] == true
        maxTokens = body["max_tokens"]?.integer ?? body["max_completion_tokens"]?.integer
        let messages = body["messages"]?.array ?? []
        lastText = messages.last.map(Self.text) ?? ""
        userText = messages.last { $0["role"]?.string == "user" }.map(Self.text) ?? ""
        lastIsToolResult = messages.last?["role"]?.string == "tool"
        tools = (body["tools"]?.array ?? []).compactMap { tool in
            tool["function"]?["name"]?.string.map { name in
                Tool(name: name, parameters: tool["function"]?["parameters"] ?? [:])
            }
        }
        toolChoice = body["tool_choice"]
        responseFormat = body["response_format"]
        inputTokens = messages.reduce(0) { $0 + EchoText.words(of: Self.text($1)).count }
    }

    private static func text(_ message: JSONValue) -> String {
        if let text = message["content"]?.string { return text }
        return (message["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
    }

    /// The tool that is to be called, and with what: where the choice leaves none, or where the user says "call NAME" or
    /// "call NAME {arguments}". A tool's result is answered with text, so that a conversation comes to its end.
    var askedCall: ToolCall? {
        guard !tools.isEmpty, !lastIsToolResult, toolChoice?.string != "none" else { return nil }
        if let (tool, arguments) = callInWords { return call(tool, arguments) }
        if let name = toolChoice?["function"]?["name"]?.string, let tool = tools.first(where: { $0.name == name }) {
            return call(tool, nil)
        }
        return toolChoice?.string == "required" ? tools.first.map { call($0, nil) } : nil
    }

    private func call(_ tool: Tool, _ arguments: String?) -> ToolCall {
        ToolCall(id: "call_1", name: tool.name, arguments: arguments ?? SchemaExample(tool.parameters).value.json)
    }

    private var callInWords: (Tool, String?)? {
        let parts = userText.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "call", let tool = tools.first(where: { $0.name == parts[1] }) else {
            return nil
        }
        guard parts.count == 3 else { return (tool, nil) }
        return parts[2].first == "{" ? (tool, String(parts[2])) : nil
    }
}

/// Text as "echo" counts it: a token is a word with the blanks before it.
enum EchoText {
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var hasLetters = false
        for character in text {
            if character.isWhitespace, hasLetters {
                words.append(word)
                word = ""
                hasLetters = false
            }
            word.append(character)
            if !character.isWhitespace { hasLetters = true }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
