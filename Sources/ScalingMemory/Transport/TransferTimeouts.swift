/// The limits of time of a response on its way, in words.
extension LLMError {
    static func notConnected(withinMs limit: Int, detail: String? = nil) -> LLMError {
        var error = LLMError(.timeout, "no connection within \(limit) ms (timeout.connect_ms)")
        if let detail { error.message += ": \(detail)" }
        error.isOfConnecting = true
        return error
    }

    static func noFirstByte(withinMs limit: Int) -> LLMError {
        LLMError(.timeout, "the server sent nothing for \(limit) ms (timeout.first_byte_ms)")
    }

    static func stoodStill(forMs limit: Int) -> LLMError {
        LLMError(.timeout, "the response stood still for \(limit) ms (timeout.idle_ms)")
    }
}
