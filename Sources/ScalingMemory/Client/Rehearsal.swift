internal import CLinux

/// What has to be done before anything else of the library is used, in one piece as far as `fork()` is concerned.
package enum FirstUse {
    /// Any thread, any number of times; what a caller may come to first calls it first.
    package static func prepare() {
        clinux_first_use {
            HTTPTransport.initialize()
            QueueDescriptor.protectFork()
            Rehearsal.run()
        }
    }
}

/// Goes, in the library's first use, through what a caller's thread does in a call.
///
/// Swift makes the descriptions of generic types when they are first used, and a thread that needs one which another thread
/// is just making waits for it. A process that is copied by `fork()` at that moment has no such thread, and would wait for
/// ever. So everything is used once while `fork()` waits. (The I/O thread needs none of this: it is asleep when the process
/// is copied.)
enum Rehearsal {
    static func run() {
        _ = try? Configuration.json(fromEnvironmentFor: "openai")
        _ = try? Analysis.request(content: "a", instruction: nil, optionsJSON: "{}")
        _ = StandardErrorSink()
        try? makeCalls()
    }

    private static let request = """
        {"messages": [{"role": "system", "content": "a\\u0001\\ud800"}, {"role": "user", "content": [{"type": "text", "text": "a"}]},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "function": {"name": "a", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "a", "content": "a"}], "max_tokens": 1, "temperature": 0.5, "stop": ["a"],
        "drop_unsupported": true,
        "tools": [{"type": "function", "function": {"name": "a"}}], "tool_choice": "auto", "headers": {"a": "a"},
        "timeout": {"total_ms": 1}, "extra": {"a": [1, 0.5, true, null, {}]}}
        """

    /// A client and a request are other code with each wire; what becomes of a call is the same with all.
    private static func makeCalls() throws(LLMError) {
        let stream = Operation.stream(try Request(json: request))
        let embed = Operation.embed(try EmbeddingRequest(json: "{\"input\": [\"a\"], \"extra\": {\"a\": 1}}"))
        for provider in ["openai-responses", "anthropic", "gemini", "ollama", "bedrock"] {
            guard let client = try? makeClient(provider) else { continue }
            for operation in [stream, embed] { _ = try? client.makeCall(operation, CallIdentifier.make(), nil, 0) }
        }
        let client = try makeClient("openai")
        try makeCall(client, stream)
        try makeCallsOnQueue(client, stream)
        try makeEmbedding(client, embed)
        _ = client.statistics.json
    }

    private static func makeClient(_ provider: String) throws(LLMError) -> LLMClient {
        let configuration = try Configuration(
            json: "{\"provider\": \"\(provider)\", \"base_url\": \"http://127.0.0.1\", \"model\": \"a\", \"retry\": {}}"
        )
        return try LLMClient(checking: configuration)
    }

    private static func makeCall(_ client: LLMClient, _ operation: Operation) throws(LLMError) {
        let call = try client.makeCall(operation, CallIdentifier.make(), nil, 0)
        let partial = play(call, client.provider)
        client.forget(call.key)
        read(call, partial)
    }

    /// One of the library's own adapters and one of a host's.
    private static func makeCallsOnQueue(_ client: LLMClient, _ operation: Operation) throws(LLMError) {
        let queue = EventQueue()
        let call = try client.makeCall(operation, CallIdentifier.make(), queue, 1)
        _ = play(call, client.provider)
        client.forget(call.key)

        let plan = try client.makePlan(operation, CallIdentifier.make(), 1)
        let (foreign, _, _) = try RunnerLink().makeForeignDestination(on: queue, plan)
        let piece = ByteBuffer()
        piece.append("data: {}\n\n")
        foreign.send(piece)
        foreign.finish(.success(.response(Response(provider: client.provider))))

        read(queue)
        call.rehearseEnd()
        foreign.discard()
        foreign.detach()
        queue.close()
    }

    private static func play(_ call: Call, _ provider: String) -> Response {
        let events = EventWriter()
        let builder = ResponseBuilder(provider: provider, events: events)
        let index = builder.beginToolCall(id: "a", name: "a")
        builder.completeToolCall(at: index)
        call.rehearse(events.takeRecords(), .success(.response(builder.complete())))
        return builder.build()
    }

    private static func read(_ call: Call, _ partial: Response) {
        while true {
            switch call.take(timeoutMs: 0) {
            case .events(var events):
                while let event = events.next() { _ = StreamEvent(kind: event.kind, data: event.data) }
            case .result(let result):
                var writer = JSONWriter(to: ByteBuffer())
                result.write(to: &writer)
            case .failure, .nothing, .over:
                var error = LLMError(.canceled, "").redacting([Secret("aaaa")])
                error.partial = partial
                _ = error.json
                CallLog.rehearse(error, partial)
                return
            }
        }
    }

    private static func makeEmbedding(_ client: LLMClient, _ operation: Operation) throws(LLMError) {
        client.forget(try client.makeCall(operation, CallIdentifier.make(), nil, 0).key)
        var list = EmbeddingList(provider: client.provider)
        list.embeddings = [EmbeddingVector([0.5])]
        var writer = JSONWriter(to: ByteBuffer())
        CallResult.embeddings(list).write(to: &writer)
    }

    private static func read(_ queue: EventQueue) {
        _ = queue.descriptor()
        withUnsafeBytes(of: UInt8(0)) { queue.write(LogLine(level: .info, bytes: $0)) }
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 8) { buffer in
            while case .records = queue.read(into: buffer, timeoutMs: 0) {}
            // Waits that are over as they begin.
            queue.wake()
            _ = queue.read(into: buffer, timeoutMs: 1)
            queue.semaphore.signal()
            _ = queue.semaphore.wait(until: nil)
        }
    }
}
