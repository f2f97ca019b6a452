/// Puts a response together from what an adapter reads, and writes the events on the way.
///
/// The same builder takes a whole answer and a stream's pieces. Text is passed through and collected as bytes: it becomes
/// a `String` once, at the end.
public final class ResponseBuilder {
    /// Where the events go; nil where nobody reads them.
    let events: EventWriter?
    private let provider: String

    public var id: String?
    public var model: String?
    public var finishReason: FinishReason?
    public var usage = Usage()
    public var native: NativeContent?

    private var content = TextAssembler()
    private var reasoning = TextAssembler()
    private var refusal = TextAssembler()
    private var thinkTags: ThinkTagSplitter?
    private var logprobs = LogprobsAssembler()
    private var toolCalls: [ToolCallAssembler] = []

    public init(provider: String, events: EventWriter? = nil) {
        self.provider = provider
        self.events = events
    }

    // MARK: Text

    /// Adds to the answer's text.
    public func appendText(_ node: JSONNode?) {
        if let utf8 = node?.utf8 { appendText(utf8) }
    }

    func appendText(_ utf8: UnsafeRawBufferPointer) {
        guard thinkTags != nil else { return append(utf8, .text) }
        thinkTags?.feed(utf8) { kind, bytes in append(bytes, kind) }
    }

    /// From here on, text that begins with `<think>…</think>` has reasoning in it.
    public func expectThinkTags() {
        if thinkTags == nil { thinkTags = ThinkTagSplitter() }
    }

    private func append(_ utf8: UnsafeRawBufferPointer, _ kind: ThinkTagSplitter.Kind) {
        guard !utf8.isEmpty else { return }
        let events = events
        switch kind {
        case .text: content.append(utf8) { events?.write(.text, $0) }
        case .reasoning: reasoning.append(utf8) { events?.write(.reasoning, $0) }
        }
    }

    /// Adds to the reasoning.
    public func appendReasoning(_ node: JSONNode?) {
        if let utf8 = node?.utf8 { appendReasoning(utf8) }
    }

    func appendReasoning(_ utf8: UnsafeRawBufferPointer) {
        append(utf8, .reasoning)
    }

    /// Adds to the reasoning what the provider has no piece of its own for, such as the space between two parts.
    public func appendReasoning(_ text: String) {
        text.withBytes { append(UnsafeRawBufferPointer($0), .reasoning) }
    }

    public var hasReasoning: Bool { !reasoning.isEmpty }

    /// Adds to the refusal, which is not delivered as text: it is no answer.
    public func appendRefusal(_ node: JSONNode?) {
        if let utf8 = node?.utf8 { refusal.append(utf8) { _ in } }
    }

    // MARK: Log probabilities

    /// Adds the list of a part of the answer, "content" or "refusal".
    public func appendLogprobs(_ list: JSONNode?, to member: String) {
        guard let list, list.count > 0 else { return }
        logprobs.append(list, to: member)
    }

    /// Adds a chat choice's `{"content": [...], "refusal": [...]}`, or what a server has in its place.
    public func appendLogprobs(_ node: JSONNode?) {
        guard let node else { return }
        for member in node.members where !member.value.isNull { logprobs.append(member.value, to: member.key) }
    }

    // MARK: Tool calls

    public var hasToolCalls: Bool { !toolCalls.isEmpty }

    /// How many tool calls have begun.
    public var toolCallCount: Int { toolCalls.count }

    /// Begins a tool call; gives its place among the calls, for `appendToolCall`.
    public func beginToolCall(id: String?, name: String?) -> Int {
        let index = toolCalls.count
        toolCalls.append(ToolCallAssembler(id: id ?? "", name: name ?? ""))
        writeDelta(index, id: id, name: name, arguments: nil)
        return index
    }

    public func toolCallID(at index: Int) -> String? {
        toolCalls.indices.contains(index) ? toolCalls[index].id : nil
    }

    /// Adds what a stream tells of a call: an id or a name that was not known, a piece of the arguments' text.
    public func appendToolCall(at index: Int, id: String? = nil, name: String? = nil, arguments: String? = nil) {
        guard toolCalls.indices.contains(index), !toolCalls[index].isComplete else { return }
        let newID = toolCalls[index].takeID(id)
        let newName = toolCalls[index].takeName(name)
        let piece = arguments.flatMap { $0.isEmpty ? nil : $0 }
        if let piece { toolCalls[index].arguments += piece }
        if newID != nil || newName != nil || piece != nil {
            writeDelta(index, id: newID, name: newName, arguments: piece)
        }
    }

    /// The call is whole: from here on it does not change.
    public func completeToolCall(at index: Int) {
        guard toolCalls.indices.contains(index), !toolCalls[index].isComplete else { return }
        toolCalls[index].isComplete = true
        let call = toolCalls[index].call
        events?.write(.toolCall) { buffer in
            var writer = JSONWriter(to: buffer)
            writer.object { writer in
                writer.member("index", index)
                writer.member("id", call.id)
                writer.member("name", call.name)
                writer.member("arguments", call.arguments)
            }
        }
    }

    public func completeToolCalls() {
        for index in toolCalls.indices { completeToolCall(at: index) }
    }

    private func writeDelta(_ index: Int, id: String?, name: String?, arguments: String?) {
        events?.write(.toolCallDelta) { buffer in
            var writer = JSONWriter(to: buffer)
            writer.object { writer in
                writer.member("index", index)
                writer.member("id", id)
                writer.member("name", name)
                writer.member("arguments", arguments)
            }
        }
    }

    // MARK: The result

    /// Whether anything of an answer has come.
    var isEmpty: Bool {
        id == nil && content.isEmpty && reasoning.isEmpty && refusal.isEmpty && toolCalls.isEmpty
    }

    /// The response as far as it has come.
    public func build() -> Response {
        thinkTags?.flush { kind, bytes in append(bytes, kind) }
        var response = Response(provider: provider)
        response.id = id
        response.model = model
        response.content = content.text
        response.reasoning = reasoning.isEmpty ? nil : reasoning.text
        response.refusal = refusal.isEmpty ? nil : refusal.text
        response.toolCalls = toolCalls.map(\.call)
        response.finishReason = finishReason
        response.usage = usage
        response.native = native
        response.logprobs = logprobs.value
        return response
    }

    /// The whole response: what is still open is completed first.
    public func complete() -> Response {
        thinkTags?.flush { kind, bytes in append(bytes, kind) }
        content.flush { events?.write(.text, $0) }
        reasoning.flush { events?.write(.reasoning, $0) }
        completeToolCalls()
        // Some providers say "stop" where the answer is a tool call.
        if hasToolCalls, finishReason == .stop || finishReason == nil { finishReason = .toolCalls }
        return build()
    }
}
