extension Message {
    /// Reads a message; `path`, such as "messages[2]", goes into the errors.
    package init(_ node: JSONNode, path: String) throws(LLMError) {
        let object = try FieldReader(node, path: path)
        let name = try object.requiredString("role", takes: "one of " + Self.roleNames)
        guard let role = Role(rawValue: name) else {
            throw .invalidArgument("\(path).role is \"\(name.shortened(to: 64))\"; it takes one of \(Self.roleNames)")
        }
        self.init(role: role, content: try Self.content(of: object))
        toolCalls = try Self.toolCalls(of: object)
        toolCallID = try object.string("tool_call_id")
        self.name = try object.string("name")
        refusal = try object.string("refusal")
        native = try Self.native(of: object)
        for (key, value) in node.entries {
            switch key {
            case "role", "content", "tool_calls", "tool_call_id", "name", "refusal", "native": break
            default: extra[key.string] = JSONValue(value)
            }
        }
    }

    private static var roleNames: String { Role.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func content(of object: FieldReader) throws(LLMError) -> Content? {
        guard let node = object.node["content"], !node.isNull else { return nil }
        if let text = node.string { return .text(text) }
        guard node.kind == .array else {
            throw object.wrongType("content", takes: "text, an array of parts, or null")
        }
        var parts: [ContentPart] = []
        for (index, element) in node.elements.enumerated() {
            parts.append(try ContentPart(element, path: "\(object.path).content[\(index)]"))
        }
        return .parts(parts)
    }

    private static func toolCalls(of object: FieldReader) throws(LLMError) -> [ToolCall] {
        guard let node = object.node["tool_calls"], !node.isNull else { return [] }
        guard node.kind == .array else { throw object.wrongType("tool_calls", takes: "an array of tool calls") }
        var calls: [ToolCall] = []
        for (index, element) in node.elements.enumerated() {
            let call = try FieldReader(element, path: "\(object.path).tool_calls[\(index)]")
            let function = try FieldReader(call.required("function"), path: call.path + ".function")
            let arguments = function.node["arguments"]
            calls.append(
                ToolCall(
                    id: try call.requiredString("id", takes: "the call's id"),
                    name: try function.requiredString("name", takes: "the tool's name"),
                    arguments: arguments.map { $0.string ?? JSONValue($0).json } ?? "{}"
                )
            )
        }
        return calls
    }

    private static func native(of object: FieldReader) throws(LLMError) -> NativeContent? {
        guard let node = object.node["native"], !node.isNull else { return nil }
        let native = try FieldReader(node, path: object.path + ".native")
        return NativeContent(
            wire: try native.requiredString("wire", takes: "the name of a wire"),
            content: JSONValue(try native.required("content"))
        )
    }

    /// Writes the message as a response's "message".
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("role", role.rawValue)
            writer.key("content")
            writeContent(to: &writer)
            if !toolCalls.isEmpty {
                writer.key("tool_calls")
                writeToolCalls(to: &writer)
            }
            writer.member("tool_call_id", toolCallID)
            writer.member("name", name)
            writer.member("refusal", refusal)
            if let native {
                writer.key("native")
                writer.object { writer in
                    writer.member("wire", native.wire)
                    writer.member("content", native.content)
                }
            }
            for member in extra.members {
                writer.key(member.key)
                writer.value(member.value)
            }
        }
    }

    package func writeContent(to writer: inout JSONWriter) {
        switch content {
        case .text(let text): writer.value(text)
        case .parts(let parts): writer.array { writer in for part in parts { part.write(to: &writer) } }
        case nil: writer.null()
        }
    }

    package func writeToolCalls(to writer: inout JSONWriter) {
        writer.array { writer in
            for call in toolCalls {
                writer.object { writer in
                    writer.member("id", call.id)
                    writer.member("type", "function")
                    writer.key("function")
                    writer.object { writer in
                        writer.member("name", call.name)
                        writer.member("arguments", call.arguments)
                    }
                }
            }
        }
    }
}

extension ContentPart {
    package init(_ node: JSONNode, path: String) throws(LLMError) {
        let object = try FieldReader(node, path: path)
        let type = try object.requiredString("type", takes: "the part's type, such as \"text\"")
        var members = JSONObject(node)
        members["type"] = nil
        self.init(type: type, members: members)
        if type == "text" { _ = try object.requiredString("text", takes: "text") }
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", type)
            for member in members.members {
                writer.key(member.key)
                writer.value(member.value)
            }
        }
    }
}
