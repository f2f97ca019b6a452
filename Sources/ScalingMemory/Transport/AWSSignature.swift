#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// AWS's signature, version 4. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
///
/// libcurl signs too (CURLOPT_AWS_SIGV4), but in each of its versions otherwise: 7.88 does not encode the path, so that
/// no request with a model's name such as "anthropic.claude-v2:1" is accepted, and signs fields that it does not send.
/// An object, so that a request that is not signed is small.
public final class AWSSignature: Sendable {
    let credentials: AWSCredentials
    let region: String
    let service: String
    /// SHA-256 of the body, made where the body was: not on the I/O thread.
    private let payloadHash: String

    init(_ credentials: AWSCredentials, region: String, service: String, body: ByteBuffer?) {
        self.credentials = credentials
        self.region = region
        self.service = service
        payloadHash = (body.map { SHA256.hash($0.bytes) } ?? SHA256.hash([])).hexadecimal
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// The fields that sign `request` when it is sent at `time`, in Unix seconds.
    func headers(for request: HTTPRequest, at time: Int) -> [HTTPHeader] {
        let date = Self.date(time)
        var own = [HTTPHeader("x-amz-date", date)]
        if let token = credentials.sessionToken { own.append(HTTPHeader("x-amz-security-token", token.value)) }

        let url = SignedURL(request.url)
        var signed: [HTTPHeader] = []
        for header in own { Self.insert(header, into: &signed) }
        Self.insert(HTTPHeader("host", request.headers.first("host") ?? url.host), into: &signed)
        for header in request.headers {
            let name = header.name.lowercased()
            guard name == "content-type" || name.hasPrefix("x-amz") else { continue }
            Self.insert(HTTPHeader(name, header.value), into: &signed)
        }
        let names = signed.map(\.name).joined(separator: ";")

        let fields = signed.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined()
        let canonical = [request.method.rawValue, url.path, url.query, fields, names, payloadHash]
            .joined(separator: "\n")
        let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
        let toSign = [Self.algorithm, date, scope, SHA256.hash(Array(canonical.utf8)).hexadecimal]
            .joined(separator: "\n")
        let signature = SHA256.authenticate(Array(toSign.utf8), key: key(String(date.prefix(8)))).hexadecimal
        own.append(
            HTTPHeader(
                "authorization",
                "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), "
                    + "Signature=\(signature)"
            )
        )
        return own
    }

    /// In the order of names. (The standard library's sorting is several times as much code as all of this.) One of the
    /// same name gives way.
    private static func insert(_ header: HTTPHeader, into headers: inout [HTTPHeader]) {
        if headers.contains(where: { $0.name == header.name }) { return }
        let place = headers.firstIndex { header.name.utf8.lexicographicallyPrecedes($0.name.utf8) }
        headers.insert(header, at: place ?? headers.count)
    }

    /// The key of a day.
    private func key(_ day: String) -> [UInt8] {
        var key = Array("AWS4\(credentials.secretAccessKey.value)".utf8)
        for word in [day, region, service, "aws4_request"] {
            key = SHA256.authenticate(Array(word.utf8), key: key)
        }
        return key
    }

    /// 20250224T120000Z
    private static func date(_ time: Int) -> String {
        var seconds = time_t(time)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let day = String(parts.tm_year + 1900) + digits(parts.tm_mon + 1) + digits(parts.tm_mday)
        return day + "T" + digits(parts.tm_hour) + digits(parts.tm_min) + digits(parts.tm_sec) + "Z"
    }

    /// Without blanks around it, and with one for several inside.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }
}

/// A URL's parts as they are signed.
private struct SignedURL {
    let host: String
    let path: String
    /// As it is sent: its parameters must be encoded and in order.
    let query: String

    init(_ url: String) {
        let afterScheme = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" }
        let target = afterScheme.dropFirst(authority.count)
        // A port that needs no mention is not sent.
        let defaultPort = url.hasPrefix("https:") ? ":443" : ":80"
        host = String(authority.hasSuffix(defaultPort) ? authority.dropLast(defaultPort.count) : authority)
        let ownPath = target.prefix { $0 != "?" }
        // Encoded once more than it is sent: the rule of all services but S3.
        path =
            ownPath.isEmpty
            ? "/"
            : ownPath.split(separator: "/", omittingEmptySubsequences: false)
                .map { PercentEncoding.encoded(String($0)) }.joined(separator: "/")
        query = String(target.dropFirst(ownPath.count + 1))
    }
}

extension HTTPRequest {
    /// The request with the signature's fields, if it is to have one, for sending now.
    func signed(at time: Int = time(nil)) -> HTTPRequest {
        guard let signature else { return self }
        var request = self
        for header in signature.headers(for: self, at: time) { request.headers.set(header) }
        return request
    }
}

/// Signs requests to one service of AWS in one region.
struct AWSSigner: Sendable {
    let credentials: AWSCredentials
    let region: String
    let service: String

    /// What signs a request with this body.
    func signature(of body: ByteBuffer?) -> AWSSignature {
        AWSSignature(credentials, region: region, service: service, body: body)
    }
}
