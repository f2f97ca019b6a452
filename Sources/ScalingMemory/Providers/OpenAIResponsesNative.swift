/// The output items of a response as a message keeps them, to be input items of the next request.
enum OpenAIResponsesNative {
    /// The items as they were; nil where text and tool calls say it all.
    static func content(of items: [JSONValue]) -> NativeContent? {
        isPlain(items) ? nil : NativeContent(wire: OpenAIResponsesAdapter.name, content: .array(items))
    }

    /// Whether the items are at most one message of text without a phase or annotations, and function calls behind it.
    private static func isPlain(_ items: [JSONValue]) -> Bool {
        for (index, item) in items.enumerated() {
            switch item["type"] {
            case "function_call": continue
            case "message" where index == 0 && (item["phase"] ?? .null) == .null:
                let parts = item["content"]?.array ?? []
                let isText = parts.allSatisfy { part in
                    part["type"] == "output_text" && part["annotations"]?.array?.isEmpty ?? true
                }
                if !isText { return false }
            default: return false
            }
        }
        return true
    }

    /// The provider's own items as they were. Reasoning that was neither encrypted nor shown is only a name for what a
    /// server that stores nothing does not have; the others' ids, which refer to it, then mean nothing either.
    static func items(of items: [JSONValue]) -> [JSONValue] {
        let known = items.filter { item in
            item["type"] != "reasoning" || item["encrypted_content"]?.string != nil || !isEmpty(item["summary"])
                || !isEmpty(item["content"])
        }
        if known.count == items.count { return items }
        return known.map { item in
            guard var members = item.object else { return item }
            members["id"] = nil
            return .object(members)
        }
    }

    private static func isEmpty(_ list: JSONValue?) -> Bool {
        list?.array?.isEmpty ?? true
    }
}
