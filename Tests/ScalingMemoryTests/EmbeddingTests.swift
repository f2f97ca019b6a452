import Testing

@testable import ScalingMemory

@Suite("Embeddings, from the body to the list")
struct EmbeddingTests {
    private func read(
        _ body: String,
        of count: Int,
        by adapter: any ProviderAdapter = OpenAIAdapter(),
        status: Int = 200
    ) throws(LLMError) -> EmbeddingList {
        let buffer = ByteBuffer()
        buffer.append(body)
        let response = WholeResponse(head: HTTPResponseHead(status: status, headers: []), body: buffer)
        let reader = EmbeddingReader(adapter: adapter, provider: "test", parser: JSONParser())
        return try reader.read(response, to: EmbeddingRequest(Array(repeating: "text", count: count)))
    }

    private func json(_ list: EmbeddingList) -> [String] {
        list.embeddings.map { vector in JSONWriter.text { vector.write(to: &$0) } }
    }

    @Test("Numbers come through to the last digit, without the spaces between them")
    func lossless() throws {
        let list = try read(
            "{\"data\":[{\"embedding\":[ 0.10558567941188812,\n\t-1.5E+10 , 0,-0.0,6.2e-7\r\n]}]}",
            of: 1
        )
        #expect(json(list) == ["[0.10558567941188812,-1.5E+10,0,-0.0,6.2e-7]"])
        #expect(list.embeddings[0].values == [0.10558567941188812, -1.5e10, 0, 0, 6.2e-7])
        #expect(list.embeddings[0].count == 5)
    }

    @Test("Exponents may be long and small")
    func exponents() throws {
        let list = try read("{\"data\":[{\"embedding\":[1e0000000000002,1e0,2E-999999999]}]}", of: 1)
        #expect(list.embeddings[0].values == [100, 1, 0])
    }

    @Test("Vectors are put in the order of their indices, where these are an order")
    func order() throws {
        let body = "{\"data\":[{\"index\":1,\"embedding\":[1]},{\"index\":0,\"embedding\":[0]}]}"
        #expect(try json(read(body, of: 2)) == ["[0]", "[1]"])
        let same = "{\"data\":[{\"index\":0,\"embedding\":[7]},{\"index\":0,\"embedding\":[8]}]}"
        #expect(try json(read(same, of: 2)) == ["[7]", "[8]"])
    }

    @Test("Base64 is little-endian numbers of 32 bits, written in the shortest text that reads back the same")
    func base64() throws {
        // 1, -0.5, 0.1, with padding and without
        for text in ["AACAPwAAAL/NzMw9", "AACAPwAAAL/NzMw9AAAAAA==", "AACAPwAAAL/NzMw9AAAAAA"] {
            let list = try read("{\"data\":[{\"embedding\":\"\(text)\"}]}", of: 1)
            #expect(list.embeddings[0].values.prefix(3) == [1, -0.5, Double(Float(0.1))])
            #expect(json(list)[0].hasPrefix("[1.0,-0.5,0.1"))
        }
    }

    @Test("Text that is no base64 of whole numbers is refused", arguments: ["AAA", "A", "AAAA*AAA", "AACAPw===", "="])
    func malformedBase64(text: String) {
        #expect { try read("{\"data\":[{\"embedding\":\"\(text)\"}]}", of: 1) } throws: { error in
            (error as? LLMError)?.code == .protocolViolation
        }
    }

    @Test("Strings that look like arrays, and arrays of other things, are left where they are")
    func otherArrays() throws {
        let body = #"{"x":"[1,2]","y":[[1],"a\"[3]"],"z":[1,"b"],"data":[{"embedding":[4]}],"model":"m"}"#
        let list = try read(body, of: 1)
        #expect(json(list) == ["[4]"])
        #expect(list.model == "m")
    }

    @Test(
        "What is no JSON stays none when the numbers are out",
        arguments: ["[1,]", "[01]", "[1 2]", "[-]", "[1.]", "[.5]", "[1e]", "[1e+]", "[5E8564118887]"]
    )
    func malformedNumbers(array: String) {
        #expect { try read("{\"data\":[{\"embedding\":\(array)}]}", of: 1) } throws: { error in
            (error as? LLMError)?.code == .protocolViolation
        }
    }

    @Test("As many vectors as texts, or it is no answer")
    func count() {
        #expect { try read("{\"data\":[{\"embedding\":[1]}]}", of: 2) } throws: { error in
            (error as? LLMError)?.code == .protocolViolation
        }
    }

    @Test("Gemini's answers are read, of a batch and of one text, and an empty vector too")
    func gemini() throws {
        let batch = "{\"embeddings\":[{\"values\":[1]},{}],\"usageMetadata\":{\"promptTokenCount\":4}}"
        #expect { try read(batch, of: 2, by: GeminiAdapter()) } throws: {
            ($0 as? LLMError)?.code == .protocolViolation
        }
        let whole = "{\"embeddings\":[{\"values\":[1]},{\"values\":[]}],\"usageMetadata\":{\"promptTokenCount\":4}}"
        let list = try read(whole, of: 2, by: GeminiAdapter())
        #expect(json(list) == ["[1]", "[]"])
        #expect(list.usage.inputTokens == 4)
        #expect(try json(read("{\"embedding\":{\"values\":[2]}}", of: 1, by: GeminiAdapter())) == ["[2]"])
    }

    @Test("An error under status 200 is that error")
    func errorUnderOK() {
        #expect { try read("{\"error\":{\"message\":\"no\",\"code\":429}}", of: 1) } throws: { error in
            (error as? LLMError)?.code == .rateLimited
        }
    }

    @Test("A wire without embeddings says so by name")
    func unsupported() {
        #expect {
            try AnthropicAdapter().encodeEmbeddings(EmbeddingRequest(["a"]), to: Endpoint(baseURL: "https://e.example"))
        } throws: { error in
            let error = error as? LLMError
            return error?.code == .unsupported && error?.message.contains("anthropic") == true
        }
    }

    @Test("Gemini has no base64, and says so")
    func geminiBase64() {
        var request = EmbeddingRequest(["a"], model: "m")
        request.encodingFormat = .base64
        #expect { try GeminiAdapter().encodeEmbeddings(request, to: Endpoint(baseURL: "https://e.example")) } throws: {
            ($0 as? LLMError)?.code == .unsupported
        }
    }

    @Test("Millions of numbers are found in time that grows with the text")
    func large() throws {
        let vector = "[" + Array(repeating: "-0.012345678", count: 3072).joined(separator: ",") + "]"
        let element = "{\"object\":\"embedding\",\"embedding\":\(vector)}"
        let body = "{\"data\":[" + Array(repeating: element, count: 256).joined(separator: ",") + "]}"
        let list = try read(body, of: 256)
        #expect(list.embeddings.count == 256)
        #expect(list.embeddings.allSatisfy { $0.count == 3072 })
        #expect(json(list).last == vector)
    }
}
