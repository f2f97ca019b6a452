/// What a call that succeeded gives. One word, since it changes hands often.
package indirect enum CallResult: Sendable {
    case response(Response)
    case embeddings(EmbeddingList)
    case models(ModelList)
    case health(HealthReport)

    package func write(to writer: inout JSONWriter) {
        switch self {
        case .response(let response): response.write(to: &writer)
        case .embeddings(let list): list.write(to: &writer)
        case .models(let list): list.write(to: &writer)
        case .health(let report): report.write(to: &writer)
        }
    }
}

/// What can be asked of a client. One word, like its result.
package indirect enum Operation: Sendable {
    case complete(Request)
    case stream(Request)
    case embed(EmbeddingRequest)
    case listModels(CallOptions)
    case healthCheck(CallOptions)

    enum Kind: Sendable {
        case complete, stream, embed, listModels, healthCheck
    }

    var kind: Kind {
        switch self {
        case .complete: .complete
        case .stream: .stream
        case .embed: .embed
        case .listModels: .listModels
        case .healthCheck: .healthCheck
        }
    }

    var options: CallOptions {
        switch self {
        case .complete(let request), .stream(let request): request.options
        case .embed(let request): request.options
        case .listModels(let options), .healthCheck(let options): options
        }
    }
}
