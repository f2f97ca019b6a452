internal import CLLM
internal import ScalingMemory

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

// How C comes in and out. Everything in this target is unsafe by nature: it takes the pointers that C has.

/// A pointer to where an error goes.
typealias ErrorOutput = UnsafeMutablePointer<OpaquePointer?>?

/// Runs a function's body. What it throws becomes an error object and the status; without, `*error` is NULL.
func boundary(_ error: ErrorOutput, _ body: () throws(LLMError) -> llm_status) -> llm_status {
    error?.pointee = nil
    FirstUse.prepare()
    do throws(LLMError) {
        return try body()
    } catch let failure {
        error?.pointee = ErrorHandle(failure).handOut()
        return failure.code.rawValue
    }
}

/// Reads arguments. The names go into the errors.
enum Argument {
    static func text(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(LLMError) -> String {
        guard let pointer else { throw null(name) }
        guard let text = String(validatingCString: pointer) else {
            throw LLMError(.invalidArgument, "\(name) is not valid UTF-8")
        }
        return text
    }

    static func optionalText(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(LLMError) -> String? {
        pointer == nil ? nil : try text(pointer, name)
    }

    /// A place for an output, which is cleared.
    static func output<Value>(
        _ pointer: UnsafeMutablePointer<Value?>?,
        _ name: StaticString
    ) throws(LLMError) -> UnsafeMutablePointer<Value?> {
        guard let pointer else { throw null(name) }
        pointer.pointee = nil
        return pointer
    }

    static func client(_ pointer: OpaquePointer?) throws(LLMError) -> LLMClient {
        guard let pointer else { throw null("client") }
        let client = Unmanaged<LLMClient>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
        if client.belongsToParent { throw forked("client") }
        return client
    }

    static func null(_ name: StaticString) -> LLMError {
        LLMError(.invalidArgument, "\(name) is NULL")
    }

    static func forked(_ name: StaticString) -> LLMError {
        LLMError(.forked, "\(name) belongs to the parent process; make a new client after fork()")
    }
}

/// JSON on its way to C.
struct JSONOutput {
    private let buffer = ByteBuffer()

    init(_ result: CallResult) throws(LLMError) {
        var writer = JSONWriter(to: buffer)
        result.write(to: &writer)
        try terminate()
    }

    init(_ text: String) throws(LLMError) {
        buffer.append(text)
        try terminate()
    }

    private func terminate() throws(LLMError) {
        buffer.append(0)
        if buffer.hasFailed { throw LLMError(.memory, "there is no memory for the result") }
    }

    /// The text, followed by a NUL; valid as long as the output is.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer.bytes.dropLast())
    }

    /// Gives the text away, for `llm_free`.
    func handOut() throws(LLMError) -> UnsafeMutablePointer<CChar> {
        guard let text = buffer.release() else { throw LLMError(.memory, "there is no memory for the result") }
        return text
    }
}
