internal import CLLM
internal import ScalingMemory

/// An `llm_adapter` and its user data, as the library calls them. Sendable as far as the host keeps to llm.h: the functions may
/// be called on any thread, and the user data outlives the process.
struct HostFunctions: @unchecked Sendable {
    private let adapter: llm_adapter
    private let userData: UnsafeMutableRawPointer?

    init(_ adapter: llm_adapter, _ userData: UnsafeMutableRawPointer?) {
        self.adapter = adapter
        self.userData = userData
    }

    var functions: ForeignFunctions {
        var functions = ForeignFunctions()
        if let encode = adapter.encode {
            functions.encode = { operation, request, sink in
                encode(userData, operation, characters(request), Self.pointer(sink))
            }
        }
        if let decode = adapter.decode {
            functions.decode = { operation, body, sink in
                decode(userData, operation, characters(body), body.count, Self.pointer(sink))
            }
        }
        if let decode = adapter.decode_event {
            functions.decodeEvent = { stream, name, data, sink in
                decode(userData, &stream, characters(name), characters(data), data.count, Self.pointer(sink))
            }
        }
        if let free = adapter.stream_free { functions.freeStream = { stream in free(userData, stream) } }
        if let decode = adapter.decode_error {
            functions.decodeError = { status, body, sink in
                decode(userData, status, characters(body), body.count, Self.pointer(sink))
            }
        }
        return functions
    }

    /// Valid as long as the sink, which is during the function.
    private static func pointer(_ sink: ForeignSink) -> OpaquePointer {
        OpaquePointer(Unmanaged.passUnretained(sink).toOpaque())
    }
}
