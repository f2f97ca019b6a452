import Testing

@testable import ScalingMemory

@Suite("Table of providers")
struct ProviderTableTests {
    private let providers = ProviderTable.providers

    @Test("every name is one, and is there once")
    func names() throws {
        #expect(Set(providers.map(\.name)).count == providers.count)
        for provider in providers { #expect(try Provider.checkedName(provider.name) == provider.name) }
        let asked = [
            "openai", "anthropic", "gemini", "azure", "groq", "mistral", "deepseek", "openrouter", "together",
            "fireworks",
            "xai", "perplexity", "cohere", "nvidia", "github", "cerebras", "sambanova", "deepinfra", "hyperbolic",
            "moonshot", "zhipu", "dashscope", "siliconflow", "huggingface", "venice", "nebius", "ollama", "llamacpp",
            "vllm", "lmstudio", "echo",
        ]
        #expect(Set(asked).isSubset(of: providers.map(\.name)))
    }

    @Test("every address is a base URL as clients take it, but for those that are made from a name or a region")
    func addresses() throws {
        for provider in providers where !["azure", "bedrock"].contains(provider.name) {
            let (url, parts) = try URLParts.baseURL(provider.baseURL)
            #expect(url == provider.baseURL)
            #expect(parts.scheme == "https" || parts.isLoopback)
        }
    }

    @Test("variables are in capitals, and no two providers share a prefix but those of one company")
    func variables() {
        for provider in providers {
            for variable in provider.keyVariables {
                #expect(
                    variable.utf8.allSatisfy {
                        $0 == UInt8(ascii: "_") || ("A"..."Z").contains(Character(UnicodeScalar($0)))
                    }
                )
            }
        }
        let shared = Dictionary(grouping: providers, by: \.environmentPrefix).values.filter { $0.count > 1 }
        #expect(shared.map { $0.map(\.name).sorted() } == [["openai", "openai-responses"]])
    }

    @Test("a server on this machine needs no key, and any other but echo does")
    func keys() throws {
        for provider in providers where !provider.baseURL.isEmpty && !provider.isLoopback {
            let isLocal = URLParts(provider.baseURL)?.isLoopback == true
            #expect((provider.authentication == .optionalKey) == isLocal, "\(provider.name)")
        }
    }

    @Test("what a line says that a provider lacks is a capability, a field of requests or a type of parts")
    func lacks() {
        let known = Set(Capability.allCases.map(\.rawValue)).union([
            "tool_choice", "seed", "stop", "metadata", "image_url",
        ])
        for provider in providers { #expect(provider.lacks.isSubset(of: known), "\(provider.name)") }
    }

    @Test("Mistral gets its own name of the seed, and is not asked for a stream's usage")
    func mistral() throws {
        var request = Request("Hello", model: "m")
        request.seed = 7
        let body = try encoded(request, for: "mistral", streaming: true)
        #expect(body["random_seed"]?.integer == 7)
        #expect(body["seed"] == nil)
        #expect(body["stream_options"] == nil)
    }

    @Test("Mistral gets its own name of an embedding's length, others OpenAI's")
    func dimensions() throws {
        for (name, field) in ["mistral": "output_dimension", "openai": "dimensions", "together": "dimensions"] {
            let provider = try #require(providers.first { $0.name == name })
            let request = EmbeddingRequest(["a"], model: "m", dimensions: 64)
            let sent = try provider.adapter.encodeEmbeddings(request, to: Endpoint(baseURL: provider.baseURL))
            #expect(sent.body?.text == #"{"model":"m","input":["a"],"\#(field)":64}"#, "\(name)")
        }
    }

    @Test("Groq's bound of the answer has its newer name, and a developer's message is the system's")
    func groq() throws {
        var request = Request(
            messages: [Message(role: .developer, content: .text("Be brief.")), .user("Hello")],
            model: "m"
        )
        request.maxTokens = 5
        let body = try encoded(request, for: "groq", streaming: true)
        #expect(body["max_completion_tokens"]?.integer == 5)
        #expect(body["messages"]?.array?.first?["role"]?.string == "system")
        #expect(body["stream_options"]?["include_usage"] == true)
    }

    @Test("what a provider does not have is an error that names it")
    func unsupported() throws {
        var request = Request("Hello", model: "m")
        request.tools = [["type": "function", "function": ["name": "a"]]]
        let failure = #expect(throws: LLMError.self) { try encoded(request, for: "perplexity", streaming: false) }
        #expect(failure?.code == .unsupported)
        #expect(failure?.message.contains("tools") == true)
    }

    private func encoded(_ request: Request, for name: String, streaming: Bool) throws -> JSONValue {
        let provider = try #require(providers.first { $0.name == name })
        let endpoint = Endpoint(baseURL: provider.baseURL)
        let body = try #require(try provider.adapter.encodeChat(request, streaming: streaming, to: endpoint).body)
        return try JSONParser().parse(body.bytes) { JSONValue($0) }
    }
}

@Suite("Declared providers")
struct ProviderDefinitionTests {
    @Test("variables begin with the name in capitals")
    func prefix() throws {
        let provider = try Provider(
            definition: #"{"name": "my-llm.2", "wire": "gemini", "base_url": "https://h/v1//"}"#
        )
        #expect(provider.environmentPrefix == "MY_LLM_2")
        #expect(provider.keyVariables == ["MY_LLM_2_API_KEY"])
        #expect(provider.baseURL == "https://h/v1")
        #expect(provider.origin == .defined)
    }

    @Test(
        "a key's header field has the scheme that goes with it",
        arguments: [
            (#"{"header": "x-key"}"#, "x-key", "k"),
            (#"{"header": "x-key", "scheme": "Token"}"#, "x-key", "Token k"),
            (#"{"header": "Authorization"}"#, "Authorization", "Bearer k"),
            (#"{"scheme": "Token"}"#, "authorization", "Token k"),
            (#"{}"#, "authorization", "Bearer k"),
        ]
    )
    func authentication(auth: String, name: String, value: String) throws {
        let json = #"{"name": "a", "wire": "openai-chat", "base_url": "https://h", "auth": \#(auth)}"#
        let field = try #require(try Provider(definition: json).keyField)
        #expect(field.field("k") == HTTPHeader(name, value))
    }

    @Test("what quirks lack is missing among the capabilities")
    func capabilities() throws {
        let json =
            #"{"name": "a", "wire": "openai-chat", "base_url": "https://h", "quirks": {"lacks": ["tools", "seed"]}}"#
        let provider = try Provider(definition: json)
        #expect(provider.capabilities == [.chat, .stream, .embeddings, .modelList])
    }
}
