internal import CCurl

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

extension HTTPResponseHead {
    /// The provider's name for the request, for its support; of a gateway that sends none on, Cloudflare's.
    var requestID: String? {
        let names: [StaticString] = [
            "x-request-id",  // OpenAI and most others
            "request-id",  // Anthropic
            "x-amzn-requestid",  // Bedrock
            "apim-request-id",  // Azure
            "mistral-correlation-id", "x-goog-request-id", "cf-ray",
        ]
        return names.lazy.compactMap { self.first($0) }.first { !$0.isEmpty }
    }

    /// How the head calls the error that the body describes: Amazon's exceptions, whose name may be followed by ":" and
    /// a URL. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
    var errorType: String? {
        first("x-amzn-errortype")?.split(separator: ":").first.map(String.init)
    }

    /// Whether the server wants the request to be made again: `x-should-retry`.
    package var shouldRetry: Bool? {
        switch first("x-should-retry")?.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// How long the server asks to wait, in milliseconds: `retry-after-ms`, or `Retry-After` in seconds or as a date
    /// (RFC 9110, section 10.2.3), counted from the response's own date, else from `now` in Unix seconds.
    func retryAfterMs(now: Int = time(nil)) -> Int? {
        if let text = first("retry-after-ms"), let wait = WaitTime.milliseconds(text, unitMs: 1) { return wait }
        guard let text = first("retry-after") else { return nil }
        if let wait = WaitTime.milliseconds(text, unitMs: 1000) { return wait }
        guard let until = Self.seconds(date: text) else { return nil }
        // The server's clock and ours may differ.
        let now = first("date").flatMap(Self.seconds(date:)) ?? now
        return until > now ? min(until - now, WaitTime.longestMs / 1000) * 1000 : 0
    }

    /// A date in any of HTTP's three forms (RFC 9110, section 5.6.7), as Unix seconds. They all begin with a weekday, which
    /// libcurl would not ask for.
    private static func seconds(date text: String) -> Int? {
        let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        guard weekdays.contains(text.prefix(3).lowercased()) else { return nil }
        let seconds = curl_getdate(text, nil)
        return seconds < 0 ? nil : seconds
    }
}
