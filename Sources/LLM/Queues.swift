public import CLLM
internal import ScalingMemory

extension Argument {
    /// The queue that an `llm_queue` points to; nil for NULL.
    static func queue(_ pointer: OpaquePointer?) -> EventQueue? {
        pointer.map { Unmanaged<EventQueue>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    static func logLevel(_ level: Int32) throws(LLMError) -> LogLevel {
        guard let level = LogLevel(rawValue: level) else {
            throw LLMError(.invalidArgument, "level is \(level), which is none of LLM_LOG_*")
        }
        return level
    }
}

@_cdecl("llm_queue_create")
public func llm_queue_create(
    _ queue: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(queue, "queue")
        output.pointee = OpaquePointer(Unmanaged.passRetained(EventQueue()).toOpaque())
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_queue_read")
public func llm_queue_read(
    _ queue: OpaquePointer?,
    _ timeout_ms: Int32,
    _ buffer: UnsafeMutableRawPointer?,
    _ capacity: Int,
    _ used: UnsafeMutablePointer<Int>?
) -> llm_status {
    used?.pointee = 0
    // A size_t comes as Int: what is negative is more than any buffer has.
    guard let queue = Argument.queue(queue), let used, buffer != nil || capacity == 0, capacity >= 0 else {
        return LLMError.Code.invalidArgument.rawValue
    }
    let place = UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
    switch queue.read(into: place, timeoutMs: timeout_ms < 0 ? nil : Int(timeout_ms)) {
    case .records(let byteCount):
        used.pointee = byteCount
        return llm_status(LLM_OK)
    case .tooSmall(let needed):
        used.pointee = needed
        return llm_status(LLM_TOO_SMALL)
    case .nothing: return llm_status(LLM_PENDING)
    case .busy: return LLMError.Code.invalidArgument.rawValue
    case .forked: return LLMError.Code.forked.rawValue
    }
}

@_cdecl("llm_queue_fd")
public func llm_queue_fd(_ queue: OpaquePointer?) -> Int32 {
    Argument.queue(queue)?.descriptor() ?? -1
}

@_cdecl("llm_queue_wake")
public func llm_queue_wake(_ queue: OpaquePointer?) {
    Argument.queue(queue)?.wake()
}

@_cdecl("llm_queue_log")
public func llm_queue_log(_ queue: OpaquePointer?, _ level: Int32) -> llm_status {
    boundary(nil) { () throws(LLMError) in
        guard let queue = Argument.queue(queue) else { throw Argument.null("queue") }
        if queue.belongsToParent { throw Argument.forked("queue") }
        try queue.setLogLevel(Argument.logLevel(level))
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_queue_destroy")
public func llm_queue_destroy(_ queue: OpaquePointer?) {
    // The parent's, in a forked child, is left alone: see llm_client_destroy.
    guard let queue, let handle = Argument.queue(queue), !handle.belongsToParent else { return }
    handle.close()
    Unmanaged<EventQueue>.fromOpaque(UnsafeRawPointer(queue)).release()
}
