extension CallRunner {
    /// What the call gives.
    func result() async throws(LLMError) -> CallResult {
        if let answer = plan.foreign { return try await foreignResult(answer) }
        return switch plan.operation {
        case .complete: .response(try await chat(streaming: false))
        case .stream: .response(try await chat(streaming: true))
        case .embed(let request): .embeddings(try await embeddings(request))
        case .listModels: .models(try await models())
        case .healthCheck: .health(try await health())
        }
    }

    /// One parser for all calls: each document is read to its end before the next one comes.
    static let parser = JSONParser()

    private func chat(streaming: Bool) async throws(LLMError) -> Response {
        defer { chat = nil }
        var response = try await exchange(plan.request) {
            let exchange = makeChat(streaming: streaming)
            chat = exchange
            return exchange
        }
        response.timeToFirstEventMs = chat?.firstEvent?.milliseconds(since: started)
        return response
    }

    private func makeChat(streaming: Bool) -> ChatExchange {
        let configuration = plan.settings.configuration
        let events = streaming ? EventWriter(tag: plan.tag) : nil
        let reader = ResponseReader(
            adapter: plan.provider.adapter,
            provider: plan.provider.name,
            isStreaming: streaming,
            limits: ResponseReader.Limits(
                responseBytes: configuration.maxResponseBytes,
                eventBytes: configuration.maxEventBytes
            ),
            parser: Self.parser,
            events: events
        )
        return ChatExchange(reader: reader, events: events, channel: channel)
    }

    private func embeddings(_ request: EmbeddingRequest) async throws(LLMError) -> EmbeddingList {
        let reader = EmbeddingReader(
            adapter: plan.provider.adapter,
            provider: plan.provider.name,
            parser: Self.parser
        )
        return try await exchange(plan.request) {
            BodyExchange(
                maximumBytes: plan.settings.configuration.maxResponseBytes,
                tokens: { $0.usage.total ?? $0.usage.inputTokens },
                { (response) throws(LLMError) in try reader.read(response, to: request) }
            )
        }
    }

    private func models() async throws(LLMError) -> ModelList {
        var list = ModelList(provider: plan.provider.name)
        var request = plan.request
        // A list that goes on and on is not waited for.
        for _ in 0..<100 {
            let page = try await exchange(request) { makePage(after: list) }
            list = page.list
            guard let next = page.next else { break }
            request = plan.provider.adapter.encodeModelList(page: next, to: plan.endpoint)
        }
        return list
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
    func health() async throws(LLMError) -> HealthReport {
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
        return HealthReport(
            provider: plan.provider.name,
            latencyMs: Instant.now.milliseconds(since: started),
            error: error,
            callID: plan.id
        )
    }
}
