extension Operation.Kind {
    /// The name in log lines.
    var name: StaticString {
        switch self {
        case .complete: "complete"
        case .stream: "stream"
        case .embed: "embed"
        case .listModels: "list_models"
        case .healthCheck: "health_check"
        }
    }
}

extension CallLog {
    init(_ plan: CallPlan) {
        self.init(
            callID: plan.id,
            provider: plan.provider.name,
            model: plan.model,
            operation: plan.kind.name,
            secrets: plan.secrets,
            headers: plan.endpoint.headers
        )
    }

    func ended(_ outcome: Result<CallResult, LLMError>, latencyMs: Double) {
        switch outcome {
        case .success(.response(let response)): finished(response)
        case .success(.embeddings(let list)): finished(list)
        case .success(.models(let list)): finished(list)
        case .success(.health(let report)): finished(report)
        case .failure(let error): failed(error, latencyMs: latencyMs)
        }
    }
}
