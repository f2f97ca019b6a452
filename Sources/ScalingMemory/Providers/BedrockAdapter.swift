/// AWS Bedrock's Converse: one wire for all models there, answered in AWS's binary event stream.
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
public struct BedrockAdapter: ProviderAdapter {
    public let wire = "bedrock"
    public let framing = StreamFraming.awsEventStream

    public init() {}

    public func encodeChat(
        _ request: Request,
        streaming: Bool,
        to endpoint: Endpoint
    ) throws(LLMError) -> HTTPRequest {
        guard let model = request.model, !model.isEmpty else {
            throw .configuration("model is missing: Bedrock has it in the path")
        }
        var encoder = BedrockRequest(request, model: model)
        let body = try encoder.body()
        let path = "/model/" + PercentEncoding.encoded(model) + (streaming ? "/converse-stream" : "/converse")
        var http = endpoint.request(.post, path, headers: Self.headers(endpoint), body: body)
        http.dropped = encoder.omissions.names
        return Self.authorized(http, endpoint)
    }

    /// A key is a bearer token: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    private static func headers(_ endpoint: Endpoint) -> [HTTPHeader] {
        endpoint.apiKey.map { [HTTPHeader("authorization", "Bearer " + $0.value)] } ?? []
    }

    private static func authorized(_ request: HTTPRequest, _ endpoint: Endpoint) -> HTTPRequest {
        var request = request
        request.signature = endpoint.signer?.signature(of: request.body)
        return request
    }

    public func decodeChat(_ root: JSONNode, into builder: ResponseBuilder) throws(LLMError) {
        guard let content = root["output"]?["message"]?["content"], content.kind == .array else {
            throw .protocolViolation("the answer has no \"output\" with a \"message\"")
        }
        var blocks = BedrockBlocks()
        for block in content.elements { blocks.add(block, into: builder) }
        builder.native = blocks.native
        builder.finishReason = FinishReason(root["stopReason"])
        builder.usage.readBedrock(root["usage"])
    }

    public func makeStreamDecoder() -> any StreamDecoder {
        BedrockStreamDecoder()
    }

    /// The list is at another host than the models are.
    public func encodeModelList(page: String?, to endpoint: Endpoint) -> HTTPRequest {
        var endpoint = endpoint
        let runtime = "https://bedrock-runtime."
        if endpoint.baseURL.hasPrefix(runtime) {
            endpoint.baseURL = "https://bedrock." + endpoint.baseURL.dropFirst(runtime.count)
        }
        return Self.authorized(
            endpoint.request(.get, "/foundation-models", headers: Self.headers(endpoint)),
            endpoint
        )
    }

    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html
    public func decodeModelList(_ root: JSONNode, into list: inout ModelList) throws(LLMError) -> String? {
        guard let models = root["modelSummaries"], models.kind == .array else {
            throw .protocolViolation("the model list has no \"modelSummaries\"")
        }
        for model in models.elements {
            guard let id = model["modelId"]?.string else { continue }
            list.models.append(
                ModelList.Model(
                    id: id,
                    name: model["modelName"]?.string,
                    created: nil,
                    ownedBy: model["providerName"]?.string
                )
            )
        }
        return nil
    }

    /// `{"message": "…"}`; the error's type stands in a header field.
    public func decodeError(_ root: JSONNode) -> ProviderError? {
        ProviderError(anyOf: root)
    }
}

extension Usage {
    /// Reads `{"inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"}`, in which the first counts
    /// the tokens that no cache had. https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    mutating func readBedrock(_ node: JSONNode?) {
        guard let node, node.kind == .object else { return }
        let read = node["cacheReadInputTokens"]?.integer
        let written = node["cacheWriteInputTokens"]?.integer
        inputTokens = node["inputTokens"]?.integer.map { $0 &+ (read ?? 0) &+ (written ?? 0) }
        outputTokens = node["outputTokens"]?.integer
        cachedInputTokens = read
    }
}
