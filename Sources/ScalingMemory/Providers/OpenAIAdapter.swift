/// OpenAI's chat completions, which most of the world's servers speak too.
/// https://platform.openai.com/docs/api-reference/chat
public struct OpenAIAdapter: ProviderAdapter {
    public let wire = "openai-chat"

    public init() {}

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        let body = try RequestBody.write(extra: request.extra) { (body) throws(LLMError) in
            body.field("model", request.model)
            try body.field("messages") { (writer) throws(LLMError) in
                writer.array { writer in for message in request.messages { Self.write(message, to: &writer) } }
            }
            if streaming {
                body.field("stream", .bool(true))
                body.field("stream_options", ["include_usage": true])
            }
            if Self.isOpenAIItself(endpoint) {
                body.field("max_completion_tokens", request.maxTokens)
            } else {
                body.field("max_tokens", request.maxTokens)
            }
            body.field("temperature", request.temperature)
            body.field("top_p", request.topP)
            body.field("stop", texts: request.stop)
            body.field("seed", request.seed)
            body.field("tools", request.tools.isEmpty ? nil : .array(request.tools))
            body.field("tool_choice", request.toolChoice)
            body.field("response_format", request.responseFormat)
            body.field("reasoning_effort", try Self.effort(request.reasoning))
            body.field("metadata", request.metadata)
        }
        return endpoint.request(.post, "/chat/completions", headers: Self.headers(endpoint), body: body)
    }

    /// The field that newer models of OpenAI's require and other servers do not know.
    private static func isOpenAIItself(_ endpoint: Endpoint) -> Bool {
        endpoint.baseURL.hasPrefix("https://api.openai.com/")
    }

    static func headers(_ endpoint: Endpoint) -> [HTTPHeader] {
        endpoint.apiKey.map { [HTTPHeader("authorization", "Bearer " + $0.value)] } ?? []
    }

    private static func effort(_ reasoning: JSONValue?) throws(LLMError) -> String? {
        guard let members = reasoning?.object?.members else { return nil }
        for member in members where member.key != "effort" {
            throw LLMError(
                .unsupported,
                "reasoning.\(member.key) has no counterpart in chat completions, which take \"effort\""
            )
        }
        return reasoning?["effort"]?.string
    }

    private static func write(_ message: Message, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("role", message.role.rawValue)
            writer.key("content")
            message.writeContent(to: &writer)
            if !message.toolCalls.isEmpty {
                writer.key("tool_calls")
                message.writeToolCalls(to: &writer)
            }
            writer.member("tool_call_id", message.toolCallID)
            writer.member("name", message.name)
            writer.member("refusal", message.refusal)
            for member in message.extra.members {
                writer.key(member.key)
                writer.value(member.value)
            }
        }
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        guard let choice = root["choices"]?[0], let message = choice["message"], message.kind == .object else {
            throw .protocolViolation("the answer has no \"choices\" with a \"message\"")
        }
        builder.id = root["id"]?.string
        builder.model = root["model"]?.string
        OpenAIMessage.read(message, into: builder)
        for call in (message["tool_calls"] ?? message).elements {
            let index = builder.beginToolCall(id: call["id"]?.string, name: call["function"]?["name"]?.string)
            builder.appendToolCall(at: index, arguments: OpenAIMessage.arguments(call["function"]))
        }
        if let function = message["function_call"], function.kind == .object {
            let index = builder.beginToolCall(id: nil, name: function["name"]?.string)
            builder.appendToolCall(at: index, arguments: OpenAIMessage.arguments(function))
        }
        builder.finishReason = FinishReason(choice["finish_reason"])
        builder.usage.readOpenAI(root["usage"])
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        OpenAIStreamDecoder()
    }

    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        endpoint.request(.get, "/models", headers: Self.headers(endpoint))
    }

    /// `{"data": [{"id", "created", "owned_by"}]}`; some servers send the array alone.
    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        let models = root.kind == .array ? root : root["data"]
        guard let models, models.kind == .array else {
            throw .protocolViolation("the model list has no \"data\"")
        }
        for model in models.elements {
            guard let id = model["id"]?.string else { continue }
            list.models.append(
                ModelList.Model(
                    id: id,
                    name: model["name"]?.string,
                    created: model["created"]?.integer,
                    ownedBy: model["owned_by"]?.string
                )
            )
        }
        return nil
    }

    public func decodeError(_ root: JSONNode) -> ProviderError? {
        ProviderError(anyOf: root)
    }
}
