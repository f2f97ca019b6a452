/// An HTTP request, whole, as an adapter encodes it.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    public var url: String
    public var headers: [HTTPHeader]
    /// JSON; nil for a GET.
    public var body: ByteBuffer?
    /// How a streamed answer is cut, where it is not as the adapter says.
    var framing: StreamFraming?
    /// What the body does not say of what was asked, because the provider cannot do it: "seed", "messages[2].content[1]".
    /// For a warning.
    public var dropped: [String]
    /// Signs each sending anew, as the time is signed too.
    var signature: AWSSignature?

    public init(
        method: Method,
        url: String,
        headers: [HTTPHeader] = [],
        body: ByteBuffer? = nil,
        dropped: [String] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.dropped = dropped
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
