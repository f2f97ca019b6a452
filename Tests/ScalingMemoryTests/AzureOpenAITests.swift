import Testing

@testable import ScalingMemory

@Suite("Azure OpenAI")
struct AzureOpenAITests {
    private let adapter = AzureOpenAIAdapter()
    private let request = #"{"model": "my gpt/4", "messages": [{"role": "user", "content": "a"}]}"#

    @Test(
        "The path, the version and the key's field",
        arguments: [
            (
                "https://n.openai.azure.com", nil,
                "/openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21"
            ),
            (
                "https://n.openai.azure.com/openai", "2025-01-01-preview",
                "/deployments/my%20gpt%2F4/chat/completions?api-version=2025-01-01-preview"
            ),
            ("https://n.openai.azure.com/openai/v1", nil, "/chat/completions"),
            ("https://n.openai.azure.com/openai/v1", "preview", "/chat/completions?api-version=preview"),
        ]
    )
    func places(baseURL: String, version: String?, path: String) throws {
        var endpoint = Endpoint(baseURL: baseURL, apiKey: "the-key")
        endpoint.apiVersion = version
        let encoded = try adapter.encoded(request, streaming: true, to: endpoint)
        #expect(encoded.url == baseURL + path)
        #expect(encoded.headers.first("api-key") == "the-key")
        #expect(encoded.headers.first("authorization") == nil)
        #expect(encoded.body?.text.contains(#""stream":true"#) == true)
    }

    @Test("A token that the caller sends takes the key's place")
    func token() throws {
        var endpoint = Endpoint(baseURL: "https://n.openai.azure.com", apiKey: "the-key")
        endpoint.headers = [HTTPHeader("Authorization", "Bearer t")]
        let encoded = try adapter.encoded(request, to: endpoint)
        #expect(encoded.headers.first("api-key") == nil)
        #expect(encoded.headers.first("authorization") == "Bearer t")
    }

    @Test("A model's name, which is the deployment's, is required")
    func model() {
        let error = #expect(throws: LLMError.self) { try adapter.encoded(#"[{"role": "user", "content": "a"}]"#) }
        #expect(error?.message.contains("deployment") == true)
    }

    @Test("Embeddings have a deployment too")
    func embeddings() throws {
        let endpoint = Endpoint(baseURL: "https://n.openai.azure.com", apiKey: "k")
        let encoded = try adapter.encodeEmbeddings(EmbeddingRequest(["a"], model: "small"), to: endpoint)
        #expect(
            encoded.url == "https://n.openai.azure.com/openai/deployments/small/embeddings?api-version=2024-10-21"
        )
        #expect(encoded.headers.first("api-key") == "k")
    }

    @Test("The list of models stands beside the deployments")
    func models() {
        let endpoint = Endpoint(baseURL: "https://n.openai.azure.com", apiKey: "k")
        let list = adapter.encodeModelList(page: nil, to: endpoint)
        #expect(list.url == "https://n.openai.azure.com/openai/models?api-version=2024-10-21")
    }

    @Test("The filter's verdicts, in chunks without choices and beside them, are passed over")
    func filterResults() throws {
        let body = """
            data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

            data: {"choices":[{"content_filter_results":{},"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":0}],"id":"c","model":"gpt-4o"}

            data: {"choices":[{"content_filter_results":{"hate":{"filtered":false}},"delta":{"content":"Hi"},"finish_reason":null,"index":0}],"id":"c","model":"gpt-4o"}

            data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"content_filter","index":0}],"id":"c","model":"gpt-4o"}

            data: [DONE]


            """
        let response = try BodyReading(body, by: adapter).response.get()
        #expect(response.content == "Hi")
        #expect(response.id == "c")
        #expect(response.model == "gpt-4o")
        #expect(response.finishReason == .contentFilter)
    }

    @Test("A prompt that the filter refused")
    func refusedPrompt() {
        let body =
            #"{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","#
            + #""status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#
        let error = BodyReading(Array(body.utf8), by: adapter, status: 400).error
        #expect(error?.code == .contentFiltered)
        #expect(error?.providerCode == "content_filter")
    }
}
