import Testing

@testable import ScalingMemory

@Suite("What a response's head says of waiting and of its request")
struct WaitTimeTests {
    /// 1994-11-06 08:49:37 GMT, the moment of RFC 9110's examples.
    private static let moment = 784_111_777

    private func wait(_ headers: [HTTPHeader], now: Int = moment - 90) -> Int? {
        HTTPResponseHead(status: 429, headers: headers).retryAfterMs(now: now)
    }

    @Test(
        "Retry-After in seconds, whatever the number",
        arguments: [
            ("2", 2000), ("0", 0), ("0.25", 250), ("1.0001", 1001), (" 7 ", 7000), ("86400", 86_400_000),
            ("99999999999", WaitTime.longestMs), ("9223372036854775808", WaitTime.longestMs),
            (String(repeating: "9", count: 400), WaitTime.longestMs), ("-1", nil), ("+1", nil), ("1e3", nil),
            ("inf", nil),
            ("nan", nil), ("0x10", nil), ("", nil), (".", nil), ("1.2.3", nil), ("soon", nil), ("2 seconds", nil),
        ]
    )
    func seconds(text: String, milliseconds: Int?) {
        #expect(wait([HTTPHeader("Retry-After", text)]) == milliseconds)
    }

    @Test(
        "Retry-After as a date in each of HTTP's three forms, and dates that are none",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 90_000), ("Sunday, 06-Nov-94 08:49:37 GMT", 90_000),
            ("Sun Nov  6 08:49:37 1994", 90_000), ("Sat, 05 Nov 1994 08:49:37 GMT", 0),
            ("Fri, 31 Dec 9999 23:59:59 GMT", WaitTime.longestMs / 1000 * 1000), ("Sun, 99 Nov 1994 08:49:37 GMT", nil),
            ("Sun, yesterday", nil), ("06 Nov 1994", nil), ("1994-11-06T08:49:37Z", nil),
        ]
    )
    func dates(text: String, milliseconds: Int?) {
        #expect(wait([HTTPHeader("retry-after", text)]) == milliseconds)
    }

    @Test("A date is counted from the server's own clock where it shows it")
    func clocks() {
        let headers = [
            HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:07 GMT"),
            HTTPHeader("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ]
        #expect(wait(headers, now: 0) == 30_000)
    }

    @Test("retry-after-ms goes before Retry-After, unless it cannot be read")
    func precedence() {
        let seconds = HTTPHeader("Retry-After", "3")
        #expect(wait([seconds, HTTPHeader("Retry-After-Ms", "1500")]) == 1500)
        #expect(wait([seconds, HTTPHeader("Retry-After-Ms", "0.5")]) == 1)
        #expect(wait([seconds, HTTPHeader("Retry-After-Ms", "-5")]) == 3000)
        #expect(wait([HTTPHeader("Retry-After-Ms", "-5")]) == nil)
        #expect(wait([]) == nil)
    }

    @Test(
        "x-should-retry says yes, no or nothing",
        arguments: [("true", true), ("False", false), ("1", nil), ("", nil)] as [(String, Bool?)]
    )
    func shouldRetry(text: String, wish: Bool?) {
        let head = HTTPResponseHead(status: 500, headers: [HTTPHeader("X-Should-Retry", text)])
        #expect(head.shouldRetry == wish)
        #expect(LLMError(.server, "").describing(head).serverWantsRetry == wish)
        #expect(HTTPResponseHead(status: 500).shouldRetry == nil)
    }

    @Test(
        "Google's durations",
        arguments: [("34s", 34_000), ("0.5s", 500), ("34.074824224s", 34_075), ("34", nil), ("s", nil)]
    )
    func durations(text: String, milliseconds: Int?) {
        #expect(WaitTime.milliseconds(duration: text) == milliseconds)
    }

    @Test(
        "The request's name comes from the field that the provider uses, and from a gateway's as a last resort",
        arguments: [
            (["cf-ray", "x-request-id"], "x-request-id"), (["cf-ray", "request-id"], "request-id"),
            (["x-amzn-requestid"], "x-amzn-requestid"), (["apim-request-id"], "apim-request-id"),
            (["mistral-correlation-id", "cf-ray"], "mistral-correlation-id"), (["cf-ray"], "cf-ray"), ([], nil),
        ] as [([String], String?)]
    )
    func requestID(fields: [String], chosen: String?) {
        let head = HTTPResponseHead(status: 200, headers: fields.map { HTTPHeader($0, $0) })
        #expect(head.requestID == chosen)
    }
}
