/// What a call is taken to cost in tokens before its usage is known.
///
/// The prompt: a quarter of the bytes of all message text, tool calls, tool definitions and the response's schema, rounded
/// up, and 1,000 for each part that is not text (an image, a file, a recording). The answer: `max_tokens`, or 1,024 where
/// none is set.
package struct TokenEstimate: Sendable, Hashable {
    package internal(set) var prompt: Int
    package internal(set) var output: Int

    package static let none = TokenEstimate(prompt: 0, output: 0)

    static let partTokens = 1000
    static let defaultOutputTokens = 1024
    /// Far above what any model takes, and far below what could overflow in a sum.
    private static let most = 1_000_000_000_000

    package init(prompt: Int, output: Int) {
        self.prompt = min(max(0, prompt), Self.most)
        self.output = min(max(0, output), Self.most)
    }

    package var total: Int { prompt + output }

    /// `limit` is tokens a minute, 0 for none: where the request sets no `max_tokens`, what is assumed for the answer
    /// shrinks so far that a prompt that fits by itself is not refused for it.
    package init(_ request: Request, limit: Int) {
        var bytes = 0
        var parts = 0
        for message in request.messages {
            switch message.content {
            case .text(let text): bytes += text.utf8.count
            case .parts(let content):
                for part in content {
                    if let text = part.text { bytes += text.utf8.count } else { parts += 1 }
                }
            case nil: break
            }
            for call in message.toolCalls { bytes += call.name.utf8.count + call.arguments.utf8.count }
        }
        for tool in request.tools { bytes += tool.json.utf8.count }
        bytes += request.responseFormat?.json.utf8.count ?? 0
        self.init(
            prompt: (bytes + 3) / 4 + parts * Self.partTokens,
            output: Self.maxTokens(request) ?? Self.defaultOutputTokens
        )
        if limit > 0, Self.maxTokens(request) == nil, total > limit { output = min(output, max(0, limit - prompt)) }
    }

    /// What `extra` sets goes out in place of `max_tokens`, or besides it.
    private static func maxTokens(_ request: Request) -> Int? {
        let fields = ["max_completion_tokens", "max_output_tokens", "max_tokens"]
        return fields.lazy.compactMap { request.extra[$0]?.integer }.first ?? request.maxTokens
    }
}
