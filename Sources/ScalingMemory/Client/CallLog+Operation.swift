extension Operation {
    /// The name in log lines.
    var name: StaticString {
        switch self {
        case .complete: "complete"
        case .stream: "stream"
        case .listModels: "list_models"
        case .healthCheck: "health_check"
        }
    }

    fileprivate func model(_ settings: ClientSettings) -> String? {
        switch self {
        case .complete(let request), .stream(let request): request.model ?? settings.configuration.model
        case .listModels, .healthCheck: nil
        }
    }
}

extension CallLog {
    init(callID: String, _ operation: Operation, _ settings: ClientSettings, _ endpoint: Endpoint) {
        self.init(
            callID: callID,
            provider: settings.provider.name,
            model: operation.model(settings),
            operation: operation.name,
            secrets: [settings.apiKey, operation.options.apiKey],
            headers: endpoint.headers
        )
    }

    func finished(_ result: CallResult) {
        switch result {
        case .response(let response): finished(response)
        case .models(let list): finished(list)
        case .health(let report): finished(report)
        }
    }
}
