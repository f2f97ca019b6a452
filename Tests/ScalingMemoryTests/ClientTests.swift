import Testing

@testable import ScalingMemory

@Suite("The client, from Swift", .timeLimit(.minutes(1)))
struct ClientTests {
    private func client(_ server: LoopbackServer) throws -> LLMClient {
        var configuration = Configuration(provider: "openai", model: "m", baseURL: server.url)
        (configuration.rateLimit.perMinute, configuration.rateLimit.maxConcurrent) = (0, 0)
        return try LLMClient(configuration)
    }

    @Test("A stream's events come in order, and the response last")
    func stream() async throws {
        let events = (0..<200).map { LoopbackServer.text("\($0) ") } + [LoopbackServer.text("", finish: "\"stop\"")]
        let server = LoopbackServer(LoopbackServer.eventStream(events + ["[DONE]"]))
        var text = ""
        var response: Response?
        for try await event in try client(server).stream(Request("?")) {
            if case .text(let piece) = event { text += piece }
            if case .response(let whole) = event { response = whole }
        }
        #expect(text == (0..<200).map { "\($0) " }.joined())
        #expect(response?.content == text)
        #expect(response?.finishReason == .stop)
    }

    @Test("Many tasks use one client at once")
    func concurrent() async throws {
        let body = #"{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}"#
        let server = LoopbackServer([
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n",
            body,
        ])
        let client = try client(server)
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<64 { group.addTask { try await client.complete(Request("?")).content } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: "4", count: 64))
    }

    @Test("Cancelling the task ends the stream")
    func taskCancellation() async throws {
        let server = LoopbackServer(
            LoopbackServer.eventStream(Array(repeating: LoopbackServer.text("x"), count: 10_000)),
            pauseMs: 5
        )
        let client = try client(server)
        let task = Task {
            for try await event in try client.stream(Request("?")) {
                if case .text = event { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        let result = await task.result
        guard case .failure(let error as LLMError) = result else {
            Issue.record("it ended without an error")
            return
        }
        #expect(error.code == .canceled)
    }

    @Test("Shutting down ends what runs and refuses what comes")
    func shutDown() async throws {
        let server = LoopbackServer(
            LoopbackServer.eventStream(Array(repeating: LoopbackServer.text("x"), count: 10_000)),
            pauseMs: 5
        )
        let client = try client(server)
        var code: LLMError.Code?
        do {
            for try await _ in try client.stream(Request("?")) { client.shutDown() }
        } catch {
            code = error.code
        }
        #expect(code == .canceled)
        await #expect(throws: LLMError.self) { try await client.complete(Request("?")) }
    }

    @Test("A provider can be registered while the program runs")
    func registry() async throws {
        let body = #"{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}"#
        let server = LoopbackServer([
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n"
                + body
        ])
        ProviderRegistry.shared.register(
            Provider(name: "mine", adapter: OpenAIAdapter(), baseURL: server.url, environmentPrefix: "MINE")
        )
        let client = try LLMClient(Configuration(provider: "mine", model: "m", apiKey: "key", baseURL: server.url))
        #expect(try await client.complete(Request("?")).provider == "mine")
    }

    @Test("A key does not print")
    func secrets() {
        let configuration = Configuration(provider: "openai", apiKey: "sk-secret")
        #expect(!"\(configuration)".contains("sk-secret"))
        #expect(!String(reflecting: configuration).contains("sk-secret"))
    }
}
