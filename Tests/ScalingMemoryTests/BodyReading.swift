@testable import ScalingMemory

/// Reads a body with an adapter as a client does, and encodes requests, for tests of wires.
struct BodyReading {
    var response: Result<Response, LLMError>
    /// Each event as "text …", "reasoning …", "delta …" or "call …".
    var events: [String]

    init(
        _ body: [UInt8],
        by adapter: any ProviderAdapter,
        status: Int = 200,
        headers: [HTTPHeader] = [],
        streaming: Bool = true,
        size: Int = .max
    ) {
        let writer = EventWriter()
        let reader = ResponseReader(
            adapter: adapter,
            provider: "test",
            isStreaming: streaming,
            limits: ResponseReader.Limits(),
            parser: JSONParser(),
            events: writer
        )
        reader.begin(HTTPResponseHead(status: status, headers: headers))
        var rest = body[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(piece.count)
            if piece.withUnsafeBytes({ reader.receive($0) }) != .goOn { break }
        }
        do throws(LLMError) { response = .success(try reader.finish(nil)) } catch { response = .failure(error) }
        events = []
        var records = EventReader(writer.takeRecords())
        while let (kind, data) = records.next() {
            switch StreamEvent(kind: kind, data: data) {
            case .text(let text): events.append("text \(text)")
            case .reasoning(let text): events.append("reasoning \(text)")
            case .toolCallDelta(_, _, let name, let arguments): events.append("delta \(name ?? arguments ?? "")")
            case .toolCall(_, let call): events.append("call \(call.name)\(call.arguments)")
            case .response, nil: events.append("?")
            }
        }
    }

    init(_ body: String, by adapter: any ProviderAdapter, streaming: Bool = true, size: Int = .max) {
        self.init(Array(body.utf8), by: adapter, streaming: streaming, size: size)
    }

    var error: LLMError? {
        if case .failure(let error) = response { error } else { nil }
    }
}

extension ProviderAdapter {
    /// The request that a client would send, from a request's JSON.
    func encoded(
        _ json: String,
        streaming: Bool = false,
        to endpoint: Endpoint = Endpoint(baseURL: "http://host")
    ) throws -> HTTPRequest {
        try encodeChat(Request(json: json), streaming: streaming, to: endpoint)
    }

    /// Its body.
    func body(_ json: String, streaming: Bool = false) throws -> String {
        try encoded(json, streaming: streaming).body?.text ?? ""
    }
}
