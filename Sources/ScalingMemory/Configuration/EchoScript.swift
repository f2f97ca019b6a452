/// What the provider "echo" answers: each step one attempt, and the last one all that come after it.
public struct EchoScript: Sendable, Hashable {
    /// Empty: it answers with what it is told.
    public var steps: [EchoStep]

    public init(_ steps: [EchoStep] = []) {
        self.steps = steps
    }

    /// The step for attempt number `attempt`, of which the first is 0.
    func step(for attempt: Int) -> EchoStep {
        steps.indices.contains(attempt) ? steps[attempt] : steps.last ?? EchoStep()
    }
}

/// The answer to one attempt. What is not set is as without a script.
public struct EchoStep: Sendable, Hashable {
    /// How a connection fails. What the step says of an answer is sent before.
    public enum Fault: String, Sendable, CaseIterable {
        /// The connection is reset.
        case reset
        /// No connection is made, and nothing is sent.
        case refuse
        /// The response ends before the answer does.
        case truncate
        /// Nothing more comes, and the connection stays open.
        case stall
        /// The response is not what the wire allows.
        case garbage
    }

    /// The answer's text, streamed word by word.
    public var text: String?
    /// The same in pieces, streamed one by one.
    public var chunks: [String]?
    public var reasoning: String?
    public var refusal: String?
    public var toolCalls: [ToolCall] = []
    /// The wire's word, such as "stop" or "length".
    public var finishReason: String?
    public var usage: Usage?
    /// An HTTP status instead of an answer, with `body`.
    public var status: Int?
    public var headers: [HTTPHeader] = []
    public var body: String?
    public var fault: Fault?
    /// How long each piece of the response lets wait, in milliseconds.
    public var delayMs = 0

    public init() {}
}

extension EchoScript {
    /// A configuration's "script"; nil where it has none.
    init?(_ object: FieldReader) throws(LLMError) {
        guard let node = object.node["script"], !node.isNull else { return nil }
        guard node.kind == .array, node.count > 0 else {
            throw object.wrongType("script", takes: "an array of steps, one at least")
        }
        var steps: [EchoStep] = []
        for (index, element) in node.elements.enumerated() {
            let step = try FieldReader(element, path: "script[\(index)]", failingWith: .configuration)
            steps.append(try EchoStep(step))
        }
        self.init(steps)
    }
}

extension EchoStep {
    private static let fields: Set = [
        "text", "chunks", "delay_ms", "reasoning", "refusal", "tool_calls", "finish_reason", "usage", "status",
        "headers",
        "body", "error",
    ]

    init(_ object: FieldReader) throws(LLMError) {
        try object.allowOnly(Self.fields)
        text = try object.string("text")
        chunks = try Self.chunks(object)
        if text != nil, chunks != nil {
            throw object.invalid("\(object.name("text")) and \(object.name("chunks")) cannot both be given")
        }
        reasoning = try object.string("reasoning")
        refusal = try object.string("refusal")
        toolCalls = try Self.toolCalls(object)
        finishReason = try object.string("finish_reason")
        usage = try object.object("usage").map { (usage) throws(LLMError) in try Usage(usage) }
        status = try object.integer("status", in: 100...599)
        headers = try HTTPHeader.list(object, "headers")
        body = object.node["body"].flatMap { $0.isNull ? nil : $0.string ?? JSONValue($0).json }
        delayMs = try object.integer("delay_ms", in: 0...3_600_000) ?? 0
        guard let name = try object.string("error") else { return }
        guard let fault = Fault(rawValue: name) else {
            let names = Fault.allCases.map(\.rawValue).joined(separator: ", ")
            throw object.invalid("\(object.name("error")) is \"\(name)\"; it takes one of \(names)")
        }
        self.fault = fault
    }

    private static func chunks(_ object: FieldReader) throws(LLMError) -> [String]? {
        guard let node = object.node["chunks"], !node.isNull else { return nil }
        let chunks = node.elements.compactMap(\.string)
        guard node.kind == .array, chunks.count == node.count else {
            throw object.wrongType("chunks", takes: "an array of texts")
        }
        return chunks
    }

    /// `[{"id"?, "name", "arguments"?: an object, or text}]`
    private static func toolCalls(_ object: FieldReader) throws(LLMError) -> [ToolCall] {
        guard let node = object.node["tool_calls"], !node.isNull else { return [] }
        guard node.kind == .array else { throw object.wrongType("tool_calls", takes: "an array of tool calls") }
        var calls: [ToolCall] = []
        for (index, element) in node.elements.enumerated() {
            let call = try FieldReader(
                element,
                path: "\(object.name("tool_calls"))[\(index)]",
                failingWith: .configuration
            )
            try call.allowOnly(["id", "name", "arguments"])
            let name = try call.requiredString("name", takes: "the tool's name")
            let arguments = call.node["arguments"].map { $0.string ?? JSONValue($0).json } ?? "{}"
            calls.append(ToolCall(id: try call.string("id") ?? "call_\(index + 1)", name: name, arguments: arguments))
        }
        return calls
    }
}

extension Usage {
    /// `{"input_tokens", "output_tokens", "total_tokens", "cached_input_tokens", "reasoning_tokens"}`
    init(_ object: FieldReader) throws(LLMError) {
        self.init()
        let counts = 0...1_000_000_000_000
        inputTokens = try object.integer("input_tokens", in: counts)
        outputTokens = try object.integer("output_tokens", in: counts)
        totalTokens = try object.integer("total_tokens", in: counts)
        cachedInputTokens = try object.integer("cached_input_tokens", in: counts)
        reasoningTokens = try object.integer("reasoning_tokens", in: counts)
    }
}
