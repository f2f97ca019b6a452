extension LLMError {
    /// The error as the JSON object that llm.h describes; what is not known is absent.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("status", "\(code.name)")
            writer.member("code", Int(code.rawValue))
            writer.member("message", message)
            writer.member("provider", provider)
            writer.member("http_status", httpStatus)
            writer.member("provider_code", providerCode)
            writer.member("provider_message", providerMessage)
            writer.member("request_id", requestID)
            writer.member("retry_after_ms", retryAfterMs)
            writer.member("retryable", isRetryable)
            writer.member("attempts", attempts)
            writer.member("call_id", callID)
            if let partial {
                writer.key("partial")
                partial.write(to: &writer)
            }
        }
    }

    /// The error as compact JSON.
    public var json: String {
        JSONWriter.text { write(to: &$0) }
    }
}
