internal import CLLM
internal import ScalingMemory

@_cdecl("llm_abi_version")
public func llm_abi_version() -> UInt32 {
    UInt32(LLM_ABI_VERSION)
}

@_cdecl("llm_version")
public func llm_version() -> UnsafePointer<CChar> {
    staticText(Version.text)
}
