internal import CCurl

/// What libcurl's result codes mean to the caller. https://curl.se/libcurl/c/libcurl-errors.html
enum CurlFailure {
    /// `detail`: libcurl's own words, which name the host and port.
    static func error(_ result: CURLcode, detail: String, timeouts: Timeouts) -> LLMError {
        let words = detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail
        switch result {
        case CURLE_OPERATION_TIMEDOUT:
            return .notConnected(withinMs: timeouts.connectMs, detail: words)
        case CURLE_PARTIAL_FILE:
            return LLMError(.truncated, "the connection was closed in the middle of the response: \(words)")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            return LLMError(.protocolViolation, "the server does not speak HTTP as it should: \(words)")
        case CURLE_OUT_OF_MEMORY:
            return LLMError(.memory, "there is no memory for the transfer")
        case CURLE_URL_MALFORMAT:
            return LLMError(.configuration, "base_url is not a URL that can be called: \(words)")
        case CURLE_SSL_CACERT_BADFILE:
            var error = LLMError(.configuration, "ca_file cannot be used: \(words)")
            error.isRetryable = false
            return error
        case CURLE_PEER_FAILED_VERIFICATION:
            var error = LLMError(.connection, "the server's certificate is not trusted: \(words)")
            error.isRetryable = false
            return error
        default:
            return LLMError(.connection, words)
        }
    }
}
