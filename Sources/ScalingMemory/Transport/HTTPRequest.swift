/// An HTTP request, whole, as an adapter encodes it.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    private var storage: CopyOnWrite<Fields>

    public init(
        method: Method,
        url: String,
        headers: [HTTPHeader] = [],
        body: ByteBuffer? = nil,
        dropped: [String] = []
    ) {
        storage = CopyOnWrite(Fields(method: method, url: url, headers: headers, body: body, dropped: dropped))
    }

    public var method: Method { storage.fields.method }

    public var url: String {
        get { storage.fields.url }
        set { storage.change { $0.url = newValue } }
    }

    public var headers: [HTTPHeader] {
        get { storage.fields.headers }
        set { storage.change { $0.headers = newValue } }
    }

    /// JSON; nil for a GET.
    public var body: ByteBuffer? { storage.fields.body }

    /// How a streamed answer is cut, where it is not as the adapter says.
    var framing: StreamFraming? {
        get { storage.fields.framing }
        set { storage.change { $0.framing = newValue } }
    }

    /// What the body does not say of what was asked, because the provider cannot do it: "seed", "messages[2].content[1]".
    /// For a warning.
    public var dropped: [String] {
        get { storage.fields.dropped }
        set { storage.change { $0.dropped = newValue } }
    }

    /// Signs each sending anew, as the time is signed too.
    var signature: AWSSignature? {
        get { storage.fields.signature }
        set { storage.change { $0.signature = newValue } }
    }
}

/// One word, since a call hands it on from step to step, and each of them has room for it as long as the call runs.
extension HTTPRequest {
    private struct Fields: Sendable {
        var method: Method
        var url: String
        var headers: [HTTPHeader]
        var body: ByteBuffer?
        var framing: StreamFraming?
        var dropped: [String]
        var signature: AWSSignature?
    }
}

/// How connections are made: what a client's configuration says of it.
package struct ConnectionSettings: Sendable, Hashable {
    /// "" is none.
    public var proxy = ""
    /// Hosts that are reached without the proxy, separated by commas.
    public var noProxy = ""
    /// PEM bundle of the certificate authorities to trust; nil leaves it to libcurl.
    public var caFile: String?
    public var http2 = false

    public init() {}
}
