/// What a stream delivers.
public enum StreamEvent: Sendable {
    /// A piece of the answer, never cut inside a character.
    case text(String)
    /// A piece of the reasoning.
    case reasoning(String)
    /// A piece of a tool call; `index` says of which.
    case toolCallDelta(index: Int, id: String?, name: String?, arguments: String?)
    /// A tool call that is whole.
    case toolCall(index: Int, ToolCall)
    /// The whole response: the last event of a stream that succeeded.
    indirect case response(Response)
}
