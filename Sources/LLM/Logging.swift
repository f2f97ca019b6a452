public import CLLM
internal import ScalingMemory

/// A host's function as a sink. What it is given to know its own things by is the host's, to be used from any thread.
private final class CallbackSink: LogSink, @unchecked Sendable {
    private let function: llm_log_fn
    private let userData: UnsafeMutableRawPointer?

    init(_ function: @escaping llm_log_fn, _ userData: UnsafeMutableRawPointer?) {
        self.function = function
        self.userData = userData
    }

    func write(_ line: LogLine) {
        function(line.level.rawValue, characters(line.bytes), line.bytes.count, userData)
    }
}

@_cdecl("llm_set_log")
public func llm_set_log(
    _ level: Int32,
    _ write: llm_log_fn?,
    _ user_data: UnsafeMutableRawPointer?
) -> llm_status {
    boundary(nil) { () throws(LLMError) in
        let level = try Argument.logLevel(level)
        let sink: any LogSink = if let write { CallbackSink(write, user_data) } else { StandardErrorSink() }
        try Log.shared.setMain(sink, level: level)
        return llm_status(LLM_OK)
    }
}
