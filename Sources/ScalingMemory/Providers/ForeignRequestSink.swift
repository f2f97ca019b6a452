/// Takes the HTTP request that `encode` writes: a head, `{"path" or "url", "method"?, "headers"?, "framing"?}`, and a body.
final class ForeignRequestSink: ForeignSink {
    private struct Head {
        var path: String?
        var url: String?
        var method: HTTPRequest.Method?
        var headers: [HTTPHeader] = []
        var framing: StreamFraming?
    }

    private static let headKind: Int32 = 1
    private static let bodyKind: Int32 = 2

    private var head: Head?
    private var body: ByteBuffer?

    override func take(_ kind: Int32, _ bytes: UnsafeRawBufferPointer) throws(LLMError) {
        switch kind {
        case Self.headKind:
            head = try Self.read(bytes, "LLM_SINK_REQUEST") { (root) throws(LLMError) in
                try Self.head(FieldReader(root, path: "LLM_SINK_REQUEST"))
            }
        case Self.bodyKind:
            let body = self.body ?? ByteBuffer()
            body.append(bytes)
            if body.hasFailed { throw LLMError(.memory, "there is no memory for the request") }
            self.body = body
        case EventKind.error.rawValue: try takeError(bytes)
        default: throw Self.unknown(kind)
        }
    }

    private static func head(_ object: FieldReader) throws(LLMError) -> Head {
        try object.allowOnly(["path", "url", "method", "headers", "framing"])
        var head = Head()
        head.path = try object.string("path")
        head.url = try object.string("url")
        guard (head.path == nil) != (head.url == nil) else {
            throw object.invalid("\(object.path) takes one of \"path\" and \"url\"")
        }
        if let path = head.path, path.utf8.first != UInt8(ascii: "/") {
            throw object.invalid("\(object.name("path")) begins with no slash")
        }
        if let url = head.url {
            guard let parts = URLParts(url), ["http", "https"].contains(parts.scheme) else {
                throw object.invalid("\(object.name("url")) is no URL that begins with https:// or http://")
            }
        }
        if let name = try object.string("method") {
            guard let method = HTTPRequest.Method(rawValue: name) else {
                throw object.invalid("\(object.name("method")) is \"\(name)\"; it takes \"POST\" or \"GET\"")
            }
            head.method = method
        }
        head.headers = try HTTPHeader.list(object, "headers")
        switch try object.string("framing") {
        case nil: break
        case "sse"?: head.framing = .serverSentEvents
        case "ndjson"?: head.framing = .newlineDelimitedJSON
        case let name?: throw object.invalid("\(object.name("framing")) is \"\(name)\"; it takes \"sse\" or \"ndjson\"")
        }
        return head
    }

    /// The request, with the key as `endpoint` sends it; to a URL that is not under the endpoint's the key is not sent.
    func request(to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        guard let head else { throw .invalidArgument("the adapter's encode wrote no LLM_SINK_REQUEST") }
        let isUnderBase = head.url?.hasPrefix(endpoint.baseURL + "/") ?? true
        var headers = isUnderBase ? OpenAIAdapter.headers(endpoint) : []
        for header in head.headers { headers.set(header) }
        let method = head.method ?? (body == nil ? .get : .post)
        var request = endpoint.request(method, head.path ?? "", headers: headers, body: body)
        if let url = head.url { request.url = url }
        request.framing = head.framing
        return request
    }
}
