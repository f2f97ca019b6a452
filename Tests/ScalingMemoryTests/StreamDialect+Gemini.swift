@testable import ScalingMemory

extension StreamDialect {
    /// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
    static let gemini = StreamDialect(
        name: "gemini",
        adapter: GeminiAdapter(),
        opening: [],
        text: { parts(#"{"text":\#($0)}"#) },
        closing: [],
        call: [parts(#"{"functionCall":{"id":"c_1","name":"weather","args":{"city":"Zürich"}}}"#)],
        image: { [parts(#"{"inlineData":{"mimeType":"image/png","data":"\#($0)"}}"#)] },
        finish: { _ in
            [
                StreamFrame(
                    data:
                        #"{"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":19,"candidatesTokenCount":4,"thoughtsTokenCount":6,"totalTokenCount":29},"modelVersion":"m","responseId":"a-1"}"#
                )
            ]
        },
        end: nil,
        error: StreamFrame(data: #"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#)
    )

    private static func parts(_ part: String) -> StreamFrame {
        StreamFrame(
            data:
                #"{"candidates":[{"content":{"role":"model","parts":[\#(part)]},"index":0}],"modelVersion":"m","responseId":"a-1"}"#
        )
    }
}

/// The wires, by what they have in common.
extension StreamDialect {
    static let serverSentEvents = [openAIChat, azure, openAIResponses, anthropic, gemini]
    /// Those whose streams are made of lines.
    static let lines = serverSentEvents + [ollama]
    static let all = lines + [bedrock]
    /// Those whose streams have an end mark.
    static let marked = all.filter { $0.end != nil }
    /// Those in whose streams the finish reason comes by itself.
    static let finishing = all.filter { !$0.finish(false).isEmpty }
    static let finishingAndMarked = finishing.filter { $0.end != nil }
}
