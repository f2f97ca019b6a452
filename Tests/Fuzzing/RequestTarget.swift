@testable import ScalingMemory

/// The caller's side: a request's JSON, and what each wire makes of it.
enum RequestTarget {
    static let target = FuzzTarget("requests") { input in
        let parser = JSONParser()
        let json = String(decoding: input, as: UTF8.self)
        if let request = try? Request(json: json) {
            try checkWriting(request, parser)
            for sanitizing in [false, true] {
                guard let prepared = try? request.prepared(sanitizing: sanitizing) else { continue }
                for adapter in BodyTargets.adapters { try check(prepared, by: adapter, parser) }
            }
        }
        guard let request = try? EmbeddingRequest(json: json) else { return }
        for adapter in BodyTargets.adapters {
            guard let http = try? adapter.encodeEmbeddings(request, to: endpoint) else { continue }
            try check(http, parser)
        }
    }

    private static let endpoint = Endpoint(baseURL: "https://host.example", apiKey: Secret("key"))

    /// A request is read from what was written of it as it was.
    private static func checkWriting(_ request: Request, _ parser: JSONParser) throws {
        let json = JSONWriter.text { request.write(to: &$0) }
        let value = try JSONTarget.read(json, parser)
        let again: Request
        do throws(LLMError) {
            again = try Request(json: json)
        } catch {
            throw Violation(description: "what was written is refused: \(error): \(json)")
        }
        let written = try JSONTarget.read(JSONWriter.text { again.write(to: &$0) }, parser)
        try require(written.isAlike(value), "\(json) was written again as \(written.json)")
    }

    private static func check(_ request: Request, by adapter: any ProviderAdapter, _ parser: JSONParser) throws {
        for streaming in [false, true] {
            guard let http = try? adapter.encodeChat(request, streaming: streaming, to: endpoint) else { continue }
            try check(http, parser)
        }
    }

    private static func check(_ http: HTTPRequest, _ parser: JSONParser) throws {
        try checkURL(http.url)
        if let body = http.body { _ = try JSONTarget.read(body.text, parser) }
        for header in http.headers {
            let isLine = !header.value.utf8.contains { $0 < 0x20 && $0 != 0x09 }
            try require(isLine, "the field \(header.name) has more than one line")
        }
    }

    /// Nothing of a URL has to be escaped any more.
    static func checkURL(_ url: String) throws {
        try require(url.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "the URL \(url) is none")
    }

    /// An answer can be part of the next request.
    static func checkSending(back response: Response, by adapter: any ProviderAdapter, _ parser: JSONParser) throws {
        var request = Request("?", model: "m")
        request.messages.append(response.message)
        try checkWriting(request, parser)
        try check(request, by: adapter, parser)
    }
}
