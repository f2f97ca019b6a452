import Testing

@testable import ScalingMemory

@Suite("Redaction")
struct RedactorTests {
    private let redactor = Redactor(["sk-known", nil, "abc"])

    @Test(
        "Known secrets go, wherever they stand",
        arguments: [
            ("sk-known", "[redacted]"),
            ("a sk-known b sk-known", "a [redacted] b [redacted]"),
            ("sk-knownsk-known", "[redacted]"),
            ("sk-know", "sk-know"),
            ("sk-sk-known", "sk-[redacted]"),
            ("äsk-knownö", "ä[redacted]ö"),
            ("abc is too short to be a secret", "abc is too short to be a secret"),
            ("", ""),
        ]
    )
    func known(text: String, expected: String) {
        #expect(redactor.redact(text) == expected)
        #expect(redactor.removeSecrets(from: text) == expected)
    }

    @Test("Occurrences that overlap are covered as one, and nothing of any is left")
    func overlapping() {
        #expect(Redactor(["aaaa"]).redact("xaaaaaay") == "x[redacted]y")
        #expect(Redactor(["abab", "babc"]).redact("-ababc-") == "-[redacted]-")
        #expect(Redactor(["secret", "my-secret-key"]).redact("my-secret-key") == "[redacted]")
    }

    @Test("Every occurrence is found that a plain search finds")
    func againstPlainSearch() {
        var state: UInt64 = 1
        for _ in 0..<2000 {
            let bytes = (0..<40).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 60 < 9 ? UInt8(ascii: "a") : UInt8(ascii: "b")
            }
            let secret = Array(bytes[3..<(8 + Int(state >> 61))])
            var expected = SecretMask(byteCount: bytes.count)
            for start in 0...(bytes.count - secret.count) where bytes[start...].starts(with: secret) {
                expected.cover(start..<(start + secret.count))
            }
            var found = SecretMask(byteCount: bytes.count)
            ByteSearch(secret).cover(bytes, with: &found)
            #expect(found.applied(to: bytes) == expected.applied(to: bytes))
        }
    }

    @Test("A key with a quote in it goes out of JSON that is shown as text too")
    func escaped() {
        #expect(Redactor([#"se"cret"#]).redact(#"{"a":"se\"cret"}"#) == #"{"a":"[redacted]"}"#)
    }

    @Test("Of headers that carry credentials the values are secrets, of others not")
    func headers() {
        let redactor = Redactor(
            [],
            headers: [
                HTTPHeader("Authorization", "Bearer t0ken"), HTTPHeader("x-api-key", "k3y-k3y"),
                HTTPHeader("user-agent", "agent"),
            ]
        )
        #expect(redactor.redact("t0ken, k3y-k3y, agent") == "[redacted], [redacted], agent")
    }

    @Test(
        "What looks like a credential goes, whatever its value",
        arguments: [
            ("Bearer abc.DEF-123_~+/==", "Bearer [redacted]"),
            ("got bearer  abc, then", "got bearer  [redacted], then"),
            ("https://h/p?key=abc&alt=sse", "https://h/p?key=[redacted]&alt=sse"),
            ("https://h/p?a=1&api_key=abc#top", "https://h/p?a=1&api_key=[redacted]#top"),
            (
                "?token=abc&access_token=def&sig=a%2Bb&x=1",
                "?token=[redacted]&access_token=[redacted]&sig=[redacted]&x=1"
            ),
            (#"api-key="abc def""#, #"api-key="[redacted] def""#),
            ("https://user:p@ss:word@host/x@y", "https://[redacted]@host/x@y"),
            ("socks5h://u:p@h:1", "socks5h://[redacted]@h:1"),
            ("see https://host/~user@example", "see https://host/~user@example"),
            ("Authorization: Basic dXNlcjpwYXNz\r\nhost: h", "Authorization: [redacted]\r\nhost: h"),
            ("x-goog-api-key:abc\nb", "x-goog-api-key:[redacted]\nb"),
            ("proxy-authorization:  abc", "proxy-authorization:  [redacted]"),
            ("Cookie: a=1; b=2", "Cookie: [redacted]"),
            ("set-cookie: a=1; b=2", "set-cookie: [redacted]"),
            (#"{"x-api-key": "a\"b", "n": 1}"#, #"{"x-api-key": "[redacted]", "n": 1}"#),
            (#"{\"api_key\": \"abc\", \"n\": 1}"#, #"{\"api_key\": \"[redacted]\", \"n\": 1}"#),
            (#""{\"api_key\": \"a\\\"b\", \"n\": 1}""#, #""{\"api_key\": \"[redacted]\", \"n\": 1}""#),
            (#"{"api_key": "no end"#, #"{"api_key": "[redacted]"#),
            ("authorization: [redacted]", "authorization: [redacted]"),
            ("max_tokens=5, monkeys=3, a: b", "max_tokens=5, monkeys=3, a: b"),
            ("a bearer", "a bearer"),
            ("key=", "key="),
            ("://", "://"),
            ("cookie", "cookie"),
            ("cookie:", "cookie:"),
            (#"password": ""#, #"password": ""#),
        ]
    )
    func patterns(text: String, expected: String) {
        #expect(Redactor([]).redact(text) == expected)
    }

    @Test("An error keeps its words but for the known secrets")
    func error() {
        var error = LLMError(.authentication, "You need an Authorization: Bearer YOUR_KEY, not sk-known")
        error.providerCode = "sk-known"
        let redacted = error.redacting(redactor)
        #expect(redacted.message == "You need an Authorization: Bearer YOUR_KEY, not [redacted]")
        #expect(redacted.providerCode == "[redacted]")
    }

    @Test("Texts that are all beginnings of secrets take time in line with their length")
    func linear() {
        let secret = String(repeating: "a", count: 10_000) + "b"
        let text = String(repeating: "a", count: 400_000)
        // A search that began anew at each byte would need 4 * 10^9 steps.
        #expect(Redactor([Secret(secret)]).redact(text) == text)
        let openings = String(repeating: "http://cookie\"key=", count: 20_000)
        #expect(Redactor([]).redact(openings).utf8.count > 0)
    }
}
