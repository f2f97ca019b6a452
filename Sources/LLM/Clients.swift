public import CLLM
internal import ScalingMemory

@_cdecl("llm_config_from_env")
public func llm_config_from_env(
    _ provider: UnsafePointer<CChar>?,
    _ config_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(config_json, "config_json")
        let provider = try Argument.optionalText(provider, "provider")
        let json = try Configuration.json(fromEnvironmentFor: provider)
        output.pointee = try JSONOutput(json).handOut()
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_client_create")
public func llm_client_create(
    _ config_json: UnsafePointer<CChar>?,
    _ client: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(client, "client")
        let json = try Argument.optionalText(config_json, "config_json")
        let configuration =
            if let json { try Configuration(json: json) } else { try Configuration(fromEnvironmentFor: nil) }
        let client = try LLMClient(configuration)
        output.pointee = OpaquePointer(Unmanaged.passRetained(client).toOpaque())
        return llm_status(LLM_OK)
    }
}

@_cdecl("llm_client_destroy")
public func llm_client_destroy(_ client: OpaquePointer?) {
    guard let client else { return }
    let handle = Unmanaged<LLMClient>.fromOpaque(UnsafeRawPointer(client))
    // The parent's, in a forked child: left alone, since a thread that is not here may have been at work on it.
    if handle.takeUnretainedValue().belongsToParent { return }
    handle.takeUnretainedValue().shutDown()
    handle.release()
}

@_cdecl("llm_client_stats")
public func llm_client_stats(
    _ client: OpaquePointer?,
    _ stats_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> llm_status {
    boundary(error) { () throws(LLMError) in
        let output = try Argument.output(stats_json, "stats_json")
        let client = try Argument.client(client)
        output.pointee = try JSONOutput(client.statistics.json).handOut()
        return llm_status(LLM_OK)
    }
}
