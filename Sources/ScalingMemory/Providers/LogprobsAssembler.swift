/// Log probabilities that arrive with the pieces of an answer: lists are joined, anything else is what came last.
struct LogprobsAssembler {
    private var lists: [(key: String, elements: [JSONValue])] = []
    private var others = JSONObject()

    mutating func append(_ node: JSONNode, to key: String) {
        guard node.kind == .array else {
            others[key] = JSONValue(node)
            return
        }
        let elements = node.elements.map(JSONValue.init)
        if let place = lists.firstIndex(where: { $0.key == key }) {
            lists[place].elements += elements
        } else {
            lists.append((key, elements))
        }
    }

    /// nil where none came.
    var value: JSONValue? {
        var result = JSONObject()
        for list in lists { result[list.key] = .array(list.elements) }
        for other in others.members { result[other.key] = other.value }
        return result.isEmpty ? nil : .object(result)
    }
}
