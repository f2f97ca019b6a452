/// Turns what a provider says of an error into one of ours, by HTTP status, code and words.
///
/// Statuses and codes: https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors
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
        let words = error?.message ?? summary(of: body)
        result.httpStatus = status
        result.message = "\(provider) answered with HTTP status \(status)" + (words.isEmpty ? "" : ": \(words)")
        if (300..<400).contains(status) {
            result.message = "\(provider) redirects (HTTP status \(status)), which is not followed: check base_url"
        }
        return result
    }

    /// The error of a response with an error status, whose body `adapter` reads.
    static func inResponse(
        status: Int,
        body: ByteBuffer,
        read adapter: any ProviderAdapter,
        with parser: JSONParser,
        provider: String
    ) -> LLMError {
        let said = try? parser.parseRepairing(body.bytes) { adapter.decodeError($0) }
        return inResponse(status: status, error: said ?? nil, body: body.text, provider: provider)
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
        result.isRetryable = isRetryable(status) && result.code != .quota && result.code != .contextLength
        return result
    }

    private static func isRetryable(_ status: Int) -> Bool {
        switch status {
        case 408, 409, 429, 500, 502, 503, 504, 529: true
        default: false
        }
    }

    private static func code(status: Int, error: ProviderError?) -> LLMError.Code {
        let code = error?.code ?? ""
        let words = (error?.message ?? "").lowercased()
        if (400..<500).contains(status) || status == 500 {
            if saysContextLength(code, words) { return .contextLength }
        }
        if (400..<500).contains(status) {
            if saysContentFilter(code) { return .contentFiltered }
            if code == "insufficient_quota" || code == "billing_error"
                || words.contains(bytesOf: "credit balance is too low")
            {
                return .quota
            }
        }
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

    private static func saysContextLength(_ code: String, _ words: String) -> Bool {
        if code == "context_length_exceeded" || code == "exceed_context_size_error" { return true }
        let signs: [StaticString] = [
            "maximum context length", "prompt is too long", "context window", "context size", "context limit",
            "context length", "too many tokens", "exceeds the maximum number of tokens",
        ]
        return signs.contains { words.contains(bytesOf: $0) }
    }

    private static func saysContentFilter(_ code: String) -> Bool {
        ["content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "moderation_blocked"]
            .contains(code)
    }

    /// The HTTP status that stands for an error that came without one.
    private static func meantStatus(_ error: ProviderError) -> Int? {
        if let status = error.httpStatus { return status }
        switch error.code {
        case "invalid_request_error", "invalid_request", "bad_request", "context_length_exceeded",
            "exceed_context_size_error", "content_filter", "content_policy_violation", "invalid_prompt":
            return 400
        case "authentication_error", "invalid_api_key", "invalid_authentication": return 401
        case "billing_error", "insufficient_quota": return 402
        case "permission_error", "permission_denied": return 403
        case "not_found_error", "model_not_found": return 404
        case "request_too_large": return 413
        case "rate_limit_error", "rate_limit_exceeded", "rate_limited", "tokens", "requests": return 429
        case "timeout_error": return 504
        case "overloaded_error", "overloaded": return 529
        case "api_error", "server_error", "internal_error", "internal_server_error": return 500
        case let code?: return Int(code).flatMap { (400..<600).contains($0) ? $0 : nil }
        case nil: return nil
        }
    }

    /// The beginning of a body that is no JSON, in one line; of an HTML page its title.
    private static func summary(of body: String) -> String {
        var text = Substring(body)
        if let start = text.range(of: "<title>"), let end = text[start.upperBound...].range(of: "</title>") {
            text = text[start.upperBound..<end.lowerBound]
        }
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 300 ? line.prefix(300) + "…" : line
    }
}

extension Substring {
    /// Where `text` first occurs.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}

extension LLMError {
    /// The error with what a response's head tells of it.
    func describing(_ head: HTTPResponseHead) -> LLMError {
        var error = self
        error.httpStatus = error.httpStatus ?? head.status
        error.requestID = head.requestID
        error.retryAfterMs = head.retryAfterMs()
        return error
    }
}
