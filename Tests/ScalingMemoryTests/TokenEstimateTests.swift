import Testing

@testable import ScalingMemory

@Suite("What a call is taken to cost in tokens")
struct TokenEstimateTests {
    @Test("A quarter of the text's bytes, rounded up, and max_tokens for the answer")
    func text() {
        var request = Request(messages: [.system("12345"), .user("1234é")])
        request.maxTokens = 64
        #expect(TokenEstimate(request, limit: 0) == TokenEstimate(prompt: 3, output: 64))
        request.messages[0] = .system("123456")
        request.messages.append(.user(""))
        #expect(TokenEstimate(request, limit: 0).prompt == 3)
        request.messages.append(.user("1"))
        #expect(TokenEstimate(request, limit: 0).prompt == 4)
    }

    @Test("Tool calls, tool results, tool definitions and the response's schema are text too")
    func tools() {
        var request = Request("1234")
        let call = ToolCall(id: "not sent to the model as such", name: "name", arguments: "{\"a\":1} ")
        request.messages.append(Message(role: .assistant, content: nil, toolCalls: [call]))
        request.messages.append(.tool("1234", for: "id"))
        // 20 bytes.
        #expect(TokenEstimate(request, limit: 0).prompt == 5)
        request.tools = [["type": "function"], ["type": "function"]]
        // 19 more for each.
        #expect(TokenEstimate(request, limit: 0).prompt == 15)
        request.responseFormat = ["type": "json_object"]
        // 22 more.
        #expect(TokenEstimate(request, limit: 0).prompt == 20)
    }

    @Test("A part that is not text counts 1,000, however long its data")
    func parts() {
        var request = Request("")
        let image = ContentPart.image(url: "data:image/png;base64," + String(repeating: "A", count: 100_000))
        request.messages[0].content = .parts([.text("1234"), image, image, .text("1234")])
        #expect(TokenEstimate(request, limit: 0).prompt == 2002)
    }

    @Test("Without max_tokens 1,024 are assumed, and fewer where the prompt would be refused for it")
    func defaultOutput() {
        let request = Request(String(repeating: "x", count: 4000))
        #expect(TokenEstimate(request, limit: 0) == TokenEstimate(prompt: 1000, output: 1024))
        #expect(TokenEstimate(request, limit: 2024).output == 1024)
        #expect(TokenEstimate(request, limit: 2023).output == 1023)
        #expect(TokenEstimate(request, limit: 1000).output == 0)
        // This one does not fit by itself.
        #expect(TokenEstimate(request, limit: 999).total == 1000)
    }

    @Test("What was asked for does not shrink")
    func statedOutput() {
        var request = Request("1234")
        request.maxTokens = 5000
        #expect(TokenEstimate(request, limit: 1000) == TokenEstimate(prompt: 1, output: 5000))
        request.extra["max_completion_tokens"] = 300
        #expect(TokenEstimate(request, limit: 100) == TokenEstimate(prompt: 1, output: 300))
    }

    @Test("Amounts beyond all reason, or below nothing, are bounded")
    func bounds() {
        var request = Request("1234")
        request.maxTokens = .max
        #expect(TokenEstimate(request, limit: 0).total == 1_000_000_000_001)
        request.maxTokens = -5
        #expect(TokenEstimate(request, limit: 0).total == 1)
    }
}
