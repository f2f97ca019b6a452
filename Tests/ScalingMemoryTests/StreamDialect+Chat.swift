@testable import ScalingMemory

extension StreamDialect {
    /// https://platform.openai.com/docs/api-reference/chat-streaming
    static let openAIChat = chat("openai-chat", OpenAIAdapter(), opening: [])

    /// The same, after a chunk about the prompt.
    static let azure = chat(
        "azure",
        AzureOpenAIAdapter(),
        opening: [
            StreamFrame(
                data:
                    #"{"choices":[],"id":"","model":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}"#
            )
        ]
    )

    private static func chat(_ name: String, _ adapter: any ProviderAdapter, opening: [StreamFrame]) -> StreamDialect {
        StreamDialect(
            name: name,
            adapter: adapter,
            opening: opening + [chunk(#"{"role":"assistant","content":""}"#)],
            text: { chunk(#"{"content":\#($0)}"#) },
            closing: [],
            call: [
                chunk(
                    #"{"tool_calls":[{"index":0,"id":"c_1","type":"function","function":{"name":"weather","arguments":""}}]}"#
                ),
                chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}"#),
                chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"Zürich\"}"}}]}"#),
            ],
            image: {
                [chunk(#"{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#($0)"}}]}"#)]
            },
            finish: { hasCall in
                [
                    chunk("{}", finish: hasCall ? #""tool_calls""# : #""stop""#),
                    StreamFrame(
                        data:
                            #"{"id":"a-1","model":"m","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29}}"#
                    ),
                ]
            },
            end: StreamFrame(data: "[DONE]"),
            error: StreamFrame(data: #"{"error":{"message":"Overloaded","type":"server_error","code":null}}"#)
        )
    }

    private static func chunk(_ delta: String, finish: String = "null") -> StreamFrame {
        StreamFrame(
            data: #"{"id":"a-1","model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
        )
    }

    /// https://docs.ollama.com/api/streaming
    static let ollama = StreamDialect(
        name: "ollama",
        adapter: OllamaAdapter(),
        opening: [],
        text: { message(#""content":\#($0)"#) },
        closing: [],
        call: [
            message(
                #""content":"","tool_calls":[{"id":"c_1","function":{"name":"weather","arguments":{"city":"Zürich"}}}]"#
            )
        ],
        image: { [message(#""content":"","images":["\#($0)"]"#)] },
        finish: { _ in [] },
        end: StreamFrame(
            data:
                #"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":19,"eval_count":10}"#
        ),
        error: StreamFrame(data: #"{"error":"Overloaded"}"#)
    )

    private static func message(_ members: String) -> StreamFrame {
        StreamFrame(data: #"{"model":"m","message":{"role":"assistant",\#(members)},"done":false}"#)
    }
}
