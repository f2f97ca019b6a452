@testable import ScalingMemory

/// `TextTemplate`: a stream is read with it as it is without.
///
/// An input is the name of a wire and then a line for each event. Each event comes a second time with a small change, since
/// it is the events that are almost alike that a template could take for alike.
enum TemplateTarget {
    static let target = FuzzTarget("template") { input in
        let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let name = lines.first, let adapter = adapters[String(decoding: name, as: UTF8.self)] else { return }
        var random = Random(of: input)
        let events = lines.dropFirst().flatMap { line in [Array(line), changed(Array(line), &random)] }
        try framed(events, for: adapter).withUnsafeBytes { body in
            let parser = JSONParser()
            let pieces = Pieces.whole(body)
            let answer = Answer(to: body, in: pieces, by: adapter, streaming: true, parser: parser)
            let parsed = Answer(
                to: body,
                in: pieces,
                by: adapter,
                streaming: true,
                usingTemplate: false,
                parser: parser
            )
            let text = String(decoding: body, as: UTF8.self)
            try require(answer == parsed, "recognised \(answer.outcome), parsed \(parsed.outcome), of \(text)")
        }
    }

    private static let adapters: [String: any ProviderAdapter] = [
        "openai-chat": OpenAIAdapter(), "think": OpenAIAdapter(quirks: WireTargets.thinking),
        "openai-responses": OpenAIResponsesAdapter(), "anthropic": AnthropicAdapter(), "gemini": GeminiAdapter(),
        "ollama": OllamaAdapter(), "bedrock": BedrockAdapter(),
    ]

    /// Bytes that mean something in JSON, and some that must not be in it.
    private static let bytes = Array("\"\\{}[]:,0-.eun \u{1}\u{7F}é".utf8) + [0xED, 0xA0, 0xFF]

    private static func changed(_ event: [UInt8], _ random: inout Random) -> [UInt8] {
        guard let place = event.indices.randomElement(using: &random),
            let byte = bytes.randomElement(using: &random)
        else { return event }
        var event = event
        switch Int.random(in: 0..<4, using: &random) {
        case 0: event[place] = byte
        case 1: event.insert(byte, at: place)
        case 2: event.remove(at: place)
        default: break
        }
        return event
    }

    private static func framed(_ events: [[UInt8]], for adapter: any ProviderAdapter) -> [UInt8] {
        switch adapter.framing {
        case .serverSentEvents: return events.flatMap { Array("data: ".utf8) + $0 + Array("\n\n".utf8) }
        case .newlineDelimitedJSON: return events.flatMap { $0 + Array("\n".utf8) }
        case .awsEventStream:
            let lines = events.flatMap { Array("contentBlockDelta ".utf8) + $0 + Array("\n".utf8) }
            return lines.withUnsafeBytes { AWSFrames.messages(ofLines: $0) }
        }
    }
}
