import Testing

@testable import ScalingMemory

/// How one wire streams an answer: what its provider writes, in pieces that tests put together.
struct StreamDialect: Sendable, CustomTestStringConvertible {
    let name: String
    let adapter: any ProviderAdapter

    /// What comes before the first text.
    let opening: [StreamFrame]
    /// A piece of text, which is given as a JSON string with its quotes.
    let text: @Sendable (String) -> StreamFrame
    /// What ends the text, and is no end of the answer.
    let closing: [StreamFrame]
    /// A call c_1 of "weather" in Zürich, which may come after text.
    let call: [StreamFrame]
    /// An image in base64, or what else this wire has that is as large.
    let image: @Sendable (String) -> [StreamFrame]
    /// The finish reason, on its own, of an answer with a call or without one; empty where the end mark says it.
    let finish: @Sendable (_ hasCall: Bool) -> [StreamFrame]
    /// The end mark; nil where the wire has none.
    let end: StreamFrame?
    /// That the provider is overloaded, said in the middle of a stream.
    let error: StreamFrame

    var testDescription: String { name }

    // MARK: Answers

    /// An answer of these texts.
    func answer(_ texts: [String] = Self.texts) -> [StreamFrame] {
        begun(texts) + closing + finish(false) + (end.map { [$0] } ?? [])
    }

    /// An answer as far as these texts.
    func begun(_ texts: [String] = Self.texts) -> [StreamFrame] {
        opening + texts.map { text(JSONValue.string($0).json) }
    }

    func textFrame(_ words: String) -> StreamFrame {
        text(JSONValue.string(words).json)
    }

    /// Text of one to four bytes a character.
    static let texts = ["Hel", "lo, ", "wörld € ", "😀"]

    // MARK: Bytes

    func bytes(_ frames: [StreamFrame]) -> [UInt8] {
        frames.flatMap { $0.bytes(adapter.framing) }
    }
}

/// One event of a stream before it is put into a framing.
struct StreamFrame: Sendable {
    /// Empty: the framing has no names, or the event has none.
    var name = ""
    var data: String
    /// The framing itself says that it is an error.
    var isException = false

    func bytes(_ framing: StreamFraming) -> [UInt8] {
        switch framing {
        case .serverSentEvents: Array(lines.map { $0 + "\n" }.joined().utf8)
        case .newlineDelimitedJSON: Array((data + "\n").utf8)
        case .awsEventStream: AWSMessage(type: isException ? "exception" : "event", name: name, payload: data).bytes
        }
    }

    /// As lines of an event stream, the empty one included.
    var lines: [String] {
        (name.isEmpty ? [] : ["event: \(name)"]) + ["data: \(data)", ""]
    }
}
