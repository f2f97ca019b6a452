@testable import ScalingMemory

/// Reads a body with an adapter as a client does, and encodes requests, for tests of wires.
struct BodyReading {
    var response: Result<Response, LLMError>
    /// Each event as "text …", "reasoning …", "delta …" or "call …".
    var events: [String]
    /// What the reader said after the last piece that it was given, and how many bytes that were by then.
    private(set) var decision: HTTPBodyDecision?
    private(set) var taken = 0

    init(
        _ body: [UInt8],
        by adapter: any ProviderAdapter,
        status: Int = 200,
        headers: [HTTPHeader] = [],
        streaming: Bool = true,
        size: Int = .max
    ) {
        let cuts = size < body.count ? Array(Swift.stride(from: size, to: body.count, by: size)) : []
        self.init(body, cutAt: cuts, by: adapter, status: status, headers: headers, streaming: streaming)
    }

    /// `cuts`: where the pieces end, in ascending order. `ending`: how the transfer failed, where it did.
    init(
        _ body: [UInt8],
        cutAt cuts: [Int],
        by adapter: any ProviderAdapter,
        status: Int = 200,
        headers: [HTTPHeader] = [],
        streaming: Bool = true,
        limits: ResponseReader.Limits = ResponseReader.Limits(),
        ending failure: LLMError? = nil
    ) {
        let writer = EventWriter()
        let reader = ResponseReader(
            adapter: adapter,
            provider: "test",
            isStreaming: streaming,
            limits: limits,
            parser: JSONParser(),
            events: writer
        )
        reader.begin(HTTPResponseHead(status: status, headers: headers))
        for end in cuts + [body.count] where end > taken {
            let piece = Array(body[taken..<end])
            decision = piece.withUnsafeBytes { reader.receive($0) }
            taken = end
            if decision != .goOn { break }
        }
        do throws(LLMError) { response = .success(try reader.finish(failure)) } catch { response = .failure(error) }
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
