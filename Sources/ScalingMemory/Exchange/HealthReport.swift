/// Whether a provider answers and takes the key.
public struct HealthReport: Sendable {
    public var provider: String
    public var latencyMs: Double
    /// Why it is not healthy; nil where it is.
    public var error: LLMError?
    public var callID: String?

    public var isHealthy: Bool { error == nil }
}

extension HealthReport {
    /// The report as the JSON object that llm.h describes.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("healthy", isHealthy)
            writer.member("provider", provider)
            writer.member("latency_ms", latencyMs)
            if let error {
                writer.key("error")
                error.write(to: &writer)
            }
            writer.member("call_id", callID)
        }
    }
}
