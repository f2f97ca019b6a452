import Testing

@testable import ScalingMemory

@Suite("AWS's signature")
struct AWSSignatureTests {
    private func hexadecimal(_ text: String) -> String { SHA256.hash(Array(text.utf8)).hexadecimal }

    @Test("SHA-256: the standard's examples, and lengths around a block's end")
    func hashes() {
        #expect(hexadecimal("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hexadecimal("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(hexadecimal(twoBlocks) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        let a = { (count: Int) in String(repeating: "a", count: count) }
        #expect(hexadecimal(a(55)) == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318")
        #expect(hexadecimal(a(64)) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb")
        #expect(hexadecimal(a(1_000_000)) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("The keyed hash: RFC 4231's second and sixth examples")
    func keyedHashes() {
        let short = SHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(short.hexadecimal == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = SHA256.authenticate(
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            key: [UInt8](repeating: 0xAA, count: 131)
        )
        #expect(long.hexadecimal == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    private func signed(_ url: String, body: String?, headers: [HTTPHeader] = [], token: Secret? = nil) -> HTTPRequest {
        let buffer = body.map { text in
            let buffer = ByteBuffer()
            buffer.append(text)
            return buffer
        }
        var request = HTTPRequest(method: body == nil ? .get : .post, url: url, headers: headers, body: buffer)
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: token
        )
        request.signature = AWSSigner(credentials: credentials, region: "us-east-1", service: "service")
            .signature(of: buffer)
        return request.signed(at: 1_440_938_160)
    }

    @Test("The example of AWS's own test suite (get-vanilla)")
    func vanilla() {
        let request = signed("https://example.amazonaws.com/", body: nil)
        #expect(request.headers.first("x-amz-date") == "20150830T123600Z")
        #expect(
            request.headers.first("authorization")
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, "
                + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        )
    }

    @Test("A session's token is sent and signed, as are the body's type and AWS's own fields; others are not")
    func fields() throws {
        let request = signed(
            "https://example.amazonaws.com:443/a",
            body: "{}",
            headers: [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("user-agent", "u"),
                HTTPHeader("X-Amzn-Trace", " a   b "),
            ],
            token: "the+token"
        )
        #expect(request.headers.first("x-amz-security-token") == "the+token")
        let authorization = try #require(request.headers.first("authorization"))
        #expect(
            authorization.contains(
                "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amzn-trace,"
            )
        )
    }

    @Test("A signature is made anew for each time, and replaces the one before")
    func again() {
        let first = signed("https://example.amazonaws.com/", body: nil)
        let second = first.signed(at: 1_440_938_161)
        #expect(first.headers.first("authorization") != second.headers.first("authorization"))
        #expect(second.headers.count == first.headers.count)
    }
}
