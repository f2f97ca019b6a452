public import CLLM
internal import ScalingMemory

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Text that lives for ever.
func staticText(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// What an `llm_error` points to: an error and its texts for C. Does not change, so that any thread may read it.
final class ErrorHandle {
    let error: LLMError
    let message: UnsafeMutablePointer<CChar>?
    let json: UnsafeMutablePointer<CChar>?

    init(_ error: LLMError) {
        self.error = error
        message = strdup(error.message)
        json = strdup(error.json)
    }

    deinit {
        free(message)
        free(json)
    }

    func handOut() -> OpaquePointer {
        OpaquePointer(Unmanaged.passRetained(self).toOpaque())
    }

    static func from(_ pointer: OpaquePointer?) -> ErrorHandle? {
        pointer.map { Unmanaged<ErrorHandle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
}

@_cdecl("llm_status_name")
public func llm_status_name(_ status: llm_status) -> UnsafePointer<CChar> {
    switch Int(status) {
    case LLM_OK: staticText("ok")
    case LLM_PENDING: staticText("pending")
    case LLM_END: staticText("end")
    case LLM_TOO_SMALL: staticText("too_small")
    default: staticText(LLMError.Code(rawValue: status)?.name ?? "unknown")
    }
}

@_cdecl("llm_error_status")
public func llm_error_status(_ error: OpaquePointer?) -> llm_status {
    ErrorHandle.from(error)?.error.code.rawValue ?? llm_status(LLM_OK)
}

@_cdecl("llm_error_message")
public func llm_error_message(_ error: OpaquePointer?) -> UnsafePointer<CChar> {
    ErrorHandle.from(error)?.message.map { UnsafePointer($0) } ?? staticText("")
}

@_cdecl("llm_error_http_status")
public func llm_error_http_status(_ error: OpaquePointer?) -> Int32 {
    Int32(clamping: ErrorHandle.from(error)?.error.httpStatus ?? 0)
}

@_cdecl("llm_error_retry_after_ms")
public func llm_error_retry_after_ms(_ error: OpaquePointer?) -> Int64 {
    Int64(ErrorHandle.from(error)?.error.retryAfterMs ?? -1)
}

@_cdecl("llm_error_is_retryable")
public func llm_error_is_retryable(_ error: OpaquePointer?) -> Int32 {
    ErrorHandle.from(error)?.error.isRetryable == true ? 1 : 0
}

@_cdecl("llm_error_json")
public func llm_error_json(_ error: OpaquePointer?) -> UnsafePointer<CChar> {
    ErrorHandle.from(error)?.json.map { UnsafePointer($0) } ?? staticText("{}")
}

@_cdecl("llm_error_free")
public func llm_error_free(_ error: OpaquePointer?) {
    guard let error else { return }
    Unmanaged<ErrorHandle>.fromOpaque(UnsafeRawPointer(error)).release()
}
