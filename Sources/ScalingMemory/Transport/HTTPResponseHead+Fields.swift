internal import CCurl

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

extension HTTPResponseHead {
    /// The provider's name for the request, for its support.
    var requestID: String? {
        first("x-request-id") ?? first("request-id") ?? first("x-amzn-requestid")
    }

    /// How long the server asks to wait, in milliseconds: `retry-after-ms`, or `Retry-After` in seconds or as a date
    /// (RFC 9110, section 10.2.3), counted from `now` in Unix seconds.
    func retryAfterMs(now: Int = time(nil)) -> Int? {
        if let text = first("retry-after-ms"), let milliseconds = Double(text) { return Self.whole(milliseconds) }
        guard let text = first("retry-after") else { return nil }
        if let seconds = Double(text) { return Self.whole(seconds * 1000) }
        let date = curl_getdate(text, nil)
        return date < 0 ? nil : Self.whole(Double(max(0, date - now)) * 1000)
    }

    private static func whole(_ milliseconds: Double) -> Int? {
        guard milliseconds >= 0 else { return nil }
        return Int(exactly: milliseconds.rounded(.up))
    }
}
