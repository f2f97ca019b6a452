/// A JSON schema as Anthropic's structured outputs take it: every object says that it has no further members.
/// https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs
enum AnthropicSchema {
    /// Of a form of answer that says only that it is JSON: between the form's name and the wire's.
    static let isMissing = "has no schema (\"json_schema\" has one), and without a schema no counterpart in"

    static func closed(_ schema: JSONValue) -> JSONValue {
        switch schema {
        case .array(let elements): return .array(elements.map(closed))
        case .object(let members):
            var result = JSONObject()
            for member in members.members {
                // What stands under these is data, not schema.
                let isData = ["enum", "const", "default", "examples"].contains(member.key)
                result[member.key] = isData ? member.value : closed(member.value)
            }
            if members["type"] == "object", members["additionalProperties"] == nil {
                result["additionalProperties"] = false
            }
            return .object(result)
        default: return schema
        }
    }
}
