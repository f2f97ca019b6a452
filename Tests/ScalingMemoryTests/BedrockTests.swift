import Testing

@testable import ScalingMemory

@Suite("Bedrock's Converse")
struct BedrockTests {
    private let adapter = BedrockAdapter()

    private func stream(_ events: [(String, String)]) -> [UInt8] {
        events.flatMap { AWSMessage(type: "event", name: $0.0, payload: $0.1).bytes }
    }

    private static let usage =
        #"{"usage":{"inputTokens":3,"outputTokens":9,"totalTokens":12,"cacheReadInputTokens":4,"cacheWriteInputTokens":5},"metrics":{"latencyMs":1}}"#

    private var thoughtful: [UInt8] {
        stream([
            ("messageStart", #"{"role":"assistant"}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"h"}}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"m"}}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":0}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"I look"},"p":"abc"}"#),
            ("contentBlockStop", #"{"contentBlockIndex":1}"#),
            ("contentBlockStart", #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"x\""}}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":":1}"}}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":2}"#),
            ("messageStop", #"{"stopReason":"tool_use"}"#), ("metadata", Self.usage),
        ])
    }

    private static let thoughtfulBlocks =
        #"[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},{"text":"I look"},"#
        + #"{"toolUse":{"toolUseId":"t1","name":"f","input":{"x":1}}}]"#

    @Test("A stream: signed reasoning, text, a tool's call, usage with what caches had, in pieces of every size")
    func streams() throws {
        for size in [1, 2, 3, 7, 11, 64, 100_000] {
            let reading = BodyReading(thoughtful, by: adapter, size: size)
            let response = try reading.response.get()
            #expect(
                reading.events == [
                    "reasoning h", "reasoning m", "text I look", "delta f", #"delta {"x""#, "delta :1}",
                    #"call f{"x":1}"#,
                ]
            )
            #expect(response.content == "I look")
            #expect(response.toolCalls == [ToolCall(id: "t1", name: "f", arguments: #"{"x":1}"#)])
            #expect(response.finishReason == .toolCalls)
            #expect(response.usage.inputTokens == 12)
            #expect(response.usage.cachedInputTokens == 4)
            #expect(response.usage.total == 21)
            #expect(response.native?.content.json == Self.thoughtfulBlocks)
        }
    }

    @Test("A whole answer, also where a stream was asked for")
    func whole() throws {
        let body =
            #"{"output":{"message":{"role":"assistant","content":\#(Self.thoughtfulBlocks)}},"stopReason":"tool_use","#
            + Self.usage.dropFirst()
        for streaming in [false, true] {
            let reading = BodyReading(body, by: adapter, streaming: streaming)
            let response = try reading.response.get()
            #expect(response.reasoning == "hm")
            #expect(response.content == "I look")
            #expect(response.toolCalls == [ToolCall(id: "t1", name: "f", arguments: #"{"x":1}"#)])
            #expect(response.usage.inputTokens == 12)
            #expect(response.native?.content.json == Self.thoughtfulBlocks)
            #expect(reading.events.contains("text I look"))
        }
        #expect(BodyReading(#"{"output":{}}"#, by: adapter, streaming: false).error?.code == .protocolViolation)
    }

    @Test("Blanks before a whole answer count for nothing, however many come alone")
    func blanks() throws {
        let body = String(repeating: "\n", count: 40) + #"{"output":{"message":{"content":[{"text":"Hi"}]}}}"#
        for size in 1...body.utf8.count {
            #expect(try BodyReading(body, by: adapter, size: size).response.get().content == "Hi", "\(size)")
        }
    }

    @Test("Text alone needs no native form")
    func plain() throws {
        let body = stream([
            ("messageStart", "{}"), ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":0}"#), ("messageStop", #"{"stopReason":"end_turn"}"#),
        ])
        let response = try BodyReading(body, by: adapter).response.get()
        #expect(response.content == "Hi")
        #expect(response.native == nil)
        #expect(BodyReading(Array(body.dropLast(3)), by: adapter).error?.code == .truncated)
    }

    @Test(
        "An exception in mid-stream is the provider's error, with what had come",
        arguments: [
            ("throttlingException", LLMError.Code.rateLimited, true), ("validationException", .badRequest, false),
            ("internalServerException", .server, true), ("modelStreamErrorException", .server, true),
            ("serviceUnavailableException", .server, true),
        ]
    )
    func exceptions(name: String, code: LLMError.Code, isRetryable: Bool) {
        let body =
            stream([("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"half"}}"#)])
            + AWSMessage(type: "exception", name: name, payload: #"{"message":"what it says"}"#).bytes
        let error = BodyReading(body, by: adapter).error
        #expect(error?.code == code)
        #expect(error?.isRetryable == isRetryable)
        #expect(error?.providerCode == name)
        #expect(error?.providerMessage == "what it says")
        #expect(error?.partial?.content == "half")
    }

    @Test("A damaged stream breaks the protocol")
    func damage() {
        var body = thoughtful
        body[100] ^= 1
        #expect(BodyReading(body, by: adapter).error?.code == .protocolViolation)
    }

    @Test("An error's type stands in a header field")
    func refusals() {
        let error = BodyReading(
            Array(#"{"message":"Input is too long for requested model."}"#.utf8),
            by: adapter,
            status: 400,
            headers: [
                HTTPHeader("x-amzn-ErrorType", "ValidationException:http://internal.amazon.com/"),
                HTTPHeader("x-amzn-RequestId", "r"),
            ]
        ).error
        #expect(error?.code == .contextLength)
        #expect(error?.providerCode == "ValidationException")
        #expect(error?.requestID == "r")
    }

    @Test("A request, with the tools and the model's own fields where Converse has them")
    func request() throws {
        let body = try adapter.body(
            """
            {"model": "m", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
             "max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "stop": ["x"], "metadata": {"k": "v"},
             "tools": [{"type": "function", "function": {"name": "f", "description": "d"}}], "tool_choice": "required",
             "extra": {"top_k": 3, "performanceConfig": {"latency": "optimized"}}}
            """
        )
        #expect(
            body
                == #"{"messages":[{"role":"user","content":[{"text":"u"}]}],"system":[{"text":"s"}],"#
                + #""inferenceConfig":{"maxTokens":5,"temperature":0.5,"topP":0.9,"stopSequences":["x"]},"#
                + #""toolConfig":{"toolChoice":{"any":{}},"tools":[{"toolSpec":{"name":"f","description":"d","#
                + #""inputSchema":{"json":{"type":"object","properties":{}}}}}]},"requestMetadata":{"k":"v"},"#
                + #""additionalModelRequestFields":{"top_k":3},"performanceConfig":{"latency":"optimized"}}"#
        )
    }

    @Test(
        "A conversation: results and what follows them are one turn; ids are made fit; native blocks go back as they were"
    )
    func conversation() throws {
        let body = try adapter.body(
            """
            {"model": "m", "messages": [{"role": "user", "content": "a"},
             {"role": "assistant", "content": "", "tool_calls": [{"id": "f:0", "function": {"name": "f", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "f:0", "content": "r", "is_error": true}, {"role": "user", "content": "b"},
             {"role": "assistant", "content": "x", "native": {"wire": "bedrock", "content": [{"text": "own"}]}}]}
            """
        )
        let id = "call_" + Array(SHA256.hash(Array("f:0".utf8)).prefix(16)).hexadecimal
        #expect(
            body
                == #"{"messages":[{"role":"user","content":[{"text":"a"}]},"#
                + #"{"role":"assistant","content":[{"toolUse":{"toolUseId":"\#(id)","name":"f","input":{}}}]},"#
                + #"{"role":"user","content":[{"toolResult":{"toolUseId":"\#(id)","content":[{"text":"r"}],"status":"error"}},"#
                + #"{"text":"b"}]},{"role":"assistant","content":[{"text":"own"}]}]}"#
        )
    }

    @Test(
        "Parts of a message",
        arguments: [
            (
                #"{"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AA"}}"#,
                #"[{"image":{"format":"jpeg","source":{"bytes":"AA"}}}]"#
            ),
            (
                #"{"type": "image_url", "image_url": {"url": "s3://b/i.png"}, "cache_control": {"type": "ephemeral"}}"#,
                #"[{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/i.png"}}}},{"cachePoint":{"type":"default"}}]"#
            ),
            (
                #"{"type": "file", "file": {"file_data": "data:application/pdf;base64,AA", "filename": "a_b.pdf"}}"#,
                #"[{"document":{"format":"pdf","name":"a-b","source":{"bytes":"AA"}}}]"#
            ),
            (
                #"{"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}"#,
                #"[{"audio":{"format":"wav","source":{"bytes":"AA"}}}]"#
            ),
        ]
    )
    func parts(part: String, blocks: String) throws {
        let body = try adapter.body(#"{"model": "m", "messages": [{"role": "user", "content": [\#(part)]}]}"#)
        #expect(body == #"{"messages":[{"role":"user","content":\#(blocks)}]}"#)
    }

    @Test(
        "How a model's maker wants reasoning asked for",
        arguments: [
            (
                "us.anthropic.claude-sonnet-4-20250514-v1:0", "low",
                #"{"inferenceConfig":{"maxTokens":5120},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}}"#
            ),
            ("openai.gpt-oss-20b-1:0", "high", #"{"additionalModelRequestFields":{"reasoning_effort":"high"}}"#),
            (
                "amazon.nova-2-lite-v1:0", "medium",
                #"{"additionalModelRequestFields":{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}}}"#
            ),
        ]
    )
    func reasoning(model: String, effort: String, fields: String) throws {
        let body = try adapter.body(
            #"{"model": "\#(model)", "messages": [{"role": "user", "content": "a"}], "reasoning": {"effort": "\#(effort)"}}"#
        )
        #expect(body == #"{"messages":[{"role":"user","content":[{"text":"a"}]}],"# + fields.dropFirst())
    }

    @Test("A list of allowed tools is refused by name, or left out where that is allowed")
    func allowedTools() throws {
        let request =
            #"{"model": "m", "messages": [{"role": "user", "content": "a"}], "#
            + #""tools": [{"type": "function", "function": {"name": "f"}}], "#
            + #""tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}"#
        #expect(try adapter.refusal(of: request + "}")?.contains("allowed_tools") == true)
        let (body, dropped) = try adapter.encoding(request + #", "drop_unsupported": true}"#)
        #expect(dropped.count == 1)
        #expect(body["toolConfig"]?["tools"]?.array?.count == 1)
        #expect(body["toolConfig"]?["toolChoice"] == nil)
    }

    @Test("What the wire has no words for is refused by name, or left out where that is allowed")
    func leftOut() throws {
        let image = #"{"type": "image_url", "image_url": {"url": "https://h/i.png"}}"#
        let fields = [
            ("seed", #""seed": 1"#), ("response_format", #""response_format": {"type": "json_object"}"#),
            ("reasoning", #""reasoning": {"effort": "low"}"#),
        ]
        let plain = #"{"messages":[{"role":"user","content":[{"text":"a"}]}]}"#
        for (name, field) in fields {
            let request = #"{"model": "m", "messages": [{"role": "user", "content": "a"}], \#(field)"#
            #expect(try adapter.refusal(of: request + "}")?.contains(name) == true)
            let (body, dropped) = try adapter.encoding(request + #", "drop_unsupported": true}"#)
            #expect(body.json == plain)
            #expect(dropped.count == 1)
        }
        let request =
            #"{"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, \#(image)]}]"#
        #expect(try adapter.refusal(of: request + "}")?.contains("messages[0].content[1]") == true)
        #expect(try adapter.encoding(request + #", "drop_unsupported": true}"#).body.json == plain)
    }

    @Test("A schema for the answer, which the wire takes as text")
    func responseFormat() throws {
        let body = try adapter.body(
            """
            {"model": "m", "messages": [{"role": "user", "content": "a"}],
             "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}}
            """
        )
        #expect(
            body.contains(
                #""outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\"}","name":"n"}}}}"#
            )
        )
    }

    @Test("The model's name is in the path, encoded; a key is a bearer token and nothing is signed then")
    func paths() throws {
        let request = #"{"model": "arn:aws:bedrock:x/y", "messages": [{"role": "user", "content": "a"}]}"#
        let whole = try adapter.encoded(request, to: Endpoint(baseURL: "https://h", apiKey: "k"))
        #expect(whole.url == "https://h/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse")
        #expect(whole.headers.first("authorization") == "Bearer k")
        #expect(whole.signed().headers == whole.headers)
        var endpoint = Endpoint(baseURL: "https://bedrock-runtime.eu-west-1.amazonaws.com")
        endpoint.signer = AWSSigner(
            credentials: AWSCredentials(accessKeyID: "A", secretAccessKey: "B"),
            region: "eu-west-1",
            service: "bedrock"
        )
        let streamed = try adapter.encoded(request, streaming: true, to: endpoint).signed()
        #expect(streamed.url.hasSuffix("/converse-stream"))
        let signature = streamed.headers.first("authorization") ?? ""
        #expect(signature.hasPrefix("AWS4-HMAC-SHA256 Credential=A/"))
        #expect(signature.contains("/eu-west-1/bedrock/aws4_request"))
        #expect(
            adapter.encodeModelList(page: nil, to: endpoint).url
                == "https://bedrock.eu-west-1.amazonaws.com/foundation-models"
        )
    }
}
