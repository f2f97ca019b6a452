/// The output items of a response, whole or as they grow in a stream. What a stream has told in deltas is not told again by
/// the wholes that follow; what it has not, is.
struct OpenAIResponsesItems {
    /// What an item's pieces are pieces of.
    enum Piece: Hashable {
        case text, refusal, summary, reasoning

        /// The type of the items that hold such pieces.
        var itemType: String {
            switch self {
            case .text, .refusal: "message"
            case .summary, .reasoning: "reasoning"
            }
        }
    }

    private struct Part: Hashable {
        var piece: Piece
        var index: Int
    }

    private struct Item {
        let type: String
        /// What the provider's events call it: servers leave out one or the other, or change the id on the way.
        let outputIndex: Int?
        let id: String?
        /// The parts that have been handed on.
        var told: Set<Part> = []
        /// Its place among the response's tool calls.
        var toolCall: Int?
        var hasArguments = false
        /// As the provider sent it in the end.
        var whole: JSONValue?
    }

    private var items: [Item] = []

    // MARK: A stream's events

    mutating func begin(_ event: JSONNode, _ node: JSONNode, into builder: ResponseBuilder) {
        let id = node["id"]?.string
        _ = begin(node["type"]?.string ?? "", event["output_index"]?.integer, id, call: node, into: builder)
    }

    mutating func extend(_ event: JSONNode, _ piece: Piece, with delta: JSONNode?, into builder: ResponseBuilder) {
        let place = place(of: event, piece.itemType) ?? begin(event, piece.itemType, into: builder)
        hand(delta, of: part(of: event, piece), at: place, into: builder)
    }

    mutating func fill(_ event: JSONNode, _ piece: Piece, with whole: JSONNode?, into builder: ResponseBuilder) {
        let place = place(of: event, piece.itemType) ?? begin(event, piece.itemType, into: builder)
        let part = part(of: event, piece)
        if !items[place].told.contains(part) { hand(whole, of: part, at: place, into: builder) }
    }

    mutating func extendCall(_ event: JSONNode, with delta: String?, into builder: ResponseBuilder) {
        // A call that was not announced has no name yet: it comes whole, with its item.
        guard let place = place(of: event, "function_call"), let toolCall = items[place].toolCall, let delta,
            !delta.isEmpty
        else { return }
        items[place].hasArguments = true
        builder.appendToolCall(at: toolCall, arguments: delta)
    }

    mutating func fillCall(_ event: JSONNode, with arguments: String?, into builder: ResponseBuilder) {
        guard let place = place(of: event, "function_call"), !items[place].hasArguments else { return }
        extendCall(event, with: arguments, into: builder)
    }

    mutating func end(_ event: JSONNode, _ node: JSONNode, into builder: ResponseBuilder) {
        let type = node["type"]?.string ?? ""
        let index = event["output_index"]?.integer
        let id = node["id"]?.string
        let open = items.lastIndex { item in
            item.type == type && item.whole == nil && (index != nil ? item.outputIndex == index : item.id == id)
        }
        complete(open ?? begin(type, index, id, call: node, into: builder), node, into: builder)
    }

    // MARK: The whole response

    /// Reads a response that is whole, and which of its items a stream may have brought before. Throws where it failed.
    mutating func finish(_ response: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        builder.id = response["id"]?.string ?? builder.id
        builder.model = response["model"]?.string ?? builder.model
        builder.usage.readOpenAIResponses(response["usage"])
        if let error = ProviderError(errorIn: response) { throw ProviderFailure.inStream(error) }
        var counts: [String: Int] = [:]
        for node in (response["output"] ?? response).elements {
            let type = node["type"]?.string ?? ""
            let count = counts[type, default: 0]
            counts[type] = count + 1
            // The n-th of its type is the n-th of the stream's: ids are not the same on all servers.
            let known = items.indices.filter { items[$0].type == type }
            let place = known.dropFirst(count).first ?? begin(type, nil, nil, call: node, into: builder)
            complete(place, node, into: builder)
        }
        builder.native = OpenAIResponsesNative.content(of: items.compactMap(\.whole))
        builder.finishReason = try Self.finishReason(response, into: builder)
    }

    private static func finishReason(
        _ response: JSONNode,
        into builder: ResponseBuilder
    ) throws(LLMError) -> FinishReason? {
        switch response["status"]?.string {
        case "incomplete"?:
            let reason = FinishReason(response["incomplete_details"]?["reason"]) ?? .other
            // The last of the calls may be cut off, and the others are whole.
            return builder.hasToolCalls && reason == .length ? .toolCalls : reason
        case "completed"?, nil: return builder.hasToolCalls ? .toolCalls : .stop
        case "failed"?, "cancelled"?:
            throw LLMError(.server, "the provider broke off its answer and did not say why")
        case let status?:
            throw .protocolViolation("the answer is not finished: its status is \"\(status)\"")
        }
    }

    // MARK: Items

    private mutating func begin(
        _ type: String,
        _ outputIndex: Int?,
        _ id: String?,
        call node: JSONNode?,
        into builder: ResponseBuilder
    ) -> Int {
        var item = Item(type: type, outputIndex: outputIndex, id: id)
        if type == "function_call" {
            let callID = node?["call_id"]?.string ?? node?["id"]?.string
            item.toolCall = builder.beginToolCall(id: callID, name: node?["name"]?.string)
        }
        items.append(item)
        return items.count - 1
    }

    /// Begins the item of an event that was not announced.
    private mutating func begin(_ event: JSONNode, _ type: String, into builder: ResponseBuilder) -> Int {
        begin(type, event["output_index"]?.integer, event["item_id"]?.string, call: nil, into: builder)
    }

    /// The item that an event is about.
    private func place(of event: JSONNode, _ type: String) -> Int? {
        let index = event["output_index"]?.integer
        let id = event["item_id"]?.string
        return items.lastIndex { item in
            guard item.type == type else { return false }
            if let index, let own = item.outputIndex { return own == index }
            if let id, let own = item.id { return own == id }
            return true
        }
    }

    private func part(of event: JSONNode, _ piece: Piece) -> Part {
        let index = piece == .summary ? event["summary_index"] : event["content_index"]
        return Part(piece: piece, index: index?.integer ?? 0)
    }

    private mutating func hand(_ text: JSONNode?, of part: Part, at place: Int, into builder: ResponseBuilder) {
        guard let text, text.utf8?.isEmpty == false else { return }
        let isFirst = items[place].told.insert(part).inserted
        switch part.piece {
        case .text: builder.appendText(text)
        case .refusal: builder.appendRefusal(text)
        case .summary, .reasoning:
            // Each part is a paragraph of its own.
            if isFirst, builder.hasReasoning { builder.appendReasoning("\n\n") }
            builder.appendReasoning(text)
        }
    }

    /// Takes a whole item, and hands on what of it no delta has told.
    private mutating func complete(_ place: Int, _ node: JSONNode, into builder: ResponseBuilder) {
        items[place].whole = JSONValue(node)
        for (index, content) in (node["content"] ?? node).elements.enumerated() {
            switch content["type"]?.string {
            case "output_text", "text":
                let part = Part(piece: node["type"]?.equals("reasoning") == true ? .reasoning : .text, index: index)
                guard !items[place].told.contains(part) else { continue }
                hand(content["text"], of: part, at: place, into: builder)
                builder.appendLogprobs(content["logprobs"], to: "content")
            case "refusal": tell(content["refusal"], of: Part(piece: .refusal, index: index), at: place, into: builder)
            case "reasoning_text":
                tell(content["text"], of: Part(piece: .reasoning, index: index), at: place, into: builder)
            default: break
            }
        }
        for (index, summary) in (node["summary"] ?? node).elements.enumerated() {
            tell(summary["text"], of: Part(piece: .summary, index: index), at: place, into: builder)
        }
        if let toolCall = items[place].toolCall {
            builder.appendToolCall(at: toolCall, id: node["call_id"]?.string, name: node["name"]?.string)
            if !items[place].hasArguments {
                items[place].hasArguments = true
                builder.appendToolCall(at: toolCall, arguments: OpenAIMessage.arguments(node))
            }
            builder.completeToolCall(at: toolCall)
        }
    }

    private mutating func tell(_ text: JSONNode?, of part: Part, at place: Int, into builder: ResponseBuilder) {
        if !items[place].told.contains(part) { hand(text, of: part, at: place, into: builder) }
    }
}
