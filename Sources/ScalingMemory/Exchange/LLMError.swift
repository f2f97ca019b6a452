/// Why a call, or the making of a client, failed.
public struct LLMError: Error, Sendable {
    /// What kind of failure; the numbers and names are those of `llm_status` in llm.h.
    public enum Code: Int32, Sendable, CaseIterable {
        case invalidArgument = -1
        case configuration = -2
        case authentication = -3
        case notFound = -4
        case badRequest = -5
        case contextLength = -6
        case contentFiltered = -7
        case rateLimited = -8
        case localLimit = -9
        case server = -10
        case connection = -11
        case timeout = -12
        case truncated = -13
        case protocolViolation = -14
        case canceled = -15
        case forked = -16
        case internalDefect = -17
        case unsupported = -18
        case tooLarge = -19
        case quota = -20
        case memory = -21
    }

    private var storage: CopyOnWrite<Fields>

    public init(_ code: Code, _ message: String) {
        storage = CopyOnWrite(Fields(code: code, message: message, isRetryable: code.isUsuallyRetryable))
    }

    public var code: Code {
        get { storage.fields.code }
        set { storage.change { $0.code = newValue } }
    }

    /// One sentence for a person. Never holds a key.
    public var message: String {
        get { storage.fields.message }
        set { storage.change { $0.message = newValue } }
    }

    public var provider: String? {
        get { storage.fields.provider }
        set { storage.change { $0.provider = newValue } }
    }

    /// nil where there was no HTTP response.
    public var httpStatus: Int? {
        get { storage.fields.httpStatus }
        set { storage.change { $0.httpStatus = newValue } }
    }

    /// The provider's own code or type, such as "invalid_api_key" or "overloaded_error".
    public var providerCode: String? {
        get { storage.fields.providerCode }
        set { storage.change { $0.providerCode = newValue } }
    }

    /// The provider's own words.
    public var providerMessage: String? {
        get { storage.fields.providerMessage }
        set { storage.change { $0.providerMessage = newValue } }
    }

    public var requestID: String? {
        get { storage.fields.requestID }
        set { storage.change { $0.requestID = newValue } }
    }

    /// How long the server asks to wait, in milliseconds.
    public var retryAfterMs: Int? {
        get { storage.fields.retryAfterMs }
        set { storage.change { $0.retryAfterMs = newValue } }
    }

    /// Whether the same call may succeed later.
    public var isRetryable: Bool {
        get { storage.fields.isRetryable }
        set { storage.change { $0.isRetryable = newValue } }
    }

    public var attempts: Int? {
        get { storage.fields.attempts }
        set { storage.change { $0.attempts = newValue } }
    }

    public var callID: String? {
        get { storage.fields.callID }
        set { storage.change { $0.callID = newValue } }
    }

    /// The response as far as it had come.
    public var partial: Response? {
        get { storage.fields.partial }
        set { storage.change { $0.partial = newValue } }
    }

    /// The server's `x-should-retry`.
    package var serverWantsRetry: Bool? {
        get { storage.fields.serverWantsRetry }
        set { storage.change { $0.serverWantsRetry = newValue } }
    }

    /// Nothing had been sent yet.
    package var isOfConnecting: Bool {
        get { storage.fields.isOfConnecting }
        set { storage.change { $0.isOfConnecting = newValue } }
    }
}

/// One word, since every function that throws has room for an error, and every step of a call as long as it waits.
extension LLMError {
    private struct Fields: Sendable {
        var code: Code
        var message: String
        var provider: String?
        var httpStatus: Int?
        var providerCode: String?
        var providerMessage: String?
        var requestID: String?
        var retryAfterMs: Int?
        var isRetryable: Bool
        var attempts: Int?
        var callID: String?
        var partial: Response?
        var serverWantsRetry: Bool?
        var isOfConnecting = false
    }
}

extension LLMError: CustomStringConvertible {
    public var description: String { "\(code.name): \(message)" }
}

extension LLMError.Code {
    /// The name in JSON, and what `llm_status_name` gives.
    public var name: StaticString {
        switch self {
        case .invalidArgument: "invalid_argument"
        case .configuration: "configuration"
        case .authentication: "authentication"
        case .notFound: "not_found"
        case .badRequest: "bad_request"
        case .contextLength: "context_length"
        case .contentFiltered: "content_filtered"
        case .rateLimited: "rate_limited"
        case .localLimit: "local_limit"
        case .server: "server"
        case .connection: "connection"
        case .timeout: "timeout"
        case .truncated: "truncated"
        case .protocolViolation: "protocol"
        case .canceled: "canceled"
        case .forked: "forked"
        case .internalDefect: "internal"
        case .unsupported: "unsupported"
        case .tooLarge: "too_large"
        case .quota: "quota"
        case .memory: "memory"
        }
    }

    fileprivate var isUsuallyRetryable: Bool {
        switch self {
        case .rateLimited, .localLimit, .server, .connection, .timeout, .truncated: true
        default: false
        }
    }
}

extension LLMError {
    package static func invalidArgument(_ message: String) -> LLMError { LLMError(.invalidArgument, message) }
    package static func configuration(_ message: String) -> LLMError { LLMError(.configuration, message) }
    package static func protocolViolation(_ message: String) -> LLMError { LLMError(.protocolViolation, message) }
    package static func internalDefect(_ message: String) -> LLMError { LLMError(.internalDefect, message) }

    /// Any error as an `LLMError`: the library throws no others, so another one is a defect.
    package init(_ error: any Error) {
        self = error as? LLMError ?? .internalDefect("an unexpected error: \(error)")
    }
}
