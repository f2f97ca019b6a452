extension ClientStatistics {
    /// The call is over; `latencyMs` where the result says nothing of it. A provider that was found ill counts as a failure.
    func callEnded(_ result: Result<CallResult, LLMError>, latencyMs: Double) {
        switch result {
        case .success(.response(let response)):
            callSucceeded(
                latencyMs: response.latencyMs ?? latencyMs,
                firstEventMs: response.timeToFirstEventMs,
                usage: response.usage
            )
        case .success(.embeddings(let list)): callSucceeded(latencyMs: list.latencyMs ?? latencyMs, usage: list.usage)
        case .success(.models): callSucceeded(latencyMs: latencyMs)
        case .success(.health(let report)):
            if let error = report.error { callFailed(error.code) } else { callSucceeded(latencyMs: latencyMs) }
        case .failure(let error): callFailed(error.code, usage: error.partial?.usage ?? Usage())
        }
    }
}
