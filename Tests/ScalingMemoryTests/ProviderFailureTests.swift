import Testing

@testable import ScalingMemory

/// An error as a server sends it, written after its documentation, and what it is to us.
struct ErrorShape: Sendable, CustomTestStringConvertible {
    let server: String
    let status: Int
    let body: String
    let code: LLMError.Code
    var isRetryable = false
    var providerCode: String?
    /// A piece of the provider's own words.
    var words: String?
    var retryAfterMs: Int?
    var requestID: String?
    var headers: [HTTPHeader] = []

    var testDescription: String { "\(server) \(status) \(body.prefix(60))" }

    func read() -> LLMError {
        let body = ByteBuffer()
        body.append(self.body)
        let head = HTTPResponseHead(status: status, headers: headers)
        return ProviderFailure.inResponse(
            status: status,
            type: head.errorType,
            body: body,
            read: OpenAIAdapter(),
            with: JSONParser(),
            provider: "test"
        )
        .describing(head).bounded()
    }
}

@Suite("What a provider says of an error, and what it is to us")
struct ProviderFailureTests {
    @Test("Errors of each provider, as it documents them", arguments: ErrorShapes.all)
    func shapes(shape: ErrorShape) {
        let error = shape.read()
        #expect(error.code == shape.code)
        #expect(error.isRetryable == shape.isRetryable)
        #expect(error.httpStatus == shape.status)
        #expect(error.providerCode == shape.providerCode)
        #expect(error.retryAfterMs == shape.retryAfterMs)
        #expect(error.requestID == shape.requestID)
        if let words = shape.words {
            #expect(error.message.contains(words))
        } else {
            #expect(error.message == "test answered with HTTP status \(shape.status)")
        }
    }

    @Test(
        "An error in a stream or under status 200 has the status that its code stands for",
        arguments: [
            (#"{"error":{"message":"m","type":"overloaded_error"}}"#, LLMError.Code.server, true),
            (#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, .server, true),
            (#"{"type":"error","error":{"type":"authentication_error","message":"m"}}"#, .authentication, false),
            (#"{"error":{"message":"m","code":"rate_limit_exceeded"}}"#, .rateLimited, true),
            (#"{"error":{"message":"m","code":429}}"#, .rateLimited, true),
            (#"{"error":{"message":"m","code":"429"}}"#, .rateLimited, true),
            (#"{"error":{"message":"m","code":402}}"#, .quota, false),
            (#"{"error":{"message":"m","code":"insufficient_quota"}}"#, .quota, false),
            (#"{"error":{"message":"m","code":"invalid_prompt"}}"#, .badRequest, false),
            (#"{"error":{"message":"m","code":"context_length_exceeded"}}"#, .contextLength, false),
            (#"{"error":{"message":"m","status":"DEADLINE_EXCEEDED"}}"#, .server, true),
            (#"{"error":{"message":"m","status":"PERMISSION_DENIED"}}"#, .authentication, false),
            (#"[{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}]"#, .server, true),
            (#"{"error":"llama runner process has terminated"}"#, .server, true),
            (#"{"error":"the input length exceeds the context length"}"#, .contextLength, false),
            (#"{"object":"error","message":"m","type":"BadRequestError","code":400}"#, .badRequest, false),
        ]
    )
    func withoutStatus(json: String, code: LLMError.Code, isRetryable: Bool) throws {
        let said = try JSONParser().parse(json) { ProviderError(errorIn: $0) }
        let error = ProviderFailure.inStream(try #require(said))
        #expect(error.code == code)
        #expect(error.isRetryable == isRetryable)
        let whole = ProviderFailure.inResponse(status: 200, error: said, body: "", provider: "test")
        #expect(whole.code == code)
        #expect(whole.httpStatus == 200)
    }

    @Test(
        "What only looks like an error is none",
        arguments: [
            #"{"error":null,"choices":[]}"#, #"{"error":false}"#, #"{"message":"m"}"#, #"{"detail":"m"}"#, "[]", "[1]",
            "3",
            #"{"code":400}"#,
        ]
    )
    func noErrors(json: String) throws {
        #expect(try JSONParser().parse(json) { ProviderError(errorIn: $0) == nil })
    }

    @Test("Words about tokens are a rate limit where the provider says that it is one")
    func throttling() {
        let words = #""message":"Too many tokens, please wait before trying again.""#
        for body in [
            #"{"__type":"ThrottlingException",\#(words)}"#, #"{"error":{"code":"throttling_error",\#(words)}}"#,
        ] {
            let shape = ErrorShape(server: "test", status: 429, body: body, code: .rateLimited)
            #expect(shape.read().code == .rateLimited)
        }
        let other = ErrorShape(
            server: "test",
            status: 400,
            body: #"{"type":"ThrottlingException",\#(words)}"#,
            code: .badRequest
        )
        #expect(other.read().code == .badRequest)
    }

    @Test("Texts have bounds and the message one line, and no half of a key is left by a cut")
    func bounds() {
        let key = "sk-abcdefghijklmnop"
        let words = String(repeating: "x", count: LLMError.longestMessage - 40) + " \n\r\n\t\u{1} " + key
        var error = LLMError(.server, words)
        error.providerMessage = String(repeating: "word ", count: 2000)
        error.providerCode = String(repeating: "c", count: 10_000)
        error.requestID = String(repeating: "é", count: 10_000)
        let bounded = error.redacting([Secret(key)]).bounded()
        #expect(bounded.message.count <= LLMError.longestMessage + 1)
        #expect(bounded.message.utf8.allSatisfy { $0 >= 0x20 })
        #expect(!bounded.message.contains("sk-"))
        #expect(bounded.providerMessage?.count == LLMError.longestProviderMessage + 1)
        #expect(bounded.providerCode?.count == LLMError.longestIdentifier + 1)
        #expect(bounded.requestID?.count == LLMError.longestIdentifier + 1)
        #expect(bounded.bounded().message == bounded.message)
        #expect(LLMError(.server, "short").bounded().message == "short")
    }

    @Test("No bytes that a server can send make the reading of an error trap")
    func noise() {
        var random = SplitMix(seed: 7)
        let pieces = [
            "{", "}", "[", "]", "\"error\":", "\"message\":", "\"details\":", "\"metadata\":", "\"raw\":", "\"a\"",
            "null", "429",
            ",", "<title>", "</title", "<", ">", "\u{0}", "\\ud800", "é",
        ]
        for _ in 0..<2000 {
            let body = (0..<Int(random.next() % 12)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
                .joined()
            let error = ErrorShape(server: "noise", status: 418, body: body, code: .badRequest).read()
            #expect(error.code == .badRequest)
            #expect(!error.message.isEmpty)
        }
    }
}

/// Sebastiano Vigna's splitmix64, for tests whose randomness can be had again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
