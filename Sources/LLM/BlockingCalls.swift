public import CLLM
internal import ScalingMemory

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A pointer to where a JSON result goes.
private typealias JSONDestination = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Starts the operation and waits for its end.
private func run(
    _ client: OpaquePointer?,
    _ json: JSONDestination?,
    _ name: StaticString,
    _ error: ErrorOutput,
    _ operation: () throws(LLMError) -> Operation
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(json, name)
        let call = try Argument.client(client).start(operation())
        while true {
            switch call.take(timeoutMs: nil) {
            case .result(let result):
                output.pointee = try JSONOutput(result).handOut()
                return llm_status(LLM_OK)
            case .failure(let failure): throw failure
            case .events, .nothing: continue
            case .over: throw LLMError(.internalDefect, "a call ended without a result")
            }
        }
    }
}

@_cdecl("llm_complete")
public func llm_complete(
    _ client: OpaquePointer?,
    _ request_json: UnsafePointer<CChar>?,
    _ response_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    run(client, response_json, "response_json", error) { () throws(LLMError) in
        .complete(try Request(json: Argument.text(request_json, "request_json")))
    }
}

@_cdecl("llm_analyze")
public func llm_analyze(
    _ client: OpaquePointer?,
    _ content: UnsafePointer<CChar>?,
    _ instruction: UnsafePointer<CChar>?,
    _ options_json: UnsafePointer<CChar>?,
    _ response_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    run(client, response_json, "response_json", error) { () throws(LLMError) in
        .complete(
            try Analysis.request(
                content: Argument.text(content, "content"),
                instruction: Argument.optionalText(instruction, "instruction"),
                optionsJSON: Argument.optionalText(options_json, "options_json")
            )
        )
    }
}

@_cdecl("llm_embed")
public func llm_embed(
    _ client: OpaquePointer?,
    _ request_json: UnsafePointer<CChar>?,
    _ response_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    run(client, response_json, "response_json", error) { () throws(LLMError) in
        .embed(try EmbeddingRequest(json: Argument.text(request_json, "request_json")))
    }
}

@_cdecl("llm_list_models")
public func llm_list_models(
    _ client: OpaquePointer?,
    _ options_json: UnsafePointer<CChar>?,
    _ models_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    run(client, models_json, "models_json", error) { () throws(LLMError) in
        .listModels(try CallOptions(json: Argument.optionalText(options_json, "options_json")))
    }
}

@_cdecl("llm_health_check")
public func llm_health_check(
    _ client: OpaquePointer?,
    _ options_json: UnsafePointer<CChar>?,
    _ report_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    run(client, report_json, "report_json", error) { () throws(LLMError) in
        .healthCheck(try CallOptions(json: Argument.optionalText(options_json, "options_json")))
    }
}

@_cdecl("llm_stream")
public func llm_stream(
    _ client: OpaquePointer?,
    _ request_json: UnsafePointer<CChar>?,
    _ on_event: llm_event_fn?,
    _ user_data: UnsafeMutableRawPointer?,
    _ response_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        response_json?.pointee = nil
        let client = try Argument.client(client)
        let request = try Request(json: Argument.text(request_json, "request_json"))
        guard let on_event else { throw Argument.null("on_event") }
        let call = try client.start(.stream(request))
        var isCanceled = false
        while true {
            switch call.take(timeoutMs: nil) {
            case .events(var events):
                while !isCanceled, let (kind, data) = events.next() {
                    isCanceled = on_event(kind, characters(data), data.count, user_data) != 0
                }
                if isCanceled { call.cancel() }
            case .result(let result):
                let json = try JSONOutput(result)
                // The last event: whatever is returned, the call has succeeded.
                _ = on_event(Int32(LLM_EVENT_RESPONSE), characters(json.bytes), json.bytes.count, user_data)
                response_json?.pointee = try json.handOut()
                return llm_status(LLM_OK)
            case .failure(let failure): throw isCanceled ? failure.canceled : failure
            case .nothing: continue
            case .over: throw LLMError(.internalDefect, "a stream ended without a result")
            }
        }
    }
}

extension LLMError {
    /// For whoever has ended the call himself and may not have heard yet that it had failed by then.
    fileprivate var canceled: LLMError {
        if code == .canceled { return self }
        var error = self
        error.code = .canceled
        error.isRetryable = false
        error.message = "the call was cancelled"
        return error
    }
}

/// An event's data as C has it; it is followed by a NUL, so there is always a first byte.
func characters(_ data: UnsafeRawBufferPointer) -> UnsafePointer<CChar> {
    data.baseAddress?.assumingMemoryBound(to: CChar.self) ?? staticText("")
}

@_cdecl("llm_free")
public func llm_free(_ memory: UnsafeMutableRawPointer?) {
    free(memory)
}
