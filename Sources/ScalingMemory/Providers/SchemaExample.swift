/// Makes a value that a JSON schema allows, as small as it goes: required members only, the first of what is to choose from.
/// https://json-schema.org/draft/2020-12. What cannot be made from it, such as a text for a pattern, may not be valid.
struct SchemaExample {
    private let root: JSONValue
    /// Schemas may contain themselves.
    private static let maximumDepth = 32

    init(_ schema: JSONValue) {
        root = schema
    }

    var value: JSONValue { value(of: root, 0) }

    private func value(of schema: JSONValue, _ depth: Int) -> JSONValue {
        guard depth < Self.maximumDepth, let members = schema.object else { return .null }
        if let constant = members["const"] ?? members["enum"]?.array?.first ?? members["default"] { return constant }
        if let reference = members["$ref"]?.string { return value(of: target(of: reference), depth + 1) }
        if let choice = (members["anyOf"] ?? members["oneOf"])?.array?.first { return value(of: choice, depth + 1) }
        if let all = members["allOf"]?.array { return merged(all, depth) }
        switch type(members) {
        case "object": return object(members, depth)
        case "array":
            let element = value(of: members["items"] ?? [:], depth + 1)
            return .array(Array(repeating: element, count: min(max(0, members["minItems"]?.integer ?? 0), 64)))
        case "string": return .string(text(members))
        case "integer": return .integer(integer(members))
        case "number": return .integer(integer(members))
        case "boolean": return false
        case "null": return .null
        default: return [:]
        }
    }

    private func type(_ members: JSONObject) -> String? {
        if let name = members["type"]?.string { return name }
        if let names = members["type"]?.array?.compactMap(\.string) {
            return names.first { $0 != "null" } ?? names.first
        }
        return members["items"] == nil ? "object" : "array"
    }

    private func object(_ members: JSONObject, _ depth: Int) -> JSONValue {
        var result = JSONObject()
        for name in (members["required"]?.array ?? []).compactMap(\.string) {
            result[name] = value(of: members["properties"]?[name] ?? [:], depth + 1)
        }
        return .object(result)
    }

    private func merged(_ schemas: [JSONValue], _ depth: Int) -> JSONValue {
        var result = JSONObject()
        for schema in schemas {
            let part = value(of: schema, depth + 1)
            guard let members = part.object?.members else { return part }
            for member in members { result[member.key] = member.value }
        }
        return .object(result)
    }

    /// "#", "#/$defs/name", "#/definitions/name".
    private func target(of reference: String) -> JSONValue {
        var schema = root
        for step in reference.split(separator: "/").dropFirst() { schema = schema[String(step)] ?? [:] }
        return schema
    }

    private func text(_ members: JSONObject) -> String {
        var text: String
        switch members["format"]?.string {
        case "date": text = "2000-01-01"
        case "time": text = "00:00:00Z"
        case "date-time": text = "2000-01-01T00:00:00Z"
        case "email": text = "name@example.com"
        case "uri": text = "https://example.com/"
        case "uuid": text = "00000000-0000-4000-8000-000000000000"
        default: text = "text"
        }
        let least = min(members["minLength"]?.integer ?? 0, 4096)
        if text.count < least { text += String(repeating: "x", count: least - text.count) }
        if let most = members["maxLength"]?.integer, most >= 0 { text = String(text.prefix(most)) }
        return text
    }

    /// The smallest that is allowed and not negative, or the greatest.
    private func integer(_ members: JSONObject) -> Int {
        let least = bound(members["minimum"]) ?? bound(members["exclusiveMinimum"]).map { $0 &+ 1 }
        let most = bound(members["maximum"]) ?? bound(members["exclusiveMaximum"]).map { $0 &- 1 }
        var number = max(0, least ?? 0)
        if let least, least < 0 { number = 0 }
        if let most, number > most { number = most }
        guard let step = members["multipleOf"]?.integer, step > 0, number % step != 0 else { return number }
        let (next, overflow) = number.addingReportingOverflow(step - number % step)
        return overflow ? number : next
    }

    private func bound(_ value: JSONValue?) -> Int? {
        guard case .number(let number)? = value else { return value?.integer }
        return Int(exactly: number.rounded(.up))
    }
}
