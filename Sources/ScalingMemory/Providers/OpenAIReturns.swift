/// The members of an assistant's message that must come back with it (`ChatQuirks.returns`), whole or in a stream's pieces.
///
/// Texts are joined. OpenRouter's "reasoning_details" is a list of `{"type": "reasoning.text", "text", "signature", "index"}`
/// and the like; pieces of a text follow each other under one index.
/// https://openrouter.ai/docs/use-cases/reasoning-tokens
struct OpenAIReturns {
    private let names: [String]
    private var texts: [String: String] = [:]
    private var lists: [String: [Detail]] = [:]

    private struct Detail {
        var members: JSONObject
        var text: String
        let textKey: String

        init(_ node: JSONNode) {
            members = JSONObject(node)
            textKey = node["type"]?.equals("reasoning.summary") == true ? "summary" : "text"
            text = node[textKey]?.string ?? ""
        }

        /// Takes a further piece of the same text; false where it is none.
        mutating func extend(with node: JSONNode) -> Bool {
            let type = node["type"]?.string
            guard type == "reasoning.text" || type == "reasoning.summary", type == members["type"]?.string,
                node["index"]?.integer == members["index"]?.integer
            else { return false }
            text += node[textKey]?.string ?? ""
            for member in node.members where member.key != textKey && !member.value.isNull {
                members[member.key] = JSONValue(member.value)
            }
            return true
        }

        var value: JSONValue {
            var members = members
            if members[textKey] != nil || !text.isEmpty { members[textKey] = .string(text) }
            return .object(members)
        }
    }

    init(_ names: [String]) {
        self.names = names
    }

    /// Whether there was something to keep.
    @discardableResult
    mutating func read(_ message: JSONNode) -> Bool {
        var hasKept = false
        for name in names {
            guard let node = message[name], !node.isNull else { continue }
            hasKept = true
            if let text = node.string {
                texts[name, default: ""] += text
            } else if node.kind == .array {
                for detail in node.elements { add(detail, to: name) }
            }
        }
        return hasKept
    }

    private mutating func add(_ node: JSONNode, to name: String) {
        let last = lists[name, default: []].count - 1
        if last >= 0, lists[name]?[last].extend(with: node) == true { return }
        lists[name, default: []].append(Detail(node))
    }

    /// nil where nothing is to come back.
    var native: NativeContent? {
        var members = JSONObject()
        for name in names {
            members[name] = texts[name].map(JSONValue.string) ?? lists[name].map { .array($0.map(\.value)) }
        }
        return members.isEmpty ? nil : NativeContent(wire: OpenAIAdapter.name, content: .object(members))
    }
}
