extension Operation.Kind {
    /// The number by which a foreign adapter knows it.
    var foreignNumber: Int32 {
        switch self {
        case .complete: ForeignOperation.complete
        case .stream: ForeignOperation.stream
        case .embed: ForeignOperation.embed
        case .listModels: ForeignOperation.listModels
        case .healthCheck: ForeignOperation.healthCheck
        }
    }
}

extension CallRunner {
    /// What is known here of a call whose answer its reader decodes: when and how often, and nothing of what. A health check
    /// has no more to it.
    @inline(never)
    func foreignResult(_ answer: ForeignAnswer) async throws(LLMError) -> CallResult {
        if plan.kind == .healthCheck { return try await health() }
        defer { foreign = nil }
        try await exchange(plan.request) { makeForeign(answer) }
        switch plan.kind {
        case .embed: return .embeddings(EmbeddingList(provider: plan.provider.name))
        case .listModels, .healthCheck: return .models(ModelList(provider: plan.provider.name))
        case .complete, .stream:
            var response = Response(provider: plan.provider.name)
            response.requestID = answer.head.requestID
            response.timeToFirstEventMs = foreign?.firstEvent?.milliseconds(since: started)
            return .response(response)
        }
    }

    func makeForeign(_ answer: ForeignAnswer) -> ForeignExchange {
        let exchange = ForeignExchange(plan, answer, to: channel, parser: Self.parser)
        foreign = exchange
        return exchange
    }
}
