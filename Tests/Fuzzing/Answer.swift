@testable import ScalingMemory

/// Everything that a caller sees of a chat's response, and what must hold of it.
struct Answer: Equatable {
    /// The events, packed.
    private let records: [UInt8]
    /// The response, or the error, as JSON.
    let outcome: String
    let response: Response?
    let error: LLMError?

    static func == (one: Answer, two: Answer) -> Bool {
        one.records == two.records && one.outcome == two.outcome
    }

    /// Reads a body as a client does. `usingTemplate`: events that are like the one before are not parsed.
    init(
        to body: UnsafeRawBufferPointer,
        in pieces: Pieces,
        by adapter: any ProviderAdapter,
        head: HTTPResponseHead = HTTPResponseHead(status: 200),
        streaming: Bool,
        usingTemplate: Bool = true,
        parser: JSONParser
    ) {
        let writer = EventWriter()
        let reader = ResponseReader(
            adapter: adapter,
            provider: "test",
            isStreaming: streaming,
            limits: ResponseReader.Limits(),
            parser: parser,
            events: writer,
            decoder: usingTemplate ? nil : EveryEventParsed(inner: adapter.makeStreamDecoder())
        )
        reader.begin(head)
        pieces.forEach(of: body) { reader.receive($0) == .goOn }
        do throws(LLMError) {
            let response = try reader.finish(nil)
            (self.response, error, outcome) = (response, nil, response.json)
        } catch {
            (response, self.error, outcome) = (nil, error, error.json)
        }
        let buffer = writer.takeRecords()
        records = withExtendedLifetime(buffer) { Array(buffer.bytes) }
        // Nobody finishes twice. Should anybody, it is not to end the program.
        _ = try? reader.finish(nil)
    }

    /// What has been written is JSON; the events are UTF-8, and add up to the response.
    func check(_ parser: JSONParser) throws {
        _ = try JSONTarget.read(outcome, parser)
        var said = Said()
        try said.read(records)
        guard let response else { return }
        try require(said.text == Array(response.content.utf8), "the text of the events is not the content")
        let reasoning = Array((response.reasoning ?? "").utf8)
        try require(said.reasoning == reasoning, "the reasoning of the events is another one")
        try require(said.calls.count == response.toolCalls.count, "\(said.calls.count) calls, in \(outcome)")
        for (index, call) in response.toolCalls.enumerated() {
            try require(said.calls[index] == call, "call \(index) is not the one of the events")
            // A call without arguments gets an empty object, when it is whole.
            let pieces = said.arguments[index].flatMap { $0.isEmpty ? nil : $0 } ?? "{}"
            try require(pieces == call.arguments, "call \(index) is not what its pieces add up to")
        }
    }
}

/// What the events of an answer add up to.
private struct Said {
    var text: [UInt8] = []
    var reasoning: [UInt8] = []
    var calls: [Int: ToolCall] = [:]
    /// The pieces of each call's arguments, joined.
    var arguments: [Int: String] = [:]

    mutating func read(_ records: [UInt8]) throws {
        let buffer = ByteBuffer()
        records.withUnsafeBytes { buffer.append($0) }
        var reader = EventReader(buffer)
        while let (kind, data) = reader.next() {
            try require(String(validating: data, as: UTF8.self) != nil, "an event is not UTF-8: \(Array(data))")
            switch StreamEvent(kind: kind, data: data) {
            case .text: text += data
            case .reasoning: reasoning += data
            case .toolCallDelta(let index, _, _, let piece): arguments[index, default: ""] += piece ?? ""
            case .toolCall(let index, let call):
                try require(calls.updateValue(call, forKey: index) == nil, "call \(index) was completed twice")
            case .response, nil: throw Violation(description: "an event is none: \(Array(data))")
            }
        }
    }
}

/// A decoder that keeps to itself which events were one piece of text, so that all are parsed.
private struct EveryEventParsed: StreamDecoder {
    var inner: any StreamDecoder

    mutating func decode(
        _ event: WireEvent,
        with parser: JSONParser,
        into builder: ResponseBuilder
    ) throws(LLMError) -> StreamProgress {
        try inner.decode(event, with: parser, into: builder)
    }

    func finish(into builder: ResponseBuilder) {
        inner.finish(into: builder)
    }
}
