public import CLLM
internal import ScalingMemory

@_cdecl("llm_provider_define")
public func llm_provider_define(
    _ definition_json: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let json = try Argument.text(definition_json, "definition_json")
        ProviderRegistry.shared.register(try Provider(definition: json))
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_provider_register")
public func llm_provider_register(
    _ name: UnsafePointer<CChar>?,
    _ adapter: UnsafePointer<llm_adapter>?,
    _ user_data: UnsafeMutableRawPointer?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let name = try Provider.checkedName(Argument.text(name, "name"))
        guard let adapter else { throw Argument.null("adapter") }
        let functions = HostFunctions(try copied(adapter), user_data).functions
        ProviderRegistry.shared.register(functions, as: name)
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_provider_list")
public func llm_provider_list(
    _ providers_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(providers_json, "providers_json")
        output.pointee = try JSONOutput(ProviderRegistry.shared.json).handOut()
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_sink_write")
public func llm_sink_write(
    _ sink: OpaquePointer?,
    _ kind: Int32,
    _ data: UnsafePointer<CChar>?,
    _ length: Int
) -> llm_status {
    // A size_t comes as Int: what is negative is more than there can be.
    guard let sink, data != nil || length == 0, length >= 0 else { return LLMError.Code.invalidArgument.rawValue }
    let bytes = UnsafeRawBufferPointer(start: data, count: length)
    return Unmanaged<ForeignSink>.fromOpaque(UnsafeRawPointer(sink)).takeUnretainedValue().write(kind, bytes)
}

/// The adapter as this version knows it: fields that a smaller `size` does not reach are NULL, and a larger one must not hold
/// anything that this version does not know.
private func copied(_ adapter: UnsafePointer<llm_adapter>) throws(LLMError) -> llm_adapter {
    let size = adapter.pointee.size
    let ours = MemoryLayout<llm_adapter>.size
    guard size >= MemoryLayout<Int>.size, size % MemoryLayout<UnsafeRawPointer>.size == 0, size <= 4096 else {
        throw .invalidArgument("adapter->size is \(size); it takes sizeof(llm_adapter), which is \(ours) here")
    }
    let theirs = UnsafeRawBufferPointer(start: adapter, count: size)
    if theirs.dropFirst(ours).contains(where: { $0 != 0 }) {
        throw .invalidArgument(
            "adapter has functions that this version does not know: its size is \(size), not \(ours)"
        )
    }
    var copy = llm_adapter()
    withUnsafeMutableBytes(of: &copy) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: theirs.prefix(ours))) }
    return copy
}
