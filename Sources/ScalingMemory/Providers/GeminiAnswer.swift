/// An answer, whole or as it grows in a stream, whose chunks have the same shape.
/// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
struct GeminiAnswer {
    /// A part with its text apart, which grows.
    private struct Part {
        var members: JSONObject
        var text: String
        /// Whether a further piece may be added: a signature belongs to its part alone.
        let mayGrow: Bool
        let isThought: Bool
    }

    private var parts: [Part] = []
    private var usage = GeminiUsage()
    private(set) var hasCandidate = false
    /// Something came that text and tool calls do not say: the message is kept as it was.
    private var needsNative = false

    mutating func read(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        if builder.id == nil { builder.id = root["responseId"]?.string }
        if builder.model == nil { builder.model = root["modelVersion"]?.string }
        usage.read(root["usageMetadata"])
        builder.usage = usage.usage
        for candidate in (root["candidates"] ?? root).elements {
            // Several candidates: the first is the answer.
            guard candidate["index"]?.integer ?? 0 == 0 else { continue }
            hasCandidate = true
            for part in (candidate["content"]?["parts"] ?? candidate).elements { take(part, into: builder) }
            if let reason = candidate["finishReason"], !reason.equals("FINISH_REASON_UNSPECIFIED") {
                builder.finishReason = FinishReason(reason) ?? builder.finishReason
            }
        }
        if !hasCandidate, let reason = root["promptFeedback"]?["blockReason"]?.string {
            throw Self.blocked(reason, root["promptFeedback"]?["blockReasonMessage"]?.string)
        }
    }

    private static func blocked(_ reason: String, _ words: String?) -> LLMError {
        var error = LLMError(.contentFiltered, "the provider blocked the prompt: \(words ?? reason)")
        error.providerCode = reason
        error.providerMessage = words
        return error
    }

    // MARK: Parts as they come

    private mutating func take(_ part: JSONNode, into builder: ResponseBuilder) {
        let isThought = part["thought"]?.bool == true
        if isThought {
            builder.appendReasoning(part["text"])
        } else {
            builder.appendText(part["text"])
        }
        if let call = part["functionCall"], call.kind == .object {
            let id = call["id"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? Self.madeUpID(in: builder)
            let index = builder.beginToolCall(id: id, name: call["name"]?.string)
            if let arguments = call["args"], arguments.kind == .object {
                builder.appendToolCall(at: index, arguments: JSONValue(arguments).json)
            }
            builder.completeToolCall(at: index)
            if call["id"] != nil { needsNative = true }
        }
        keep(part, isThought: isThought)
    }

    /// Calls seldom have an id. With the answer's own in it, two answers of a conversation do not use the same; the
    /// characters and the length are what other wires take.
    private static func madeUpID(in builder: ResponseBuilder) -> String {
        let answer = (builder.id ?? "").utf8.filter { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let suffix = answer.isEmpty ? "" : "_" + String(decoding: answer.prefix(24), as: UTF8.self)
        return "call_\(builder.toolCallCount)\(suffix)"
    }

    private mutating func keep(_ node: JSONNode, isThought: Bool) {
        let text = node["text"]?.string ?? ""
        let isTextAlone = node["text"] != nil && node.count == (node["thought"] == nil ? 1 : 2)
        if isTextAlone, let last = parts.indices.last, parts[last].mayGrow, parts[last].isThought == isThought {
            parts[last].text += text
            return
        }
        if isThought || !(isTextAlone || Self.isCallAlone(node)) { needsNative = true }
        var members = JSONObject(node)
        if members["text"] != nil { members["text"] = "" }
        parts.append(Part(members: members, text: text, mayGrow: isTextAlone, isThought: isThought))
    }

    private static func isCallAlone(_ part: JSONNode) -> Bool {
        part["functionCall"] != nil && part.count == 1
    }

    // MARK: The message as it was

    /// nil where text and tool calls say it all.
    var native: NativeContent? {
        guard needsNative else { return nil }
        let content = parts.map { part in
            var members = part.members
            if members["text"] != nil { members["text"] = .string(part.text) }
            return JSONValue.object(members)
        }
        return NativeContent(wire: "gemini", content: .array(content))
    }
}
