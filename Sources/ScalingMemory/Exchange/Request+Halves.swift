extension Request {
    /// Parses a request that a person's program wrote, and hands its root to `read`. Halves of surrogate pairs, which JSON
    /// can write ("\ud83d") and UTF-8 cannot, are left out; the request knows in which fields they were.
    package static func reading(
        _ text: String,
        as name: String,
        _ read: (JSONNode) throws(LLMError) -> Request
    ) throws(LLMError) -> Request {
        do throws(LLMError) {
            return try parsing(text, as: name, read)
        } catch {
            guard let whole = JSONRepair.removingHalves(from: text) else { throw error }
            var request = try parsing(whole, as: name, read)
            request.halvedFields = halvedFields(of: text)
            return request
        }
    }

    private static func halvedFields(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        let fields = try? bytes.withUnsafeBytes { bytes in
            try JSONParser().parseRepairing(bytes) { root in
                // An array is one of messages.
                root.kind == .array
                    ? [halvedField(root, "messages")].compactMap { $0 }
                    : root.members.compactMap { $0.key.isHalved ? $0.key : halvedField($0.value, $0.key) }
            }
        }
        return fields ?? []
    }

    /// The first value inside of `node` that holds half of a pair, named as in an error; `name` is the node's own.
    private static func halvedField(_ node: JSONNode, _ name: String) -> String? {
        switch node.kind {
        case .string: return node.holdsHalf ? name : nil
        case .array:
            return node.elements.enumerated().lazy.compactMap { halvedField($1, "\(name)[\($0)]") }.first
        case .object:
            return node.members.lazy.compactMap { $0.key.isHalved ? name : halvedField($0.value, "\(name).\($0.key)") }
                .first
        case .null, .bool, .integer, .number: return nil
        }
    }
}

extension JSONNode {
    /// Whether the string holds the WTF-8 bytes of half a pair, of which UTF-8 has none.
    fileprivate var holdsHalf: Bool {
        guard let utf8 else { return false }
        return zip(utf8, utf8.dropFirst()).contains { $0 == 0xED && $1 >= 0xA0 }
    }
}

extension String {
    /// The same of a member's name, which has been read: half a pair's bytes became three of these.
    fileprivate var isHalved: Bool { contains(bytesOf: "\u{FFFD}\u{FFFD}\u{FFFD}") }
}
