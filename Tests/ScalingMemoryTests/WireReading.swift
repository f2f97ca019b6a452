@testable import ScalingMemory

/// What an adapter makes of a body, whole or as a stream, with the events on the way.
struct WireReading {
    var response: Response
    /// All TEXT events, joined; likewise the reasoning.
    var text = ""
    var reasoning = ""
    var calls: [ToolCall] = []

    /// Reads a whole body.
    init(_ body: String, by adapter: any ProviderAdapter) throws {
        let events = EventWriter()
        let builder = ResponseBuilder(provider: "test", events: events)
        try JSONParser().parse(body) { root in try adapter.decodeChat(root, into: builder) }
        self.init(builder.complete(), events)
    }

    /// Reads a stream of these events' data, to its end or to the last of them.
    init(events data: [String], by adapter: any ProviderAdapter) throws {
        let events = EventWriter()
        let builder = ResponseBuilder(provider: "test", events: events)
        let parser = JSONParser()
        var decoder = adapter.makeStreamDecoder()
        var failure: (any Error)?
        var sse = SSEParser(maximumEventBytes: 1 << 20)
        let bytes = Array(data.map { "data: \($0)\n\n" }.joined().utf8)
        try bytes.withUnsafeBytes { bytes in
            try sse.feed(bytes) { event in
                do { return try decoder.decode(event, with: parser, into: builder) == .goesOn } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
        decoder.finish(into: builder)
        self.init(builder.complete(), events)
    }

    private init(_ response: Response, _ writer: EventWriter) {
        self.response = response
        var reader = EventReader(writer.takeRecords())
        while let (kind, data) = reader.next() {
            switch StreamEvent(kind: kind, data: data) {
            case .text(let piece): text += piece
            case .reasoning(let piece): reasoning += piece
            case .toolCall(_, let call): calls.append(call)
            case .toolCallDelta, .response, nil: break
            }
        }
    }
}

extension ProviderAdapter {
    /// The body of a request, read back.
    func encoded(_ request: Request, streaming: Bool = false, at baseURL: String = "http://x") throws -> JSONValue {
        let http = try encodeChat(request, streaming: streaming, to: Endpoint(baseURL: baseURL))
        return try JSONParser().parse(http.body?.text ?? "") { JSONValue($0) }
    }

    /// The request of a JSON text, encoded, and what was left out of it.
    func encoding(_ json: String, at baseURL: String = "http://x") throws -> (body: JSONValue, dropped: [String]) {
        let http = try encodeChat(Request(json: json), streaming: false, to: Endpoint(baseURL: baseURL))
        return (try JSONParser().parse(http.body?.text ?? "") { JSONValue($0) }, http.dropped)
    }

    /// The message of the error with which a request is refused as unsupported.
    func refusal(of json: String, at baseURL: String = "http://x") throws -> String? {
        do throws(LLMError) {
            _ = try encodeChat(Request(json: json), streaming: false, to: Endpoint(baseURL: baseURL))
            return nil
        } catch {
            return error.code == .unsupported ? error.message : "\(error.code): \(error.message)"
        }
    }
}

extension JSONValue {
    /// An array's element; nil where there is none.
    subscript(index: Int) -> JSONValue? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}
