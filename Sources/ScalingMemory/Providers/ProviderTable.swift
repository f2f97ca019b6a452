/// The providers that are there from the start, one line each, however long: name, address, the prefix of the environment
/// variables, further ones that the provider's users have set, and what is peculiar.
enum ProviderTable {
    static var providers: [Provider] { wires + hosted + local }

    /// Those whose wire is their own.
    // swift-format-ignore
    private static var wires: [Provider] {
        [
            row("openai", OpenAIAdapter(), "https://api.openai.com/v1", "OPENAI", idempotency: "idempotency-key"),
            row("openai-responses", OpenAIResponsesAdapter(), "https://api.openai.com/v1", "OPENAI"),
            row("anthropic", AnthropicAdapter(), "https://api.anthropic.com", "ANTHROPIC", lacks: ["embeddings"]),
            row("gemini", GeminiAdapter(), "https://generativelanguage.googleapis.com", "GEMINI", keys: ["GOOGLE_API_KEY"]),
            azure, bedrock,
        ]
    }

    /// Those on the chat wire. What a line says to be lacking is documented so or was seen to be refused; what it does not
    /// mention is asked for.
    // swift-format-ignore
    private static var hosted: [Provider] {
        [
            chat("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS", .of(maxTokens: .maxCompletionTokens), lacks: ["embeddings"]),
            chat("cohere", "https://api.cohere.ai/compatibility/v1", "COHERE", keys: ["CO_API_KEY"], .of(streamOptions: false), lacks: ["metadata", "model_list"]),
            chat("dashscope", "https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE", .of(cacheControl: true)),
            chat("deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA", keys: ["DEEPINFRA_TOKEN", "DEEPINFRA_API_TOKEN"], .of(thinkTags: true)),
            chat("deepseek", "https://api.deepseek.com", "DEEPSEEK", .of(returns: ["reasoning_content"]), lacks: ["image_url", "embeddings"]),
            chat("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS", keys: ["FIREWORKS_AI_API_KEY"], .of(thinkTags: true)),
            chat("github", "https://models.github.ai/inference", "GITHUB", keys: ["GITHUB_TOKEN"], lacks: ["model_list"]),
            chat("groq", "https://api.groq.com/openai/v1", "GROQ", .of(maxTokens: .maxCompletionTokens), lacks: ["metadata", "embeddings"]),
            chat("huggingface", "https://router.huggingface.co/v1", "HUGGINGFACE", keys: ["HF_TOKEN"], .of(thinkTags: true), lacks: ["embeddings"]),
            chat("hyperbolic", "https://api.hyperbolic.xyz/v1", "HYPERBOLIC", .of(thinkTags: true), lacks: ["embeddings"]),
            chat("mistral", "https://api.mistral.ai/v1", "MISTRAL", .of(seed: "random_seed", dimensions: "output_dimension", streamOptions: false)),
            chat("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT", .of(returns: ["reasoning_content"]), lacks: ["embeddings"]),
            chat("nebius", "https://api.tokenfactory.nebius.com/v1", "NEBIUS", .of(thinkTags: true)),
            chat("nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA", keys: ["NVIDIA_NIM_API_KEY", "NGC_API_KEY"], .of(thinkTags: true)),
            chat("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER", .openRouter),
            chat("perplexity", "https://api.perplexity.ai", "PERPLEXITY", keys: ["PPLX_API_KEY", "PERPLEXITYAI_API_KEY"], .of(streamOptions: false, thinkTags: true), lacks: ["tools", "tool_choice", "seed", "stop", "embeddings", "model_list"]),
            chat("sambanova", "https://api.sambanova.ai/v1", "SAMBANOVA", .of(thinkTags: true)),
            chat("siliconflow", "https://api.siliconflow.cn/v1", "SILICONFLOW"),
            chat("together", "https://api.together.xyz/v1", "TOGETHER", keys: ["TOGETHER_AI_API_KEY", "TOGETHERAI_API_KEY"], .of(thinkTags: true)),
            chat("venice", "https://api.venice.ai/api/v1", "VENICE"),
            chat("xai", "https://api.x.ai/v1", "XAI", keys: ["GROK_API_KEY"], lacks: ["embeddings"]),
            chat("zhipu", "https://open.bigmodel.cn/api/paas/v4", "ZHIPU", keys: ["ZHIPUAI_API_KEY", "ZAI_API_KEY"], .of(returns: ["reasoning_content"]), lacks: ["model_list"]),
        ]
    }

    /// Those on this machine, which take a key and need none.
    // swift-format-ignore
    private static var local: [Provider] {
        [
            keyless(row("ollama", OllamaAdapter(), "http://localhost:11434", "OLLAMA")),
            keyless(chat("llamacpp", "http://127.0.0.1:8080/v1", "LLAMACPP", .of(thinkTags: true)), needsModel: false),
            keyless(chat("lmstudio", "http://127.0.0.1:1234/v1", "LMSTUDIO", .of(thinkTags: true))),
            keyless(chat("vllm", "http://127.0.0.1:8000/v1", "VLLM", .of(thinkTags: true))),
            echo,
        ]
    }

    /// Each customer has a host of their own.
    private static var azure: Provider {
        var provider = row("azure", AzureOpenAIAdapter(), "", "AZURE", keys: ["AZURE_OPENAI_API_KEY"])
        provider.authentication = .keyAlways
        provider.otherVariables.baseURL = ["AZURE_OPENAI_ENDPOINT"]
        provider.otherVariables.apiVersion = ["OPENAI_API_VERSION"]
        return provider
    }

    private static var bedrock: Provider {
        let url = "https://bedrock-runtime.{region}.amazonaws.com"
        let keys = ["AWS_BEARER_TOKEN_BEDROCK"]
        var provider = row("bedrock", BedrockAdapter(), url, "BEDROCK", keys: keys, lacks: ["embeddings"])
        provider.authentication = .aws
        return provider
    }

    /// ".invalid" is a name that never leads anywhere (RFC 2606).
    private static var echo: Provider {
        var provider = keyless(chat("echo", "https://echo.invalid/v1", "ECHO"))
        provider.isLoopback = true
        provider.models = EchoServer.models
        return provider
    }
}

extension ProviderTable {
    private static func row(
        _ name: String,
        _ adapter: any ProviderAdapter,
        _ baseURL: String,
        _ prefix: String,
        keys: [String] = [],
        lacks: Set<String> = [],
        idempotency: String? = nil
    ) -> Provider {
        var provider = Provider(name: name, adapter: adapter, baseURL: baseURL, environmentPrefix: prefix)
        provider.otherVariables.apiKey = keys
        provider.lacks = lacks
        provider.idempotencyHeader = idempotency
        provider.origin = .builtIn
        return provider
    }

    private static func chat(
        _ name: String,
        _ baseURL: String,
        _ prefix: String,
        keys: [String] = [],
        _ quirks: ChatQuirks = .of(),
        lacks: Set<String> = []
    ) -> Provider {
        var quirks = quirks
        quirks.lacks = lacks
        return row(name, OpenAIAdapter(quirks: quirks), baseURL, prefix, keys: keys, lacks: lacks)
    }

    private static func keyless(_ provider: Provider, needsModel: Bool = true) -> Provider {
        var provider = provider
        provider.authentication = .optionalKey
        provider.needsModel = needsModel
        return provider
    }
}

extension ChatQuirks {
    /// What a line of the table says. Where it says nothing, a server gets what every one takes: "system" for "developer", no
    /// marks for a prompt cache, and nothing back that only another provider knows.
    fileprivate static func of(
        maxTokens: MaxTokensField = .maxTokens,
        seed: String = "seed",
        dimensions: String = "dimensions",
        streamOptions: Bool = true,
        cacheControl: Bool = false,
        returns: [String] = [],
        thinkTags: Bool = false
    ) -> ChatQuirks {
        var quirks = ChatQuirks()
        quirks.maxTokensField = maxTokens
        quirks.seedField = seed
        quirks.dimensionsField = dimensions
        quirks.takesStreamOptions = streamOptions
        quirks.takesDeveloperRole = false
        quirks.takesCacheControl = cacheControl
        quirks.takesFileURLs = false
        quirks.returns = returns
        quirks.hasThinkTags = thinkTags
        return quirks
    }

    /// It stands for many providers, and passes on what they know.
    fileprivate static var openRouter: ChatQuirks {
        var quirks = ChatQuirks()
        quirks.reasoningField = .object
        return quirks
    }
}
