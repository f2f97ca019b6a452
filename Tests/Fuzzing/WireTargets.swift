@testable import ScalingMemory

/// The decoders of each wire, for streams and for whole answers. An input is a body: what begins with "{" is a whole answer,
/// as with real servers.
enum WireTargets {
    static let all = [
        target("openai-chat", OpenAIAdapter(quirks: .openAI), OpenAIAdapter(quirks: thinking)),
        target("openai-responses", OpenAIResponsesAdapter()),
        target("anthropic", AnthropicAdapter()),
        target("gemini", GeminiAdapter()),
        target("ollama", OllamaAdapter()),
        // A line for each message: see `AWSFrames`.
        FuzzTarget("bedrock") { input in
            if input.first == UInt8(ascii: "{") { try check(input, by: BedrockAdapter()) }
            try AWSFrames.messages(ofLines: input).withUnsafeBytes { try check($0, by: BedrockAdapter()) }
        },
    ]

    /// A server whose text has reasoning in tags, and whose reasoning must come back. (Azure's adapter reads answers with
    /// that of OpenAI.)
    static let thinking: ChatQuirks = {
        var quirks = ChatQuirks()
        quirks.hasThinkTags = true
        quirks.returns = ["reasoning_content", "reasoning_details"]
        return quirks
    }()

    private static func target(_ name: String, _ adapters: any ProviderAdapter...) -> FuzzTarget {
        FuzzTarget(name) { input in for adapter in adapters { try check(input, by: adapter) } }
    }

    /// However the body is cut, and whether like events are parsed or recognised, the answer is the same one. It holds
    /// together, and can be sent back.
    static func check(_ body: UnsafeRawBufferPointer, by adapter: any ProviderAdapter) throws {
        let parser = JSONParser()
        for streaming in [true, false] {
            let whole = Answer(to: body, in: .whole(body), by: adapter, streaming: streaming, parser: parser)
            try whole.check(parser)
            // A whole answer is collected and not cut again: one way is enough there.
            for (how, pieces) in Pieces.all(body).dropFirst(streaming ? 1 : 2) {
                let cut = Answer(to: body, in: pieces, by: adapter, streaming: streaming, parser: parser)
                try require(cut == whole, "\(how) it is \(cut.outcome), and as a whole \(whole.outcome)")
            }
            let parsed = Answer(
                to: body,
                in: .whole(body),
                by: adapter,
                streaming: streaming,
                usingTemplate: false,
                parser: JSONParser()
            )
            try require(parsed == whole, "recognised it is \(whole.outcome), and parsed \(parsed.outcome)")
            if let response = whole.response { try RequestTarget.checkSending(back: response, by: adapter, parser) }
        }
    }
}
