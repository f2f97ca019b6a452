extension CallRunner {
    /// What the call gives. Each operation is a function of its own, which is not inlined: while a call runs, its task has room
    /// for what its functions handle, and for no other operation's.
    func result() async throws(LLMError) -> CallResult {
        if let answer = plan.foreign { return try await foreignResult(answer) }
        switch plan.kind {
        case .complete, .stream: return try await chat()
        case .embed: return try await embeddings()
        case .listModels: return try await models()
        case .healthCheck: return try await health()
        }
    }

    /// One parser for all calls: each document is read to its end before the next one comes.
    static let parser = JSONParser()

    private func chat() async throws(LLMError) -> CallResult {
        defer { chat = nil }
        return try await exchange(plan.request) {
            let exchange = makeChat()
            chat = exchange
            return exchange
        }
    }

    private func makeChat() -> ChatExchange {
        let configuration = plan.settings.configuration
        let events = plan.kind == .stream ? EventWriter(tag: plan.tag) : nil
        let reader = ResponseReader(
            adapter: plan.provider.adapter,
            provider: plan.provider.name,
            isStreaming: plan.kind == .stream,
            limits: ResponseReader.Limits(
                responseBytes: configuration.maxResponseBytes,
                eventBytes: configuration.maxEventBytes
            ),
            parser: Self.parser,
            events: events
        )
        return ChatExchange(reader: reader, events: events, channel: channel, started: started)
    }

    @inline(never)
    private func embeddings() async throws(LLMError) -> CallResult {
        guard let request = plan.embedding else { throw .internalDefect("a call for embeddings has no texts") }
        let reader = EmbeddingReader(
            adapter: plan.provider.adapter,
            provider: plan.provider.name,
            parser: Self.parser
        )
        return .embeddings(
            try await exchange(plan.request) {
                BodyExchange(
                    maximumBytes: plan.settings.configuration.maxResponseBytes,
                    tokens: { $0.usage.total ?? $0.usage.inputTokens },
                    { (response) throws(LLMError) in try reader.read(response, to: request) }
                )
            }
        )
    }

    @inline(never)
    private func models() async throws(LLMError) -> CallResult {
        var list = ModelList(provider: plan.provider.name)
        var request = plan.request
        // A list that goes on and on is not waited for.
        for _ in 0..<100 {
            let page = try await exchange(request) { makePage(after: list) }
            list = page.list
            guard let next = page.next else { break }
            request = plan.provider.adapter.encodeModelList(page: next, to: plan.endpoint)
        }
        return .models(list)
    }

    private struct Page: Sendable {
        var list: ModelList
        var next: String?
    }

    private func makePage(after earlier: ModelList) -> BodyExchange<Page> {
        let reader = ModelListReader(
            adapter: plan.provider.adapter,
            provider: plan.provider.name,
            parser: Self.parser
        )
        return BodyExchange(
            maximumBytes: plan.settings.configuration.maxResponseBytes,
            tokens: { _ in 0 },
            { (response) throws(LLMError) in
                var page = Page(list: earlier)
                page.next = try reader.read(response, into: &page.list)
                return page
            }
        )
    }

    /// One attempt, and outside the rate limits: it tells how the provider is now.
    @inline(never)
    func health() async throws(LLMError) -> CallResult {
        var error: LLMError?
        do throws(LLMError) {
            if let answer = plan.foreign {
                try await attempt(plan.request, makeForeign(answer))
            } else {
                _ = try await attempt(plan.request, makePage(after: ModelList(provider: plan.provider.name)))
            }
        } catch let failure {
            // Someone gave up on the check itself: that says nothing of the provider.
            if failure.code == .canceled, isCanceledByChoice { throw failure }
            error = described(failure)
        }
        let report = HealthReport(
            provider: plan.provider.name,
            latencyMs: Instant.now.milliseconds(since: started),
            error: error,
            callID: plan.id
        )
        return .health(report)
    }
}
