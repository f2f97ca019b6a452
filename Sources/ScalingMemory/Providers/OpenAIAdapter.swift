/// OpenAI's chat completions, which most of the world's servers speak too.
/// https://platform.openai.com/docs/api-reference/chat
public struct OpenAIAdapter: ProviderAdapter {
    public let wire = Self.name

    /// The wire's.
    static let name = "openai-chat"

    /// nil: OpenAI's at its own address, and elsewhere what most servers take.
    public let quirks: ChatQuirks?

    public init(quirks: ChatQuirks? = nil) {
        self.quirks = quirks
    }

    private func quirks(at endpoint: Endpoint) -> ChatQuirks {
        quirks ?? (endpoint.baseURL.hasPrefix("https://api.openai.com/") ? .openAI : ChatQuirks())
    }

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        var encoder = OpenAIRequest(request, quirks(at: endpoint))
        let body = try encoder.body(streaming: streaming)
        let headers = Self.headers(endpoint)
        return endpoint.request(
            .post,
            "/chat/completions",
            headers: headers,
            body: body,
            dropped: encoder.omissions.names
        )
    }

    static func headers(_ endpoint: Endpoint) -> [HTTPHeader] {
        endpoint.apiKey.map { [HTTPHeader("authorization", "Bearer " + $0.value)] } ?? []
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        guard let choice = root["choices"]?[0], let message = choice["message"], message.kind == .object else {
            throw .protocolViolation("the answer has no \"choices\" with a \"message\"")
        }
        builder.id = root["id"]?.string
        builder.model = root["model"]?.string
        let quirks = quirks ?? ChatQuirks()
        if quirks.hasThinkTags { builder.expectThinkTags() }
        OpenAIMessage.read(OpenAIMessageMembers(message), into: builder)
        var returns = OpenAIReturns(quirks.returns)
        returns.read(message)
        builder.native = returns.native
        builder.appendLogprobs(choice["logprobs"])
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
        OpenAIStreamDecoder(quirks ?? ChatQuirks())
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
