/// Turns what a provider says of an error into one of ours, by HTTP status, code and words: see `ErrorCodes` and
/// `ErrorWords`.
enum ProviderFailure {
    /// The error of a response with an error status, or of an error body under status 200.
    static func inResponse(
        status: Int,
        error: ProviderError?,
        body: String,
        provider: String
    ) -> LLMError {
        let meant = status >= 400 ? status : error.flatMap { meantStatus($0) } ?? (status < 300 ? 500 : status)
        var result = make(status: meant, error: error)
        let words = error?.message ?? ErrorPage.summary(of: body)
        result.httpStatus = status
        result.message = "\(provider) answered with HTTP status \(status)" + (words.isEmpty ? "" : ": \(words)")
        if (300..<400).contains(status) {
            result.message = "\(provider) redirects (HTTP status \(status)), which is not followed: check base_url"
        }
        return result
    }

    /// The error of a response with an error status, whose body `adapter` reads. `type`: how the head calls it.
    static func inResponse(
        status: Int,
        type: String? = nil,
        body: ByteBuffer,
        read adapter: any ProviderAdapter,
        with parser: JSONParser,
        provider: String
    ) -> LLMError {
        let said = try? parser.parseRepairing(body.bytes) { adapter.decodeError($0) }
        var error = said ?? nil
        if let type {
            var named = error ?? ProviderError(code: nil, message: nil)
            named.add(code: type)
            error = named
        }
        return inResponse(status: status, error: error, body: body.text, provider: provider)
    }

    /// The error that an event in a stream stands for.
    static func inStream(_ error: ProviderError) -> LLMError {
        var result = make(status: meantStatus(error) ?? 500, error: error)
        result.message = "the provider broke off its answer" + (error.message.map { ": \($0)" } ?? "")
        return result
    }

    private static func make(status: Int, error: ProviderError?) -> LLMError {
        var result = LLMError(code(status: status, error: error), "")
        result.providerCode = error?.code
        result.providerMessage = error?.message
        result.requestID = error?.requestID
        result.retryAfterMs = error?.retryAfterMs
        result.isRetryable = isRetryable(result.code, status)
        return result
    }

    private static func isRetryable(_ code: LLMError.Code, _ status: Int) -> Bool {
        switch code {
        case .rateLimited: return true
        case .quota, .contextLength, .contentFiltered, .authentication: return false
        default: break
        }
        switch status {
        // 498: Groq, out of capacity. 520 to 524: Cloudflare, whose origin did not answer.
        case 408, 409, 429, 498, 500, 502, 503, 504, 520...524, 529: return true
        default: return false
        }
    }

    private static func code(status: Int, error: ProviderError?) -> LLMError.Code {
        if let error, let meaning = meaning(error, status) { return meaning }
        switch status {
        case 401, 403: return .authentication
        case 402: return .quota
        case 404: return .notFound
        case 413: return .tooLarge
        case 429: return .rateLimited
        case 400..<500: return .badRequest
        case 500...: return .server
        default: return .protocolViolation
        }
    }

    /// What the provider's own codes and words tell that the status does not.
    private static func meaning(_ error: ProviderError, _ status: Int) -> LLMError.Code? {
        guard (400..<500).contains(status) || status == 500 else { return nil }
        if let meaning = error.meaning ?? error.codes.lazy.compactMap(ErrorCodes.meaning(of:)).first { return meaning }
        let words = (error.message ?? "").lowercased()
        switch status {
        // Not 429: "too many tokens" are too many a minute there. 500: older llama.cpp, Ollama, and streams.
        case 400, 413, 422, 424, 500:
            // Amazon's "Too many tokens, please wait before trying again."
            let isThrottling = error.codes.contains { ErrorCodes.status(of: $0) == 429 }
            if !isThrottling, ErrorWords.sayContextLength(words) { return .contextLength }
        default: break
        }
        guard status < 500 else { return nil }
        if ErrorWords.sayContentFiltered(words) { return .contentFiltered }
        if ErrorWords.sayQuota(words) { return .quota }
        return status == 400 && ErrorWords.sayAuthentication(words) ? .authentication : nil
    }

    /// The HTTP status that stands for an error that came without one.
    private static func meantStatus(_ error: ProviderError) -> Int? {
        error.httpStatus ?? error.codes.lazy.compactMap(ErrorCodes.status(of:)).first
    }
}

extension LLMError {
    /// The error with what a response's head tells of it.
    func describing(_ head: HTTPResponseHead) -> LLMError {
        var error = self
        error.httpStatus = error.httpStatus ?? head.status
        error.requestID = head.requestID ?? error.requestID
        error.retryAfterMs = head.retryAfterMs() ?? error.retryAfterMs
        error.serverWantsRetry = head.shouldRetry
        return error
    }
}
