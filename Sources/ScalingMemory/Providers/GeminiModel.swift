/// A model's name, as the wire has it in its paths.
struct GeminiModel {
    /// "models/gemini-2.5-flash", "tunedModels/mine"
    let path: String
    /// Without the "models/" in front.
    private let name: Substring

    init(_ model: String?) throws(LLMError) {
        guard let model else {
            throw .configuration(
                "model is missing: Gemini's paths hold it; give it in the request or the configuration"
            )
        }
        guard Self.isPath(model) else {
            throw .invalidArgument("model is \"\(model.prefix(128))\"; it takes a name such as \"gemini-2.5-flash\"")
        }
        path = model.utf8.contains(UInt8(ascii: "/")) ? model : "models/" + model
        name = model.hasPrefix("models/") ? model.dropFirst(7) : model[...]
    }

    /// What stands in a path as it is and cannot lead out of it.
    private static func isPath(_ text: String) -> Bool {
        let areFit = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~@/".utf8.contains(byte)
            }
        }
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        return areFit && segments.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    /// Models up to 2.5 take a budget of tokens for their reasoning, the ones after them a level.
    /// https://ai.google.dev/gemini-api/docs/thinking
    var takesThinkingBudget: Bool {
        name.hasPrefix("gemini-1") || name.hasPrefix("gemini-2") || name.hasPrefix("gemini-robotics-er-1")
    }

    /// From Gemini 3 on a conversation's calls have to carry a signature.
    /// https://ai.google.dev/gemini-api/docs/thought-signatures
    var checksSignatures: Bool {
        name.hasPrefix("gemini-") && !takesThinkingBudget
    }
}
