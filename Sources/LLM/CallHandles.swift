public import CLLM
internal import ScalingMemory
internal import Synchronization

/// What an `llm_call` points to: a call, and what its reader has in hand.
final class CallHandle {
    let call: Call
    /// One thread reads at a time; the others are turned away.
    private let isBeingRead = Atomic<Bool>(false)
    /// Touched only by the thread that reads.
    private var events: EventReader?
    private var response: JSONOutput?

    init(_ call: Call) {
        self.call = call
    }

    static func from(_ pointer: OpaquePointer?) -> CallHandle? {
        pointer.map { Unmanaged<CallHandle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    enum Next {
        case event(kind: Int32, data: UnsafeRawBufferPointer)
        case pending
        case end
    }

    /// The data is valid until the next call of this.
    func next(timeoutMs: Int?) throws(LLMError) -> Next {
        guard isBeingRead.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw LLMError(.invalidArgument, "call is being read by another thread: one at a time")
        }
        defer { isBeingRead.store(false, ordering: .releasing) }
        while true {
            if !call.isCanceled, let (kind, data) = events?.next() { return .event(kind: kind, data: data) }
            events = nil
            response = nil
            switch call.take(timeoutMs: timeoutMs) {
            case .events(let batch): events = batch
            case .result(let result):
                let json = try JSONOutput(result)
                response = json
                return .event(kind: Int32(LLM_EVENT_RESPONSE), data: json.bytes)
            case .failure(let error): throw error
            case .nothing: return .pending
            case .over: return .end
            }
        }
    }
}

@_cdecl("llm_call_start")
public func llm_call_start(
    _ client: OpaquePointer?,
    _ operation: Int32,
    _ request_json: UnsafePointer<CChar>?,
    _ queue: OpaquePointer?,
    _ tag: UInt64,
    _ call: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(call, "call")
        let client = try Argument.client(client)
        let queue = Argument.queue(queue)
        if let queue, queue.belongsToParent { throw Argument.forked("queue") }
        let handle = CallHandle(try client.start(requested(operation, request_json), on: queue, tag: tag))
        output.pointee = OpaquePointer(Unmanaged.passRetained(handle).toOpaque())
        return llm_status(LLM_OK)
    }
}

private func requested(_ operation: Int32, _ json: UnsafePointer<CChar>?) throws(LLMError) -> Operation {
    switch Int(operation) {
    case LLM_OP_COMPLETE: return .complete(try Request(json: Argument.text(json, "request_json")))
    case LLM_OP_STREAM: return .stream(try Request(json: Argument.text(json, "request_json")))
    case LLM_OP_ANALYZE: return .complete(try Analysis.request(json: Argument.text(json, "request_json")))
    case LLM_OP_EMBED: return .embed(try EmbeddingRequest(json: Argument.text(json, "request_json")))
    case LLM_OP_LIST_MODELS: return .listModels(try CallOptions(json: Argument.optionalText(json, "request_json")))
    case LLM_OP_HEALTH_CHECK: return .healthCheck(try CallOptions(json: Argument.optionalText(json, "request_json")))
    default: throw LLMError(.invalidArgument, "operation is \(operation), which is none of LLM_OP_*")
    }
}

@_cdecl("llm_call_next")
public func llm_call_next(
    _ call: OpaquePointer?,
    _ timeout_ms: Int32,
    _ kind: UnsafeMutablePointer<Int32>?,
    _ data: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        kind?.pointee = 0
        data?.pointee = nil
        length?.pointee = 0
        guard let handle = CallHandle.from(call) else { throw Argument.null("call") }
        guard let data else { throw Argument.null("data") }
        guard let length else { throw Argument.null("length") }
        if handle.call.belongsToParent { throw Argument.forked("call") }
        if handle.call.isOnQueue { throw LLMError.onQueue }
        switch try handle.next(timeoutMs: timeout_ms < 0 ? nil : Int(timeout_ms)) {
        case .event(let eventKind, let bytes):
            kind?.pointee = eventKind
            data.pointee = characters(bytes)
            length.pointee = bytes.count
            return llm_status(LLM_OK)
        case .pending: return llm_status(LLM_PENDING)
        case .end: return llm_status(LLM_END)
        }
    }
}

@_cdecl("llm_call_pause")
public func llm_call_pause(_ call: OpaquePointer?, _ paused: Int32) {
    guard let handle = CallHandle.from(call), !handle.call.belongsToParent else { return }
    handle.call.setPaused(paused != 0)
}

@_cdecl("llm_call_cancel")
public func llm_call_cancel(_ call: OpaquePointer?) {
    guard let handle = CallHandle.from(call), !handle.call.belongsToParent else { return }
    handle.call.cancel()
}

@_cdecl("llm_call_free")
public func llm_call_free(_ call: OpaquePointer?) {
    // The parent's, in a forked child, is left alone: see llm_client_destroy.
    guard let call, let handle = CallHandle.from(call), !handle.call.belongsToParent else { return }
    handle.call.release()
    Unmanaged<CallHandle>.fromOpaque(UnsafeRawPointer(call)).release()
}
