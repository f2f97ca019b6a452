extension LLMClient {
    /// Sends a request and gives the whole response.
    public func complete(_ request: Request) async throws(LLMError) -> Response {
        guard case .response(let response) = try await result(of: .complete(request)) else { throw .wrongResult }
        return response
    }

    /// Sends a request and gives its events as they come. Leaving the loop early cancels the call.
    public func stream(_ request: Request) throws(LLMError) -> ResponseStream {
        ResponseStream(try start(.stream(request)))
    }

    /// Asks for an analysis of `content`, which is marked as material; `instruction` nil asks for a summary.
    public func analyze(_ content: String, instruction: String? = nil) async throws(LLMError) -> Response {
        try await complete(Analysis.request(content: content, instruction: instruction, options: nil))
    }

    /// Turns texts into vectors.
    public func embed(_ request: EmbeddingRequest) async throws(LLMError) -> EmbeddingList {
        guard case .embeddings(let list) = try await result(of: .embed(request)) else { throw .wrongResult }
        return list
    }

    /// The provider's models, all pages of the list.
    public func listModels(_ options: CallOptions = CallOptions()) async throws(LLMError) -> ModelList {
        guard case .models(let list) = try await result(of: .listModels(options)) else { throw .wrongResult }
        return list
    }

    /// Whether the provider answers and takes the key, asked without spending tokens. A provider that is down is a report,
    /// not an error.
    public func checkHealth(_ options: CallOptions = CallOptions()) async throws(LLMError) -> HealthReport {
        guard case .health(let report) = try await result(of: .healthCheck(options)) else { throw .wrongResult }
        return report
    }

    private func result(of operation: Operation) async throws(LLMError) -> CallResult {
        let call = try start(operation)
        while true {
            switch await call.take() {
            case .events, .nothing: continue
            case .result(let result): return result
            case .failure(let error): throw error
            case .over: throw .wrongResult
            }
        }
    }
}

extension LLMError {
    fileprivate static var wrongResult: LLMError { .internalDefect("a call ended with another operation's result") }
}
