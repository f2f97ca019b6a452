/// What "echo" says: the step's words, and where it has none the last user message, a tool's result, a call that was asked
/// for, or a document that a response format asks for.
struct EchoReply {
    private(set) var pieces: [String] = []
    private(set) var toolCalls: [ToolCall] = []
    let reasoning: String?
    let refusal: String?
    private(set) var finishReason: String
    let usage: Usage

    init(_ step: EchoStep, to request: EchoRequest) {
        reasoning = step.reasoning
        refusal = step.refusal
        toolCalls = step.toolCalls
        let isScripted = step.text != nil || step.chunks != nil || step.refusal != nil || !toolCalls.isEmpty
        if let chunks = step.chunks {
            pieces = chunks
        } else if let text = step.text {
            pieces = EchoText.words(of: text)
        } else if !isScripted, let call = request.askedCall {
            toolCalls = [call]
        } else if !isScripted {
            pieces = EchoText.words(of: Self.text(for: request))
        }
        finishReason = toolCalls.isEmpty ? "stop" : "tool_calls"
        if let most = request.maxTokens, pieces.count > most {
            pieces = Array(pieces.prefix(most))
            finishReason = "length"
        }
        if let reason = step.finishReason { finishReason = reason }
        var usage = Usage()
        let reasoningTokens = reasoning.map { EchoText.words(of: $0).count }
        usage.inputTokens = request.inputTokens
        usage.outputTokens = pieces.count + toolCalls.count + (reasoningTokens ?? 0)
        usage.reasoningTokens = reasoningTokens
        self.usage = step.usage ?? usage
    }

    private static func text(for request: EchoRequest) -> String {
        if request.lastIsToolResult { return request.lastText }
        switch request.responseFormat?["type"]?.string {
        case "json_schema":
            let schema = request.responseFormat?["json_schema"]?["schema"] ?? [:]
            return SchemaExample(schema).value.json
        case "json_object": return (["text": .string(request.userText)] as JSONValue).json
        default: return request.userText
        }
    }
}
