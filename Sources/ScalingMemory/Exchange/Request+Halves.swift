/// A request whose JSON may hold halves of surrogate pairs.
package protocol RequestWithHalves {
    /// Where halves of surrogate pairs were left out when the request was read, as errors name the fields.
    var halvedFields: [String] { get set }
}

extension Request: RequestWithHalves {}
extension EmbeddingRequest: RequestWithHalves {}

extension RequestWithHalves {
    /// Parses a request that a person's program wrote, and hands its root to `read`. Halves of surrogate pairs, which JSON
    /// can write ("\ud83d") and UTF-8 cannot, are left out; the request knows in which fields they were.
    package static func reading(
        _ text: String,
        as name: String,
        _ read: (JSONNode) throws(LLMError) -> Self
    ) throws(LLMError) -> Self {
        do throws(LLMError) {
            return try Request.parsing(text, as: name, read)
        } catch {
            guard let whole = JSONRepair.removingHalves(from: text) else { throw error }
            var request = try Request.parsing(whole, as: name, read)
            request.halvedFields = halvedFields(of: text)
            return request
        }
    }

    private static func halvedFields(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        let fields = try? bytes.withUnsafeBytes { bytes in
            try JSONParser().parseRepairing(bytes) { root in
                var fields: [String] = []
                // An array is one of messages.
                if root.kind == .array, let field = halvedField(root, "messages") { fields.append(field) }
                for member in root.members {
                    let field = member.key.isHalved ? member.key : halvedField(member.value, member.key)
                    if let field { fields.append(field) }
                }
                return fields
            }
        }
        return fields ?? []
    }

    /// The first value inside of `node` that holds half of a pair, named as in an error; `name` is the node's own.
    private static func halvedField(_ node: JSONNode, _ name: String) -> String? {
        if node.holdsHalf { return name }
        for (index, element) in node.elements.enumerated() {
            if let field = halvedField(element, "\(name)[\(index)]") { return field }
        }
        for member in node.members {
            if member.key.isHalved { return name }
            if let field = halvedField(member.value, "\(name).\(member.key)") { return field }
        }
        return nil
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
