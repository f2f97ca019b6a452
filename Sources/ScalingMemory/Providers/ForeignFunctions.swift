/// The functions of an adapter that the host program has registered. What is nil is done as the chat wire's adapter does it.
///
/// They are called on the threads of those who start and read calls, never on the I/O thread: a host's runtime (Python's,
/// Node's) takes calls on its own threads only. For one call they are called one at a time. A negative status ends the call
/// with it. Bytes are followed by a NUL, and valid during the function.
package struct ForeignFunctions: Sendable {
    /// A status of llm.h.
    package typealias Status = Int32

    /// Writes the HTTP request of an operation, an `LLM_OP_*`.
    package var encode: (@Sendable (Int32, _ request: UnsafeRawBufferPointer, ForeignSink) -> Status)?
    /// Reads a whole body.
    package var decode: (@Sendable (Int32, _ body: UnsafeRawBufferPointer, ForeignSink) -> Status)?
    /// Reads one event of a stream. The pointer is the stream's own state: nil at first.
    package var decodeEvent:
        (
            @Sendable (
                inout UnsafeMutableRawPointer?, _ name: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer,
                ForeignSink
            ) -> Status
        )?
    /// Frees a stream's state. Called once for each that is not nil.
    package var freeStream: (@Sendable (UnsafeMutableRawPointer) -> Void)?
    /// Reads the body of a response with an error status.
    package var decodeError: (@Sendable (_ httpStatus: Int32, _ body: UnsafeRawBufferPointer, ForeignSink) -> Status)?

    package init() {}
}

/// The numbers of llm.h's `LLM_OP_*`.
enum ForeignOperation {
    static let complete: Int32 = 1
    static let stream: Int32 = 2
    static let embed: Int32 = 4
    static let listModels: Int32 = 5
    static let healthCheck: Int32 = 6
}

/// Where a function of a foreign adapter writes what it has to say; what it takes depends on the function.
package class ForeignSink {
    /// What was written and could not be taken.
    private var failure: LLMError?
    /// What the function says of an error.
    fileprivate(set) var error: ProviderError?

    /// Takes a piece; gives `LLM_OK`, or the status of what is wrong with it.
    package final func write(_ kind: Int32, _ bytes: UnsafeRawBufferPointer) -> ForeignFunctions.Status {
        do throws(LLMError) {
            try take(kind, bytes)
            return 0
        } catch {
            if failure == nil { failure = error }
            return error.code.rawValue
        }
    }

    func take(_ kind: Int32, _ bytes: UnsafeRawBufferPointer) throws(LLMError) {
        throw Self.unknown(kind)
    }

    static func unknown(_ kind: Int32) -> LLMError {
        .invalidArgument("the adapter wrote something of kind \(kind), which is not for this function")
    }

    /// Throws where the function has failed, by its status or by what it wrote.
    final func check(_ status: ForeignFunctions.Status, of function: StaticString) throws(LLMError) {
        if status < 0 {
            var failure = LLMError(.internalDefect, "the adapter's \(function) gave the status \(status)")
            if let code = LLMError.Code(rawValue: status) {
                failure = LLMError(code, "the adapter's \(function) ended the call (\(code.name))")
            }
            if let message = error?.message { failure.message = message }
            failure.providerCode = error?.code
            failure.providerMessage = error?.message
            throw failure
        }
        if let failure { throw failure }
    }

    /// Parses what was written as an object, whose kind is called `name` in errors.
    static func read<Result>(
        _ bytes: UnsafeRawBufferPointer,
        _ name: StaticString,
        _ body: (JSONNode) throws(LLMError) -> Result
    ) throws(LLMError) -> Result {
        do {
            return try JSONParser().parse(bytes) { root in
                guard root.kind == .object else {
                    throw LLMError.invalidArgument(
                        "what the adapter wrote as \(name) is \(root.typeName), not an object"
                    )
                }
                return try body(root)
            }
        } catch let failure as JSONParser.Failure {
            throw .invalidArgument(
                "what the adapter wrote as \(name) is not JSON: \(failure.reason), at byte \(failure.offset)"
            )
        } catch {
            throw LLMError(error)
        }
    }
}

/// Takes what `decode_error` says: `LLM_EVENT_ERROR` alone.
final class ForeignErrorSink: ForeignSink {
    override func take(_ kind: Int32, _ bytes: UnsafeRawBufferPointer) throws(LLMError) {
        guard kind == EventKind.error.rawValue else { throw Self.unknown(kind) }
        try takeError(bytes)
    }
}

extension ForeignSink {
    /// `{"message", "provider_code", "http_status"}`, all optional.
    final func takeError(_ bytes: UnsafeRawBufferPointer) throws(LLMError) {
        error = try Self.read(bytes, "LLM_EVENT_ERROR") { root in
            ProviderError(
                code: root["provider_code"]?.string,
                message: root["message"]?.string,
                httpStatus: root["http_status"]?.integer
            )
        }
    }
}
