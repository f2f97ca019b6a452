/// Reads the fields of a JSON object that a person wrote, with errors that name the field and what it takes.
package struct FieldReader {
    package let node: JSONNode
    /// How the object is called in errors, such as "messages[2]"; empty for the outermost.
    package let path: String
    /// Of a value that has the right type and is wrong all the same.
    private let code: LLMError.Code

    package init(_ node: JSONNode, path: String, failingWith code: LLMError.Code = .invalidArgument) throws(LLMError) {
        self.node = node
        self.path = path
        self.code = code
        guard node.kind == .object else {
            throw .invalidArgument("\(path.isEmpty ? "the text" : path) is \(node.typeName); it takes an object")
        }
    }

    package func name(_ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    /// "messages[2].content is a number; it takes text"
    package func wrongType(_ key: String, takes: String) -> LLMError {
        .invalidArgument("\(name(key)) is \(node[key]?.typeName ?? "missing"); it takes \(takes)")
    }

    package func invalid(_ message: String) -> LLMError {
        LLMError(code, message)
    }

    /// Refuses every field that is not listed.
    package func allowOnly(
        _ known: Set<String>,
        and others: Set<String> = [],
        hint: String = ""
    ) throws(LLMError) {
        for member in node.members where !known.contains(member.key) && !others.contains(member.key) {
            let list = known.union(others).sorted().joined(separator: ", ")
            let unknown = member.key.count > 64 ? member.key.prefix(64) + "…" : member.key
            throw LLMError(code, "unknown field \(name(unknown))\(hint); known are \(list)")
        }
    }

    private func present(_ key: String) -> JSONNode? {
        guard let value = node[key], !value.isNull else { return nil }
        return value
    }

    package func required(_ key: String) throws(LLMError) -> JSONNode {
        guard let value = present(key) else { throw LLMError(code, "\(name(key)) is missing") }
        return value
    }

    package func requiredString(_ key: String, takes: @autoclosure () -> String) throws(LLMError) -> String {
        guard let value = node[key] else { throw LLMError(code, "\(name(key)) is missing; it takes \(takes())") }
        guard let text = value.string else { throw wrongType(key, takes: takes()) }
        return text
    }

    package func string(_ key: String) throws(LLMError) -> String? {
        guard let value = present(key) else { return nil }
        guard let text = value.string else { throw wrongType(key, takes: "text") }
        return text
    }

    package func bool(_ key: String) throws(LLMError) -> Bool? {
        guard let value = present(key) else { return nil }
        guard let bool = value.bool else { throw wrongType(key, takes: "true or false") }
        return bool
    }

    package func integer(_ key: String, in range: ClosedRange<Int>) throws(LLMError) -> Int? {
        guard let value = present(key) else { return nil }
        let takes = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = value.integer else {
            guard let number = value.number else { throw wrongType(key, takes: takes) }
            // 1.5 is of the wrong type; 1e300 is whole, and out of range.
            let isWhole = number.rounded() == number
            throw LLMError(
                isWhole ? code : .invalidArgument,
                "\(name(key)) is \(number); it takes \(takes)"
            )
        }
        guard range.contains(number) else { throw LLMError(code, "\(name(key)) is \(number); it takes \(takes)") }
        return number
    }

    package func number(_ key: String, in range: ClosedRange<Double>) throws(LLMError) -> Double? {
        guard let value = present(key) else { return nil }
        let takes =
            "a number from \(JSONValue.number(range.lowerBound).json) to \(JSONValue.number(range.upperBound).json)"
        guard let number = value.number else { throw wrongType(key, takes: takes) }
        guard range.contains(number) else { throw LLMError(code, "\(name(key)) is \(number); it takes \(takes)") }
        return number
    }

    package func object(_ key: String) throws(LLMError) -> FieldReader? {
        guard let value = present(key) else { return nil }
        return try FieldReader(value, path: name(key), failingWith: code)
    }

    package func value(_ key: String) -> JSONValue? {
        present(key).map(JSONValue.init)
    }

    /// An object whose values are all text.
    package func texts(_ key: String) throws(LLMError) -> [(name: String, value: String)] {
        guard let fields = try object(key) else { return [] }
        var result: [(name: String, value: String)] = []
        for member in fields.node.members {
            guard let text = member.value.string else { throw fields.wrongType(member.key, takes: "text") }
            result.append((member.key, text))
        }
        return result
    }
}

extension JSONNode {
    /// How a person calls the value's type.
    package var typeName: String {
        switch kind {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .number: "a number"
        case .string: "text"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
