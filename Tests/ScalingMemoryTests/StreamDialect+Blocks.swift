@testable import ScalingMemory

extension StreamDialect {
    /// https://docs.anthropic.com/en/api/messages-streaming
    static let anthropic = StreamDialect(
        name: "anthropic",
        adapter: AnthropicAdapter(),
        opening: [
            typed(
                "message_start",
                #""message":{"id":"a-1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":19,"output_tokens":1}}"#
            ),
            typed("content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#),
            typed("ping", nil),
        ],
        text: { typed("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":\#($0)}"#) },
        closing: [typed("content_block_stop", #""index":0"#)],
        call: [
            typed(
                "content_block_start",
                #""index":1,"content_block":{"type":"tool_use","id":"c_1","name":"weather","input":{}}"#
            ),
            typed("content_block_delta", #""index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\":"}"#),
            typed(
                "content_block_delta",
                #""index":1,"delta":{"type":"input_json_delta","partial_json":"\"Zürich\"}"}"#
            ),
            typed("content_block_stop", #""index":1"#),
        ],
        image: { base64 in
            [
                typed(
                    "content_block_start",
                    #""index":1,"content_block":{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(base64)"}}"#
                ),
                typed("content_block_stop", #""index":1"#),
            ]
        },
        finish: { hasCall in
            [
                typed(
                    "message_delta",
                    #""delta":{"stop_reason":"\#(hasCall ? "tool_use" : "end_turn")","stop_sequence":null},"usage":{"output_tokens":10}"#
                )
            ]
        },
        end: typed("message_stop", nil),
        error: StreamFrame(
            name: "error",
            data: #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        )
    )

    /// An event that has its name in its data too.
    private static func typed(_ type: String, _ members: String?) -> StreamFrame {
        StreamFrame(name: type, data: #"{"type":"\#(type)"\#(members.map { "," + $0 } ?? "")}"#)
    }

    /// https://platform.openai.com/docs/api-reference/responses-streaming
    static let openAIResponses = StreamDialect(
        name: "openai-responses",
        adapter: OpenAIResponsesAdapter(),
        opening: [
            typed("response.created", #""response":{"id":"a-1","model":"m","status":"in_progress","output":[]}"#),
            typed(
                "response.output_item.added",
                #""output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]}"#
            ),
        ],
        text: {
            typed("response.output_text.delta", #""item_id":"msg_1","output_index":0,"content_index":0,"delta":\#($0)"#)
        },
        closing: [],
        call: [
            typed(
                "response.output_item.added",
                #""output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"c_1","name":"weather","arguments":""}"#
            ),
            typed(
                "response.function_call_arguments.delta",
                #""item_id":"fc_1","output_index":1,"delta":"{\"city\":""#
            ),
            typed(
                "response.function_call_arguments.delta",
                #""item_id":"fc_1","output_index":1,"delta":"\"Zürich\"}""#
            ),
            typed(
                "response.output_item.done",
                #""output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"c_1","name":"weather","arguments":"{\"city\":\"Zürich\"}"}"#
            ),
        ],
        image: { base64 in
            [
                typed(
                    "response.output_item.done",
                    #""output_index":1,"item":{"type":"image_generation_call","id":"ig_1","status":"completed","result":"\#(base64)"}"#
                )
            ]
        },
        finish: { _ in [] },
        end: typed(
            "response.completed",
            #""response":{"id":"a-1","model":"m","status":"completed","error":null,"output":[],"usage":{"input_tokens":19,"output_tokens":10,"total_tokens":29}}"#
        ),
        error: StreamFrame(
            name: "error",
            data: #"{"type":"error","code":"server_error","message":"Overloaded","param":null}"#
        )
    )

    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
    static let bedrock = StreamDialect(
        name: "bedrock",
        adapter: BedrockAdapter(),
        opening: [StreamFrame(name: "messageStart", data: #"{"role":"assistant"}"#)],
        text: { delta(0, #"{"text":\#($0)}"#) },
        closing: [StreamFrame(name: "contentBlockStop", data: #"{"contentBlockIndex":0}"#)],
        call: [
            StreamFrame(
                name: "contentBlockStart",
                data: #"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"c_1","name":"weather"}}}"#
            ),
            delta(1, #"{"toolUse":{"input":"{\"city\":"}}"#), delta(1, #"{"toolUse":{"input":"\"Zürich\"}"}}"#),
            StreamFrame(name: "contentBlockStop", data: #"{"contentBlockIndex":1}"#),
        ],
        image: { [delta(1, #"{"image":{"format":"png","source":{"bytes":"\#($0)"}}}"#)] },
        finish: { hasCall in
            [StreamFrame(name: "messageStop", data: #"{"stopReason":"\#(hasCall ? "tool_use" : "end_turn")"}"#)]
        },
        end: StreamFrame(
            name: "metadata",
            data: #"{"usage":{"inputTokens":19,"outputTokens":10,"totalTokens":29},"metrics":{"latencyMs":5}}"#
        ),
        error: StreamFrame(
            name: "serviceUnavailableException",
            data: #"{"message":"Overloaded"}"#,
            isException: true
        )
    )

    private static func delta(_ index: Int, _ delta: String) -> StreamFrame {
        StreamFrame(name: "contentBlockDelta", data: #"{"contentBlockIndex":\#(index),"delta":\#(delta)}"#)
    }
}
