@testable import ScalingMemory

extension ErrorShapes {
    /// Servers that speak OpenAI's chat completions, each with errors of its own.
    static let compatible = [
        // https://console.groq.com/docs/errors
        shape(
            "Groq",
            498,
            #"{"error":{"message":"Flex is full","code":"capacity_exceeded"}}"#,
            .server,
            true,
            "capacity_exceeded"
        ),
        shape(
            "Groq",
            400,
            #"{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error"}}"#,
            .contextLength,
            false,
            "invalid_request_error"
        ),
        shape(
            "Groq",
            413,
            #"{"error":{"message":"Request too large","type":"tokens","code":"rate_limit_exceeded"}}"#,
            .tooLarge,
            false,
            "rate_limit_exceeded"
        ),
        // https://docs.mistral.ai/api, https://fastapi.tiangolo.com/tutorial/handling-errors/
        shape(
            "Mistral",
            422,
            #"{"detail":[{"loc":["body","messages",0],"msg":"field required","type":"value_error.missing"}]}"#,
            .badRequest,
            false,
            nil,
            "body.messages.0: field required"
        ),
        shape(
            "Mistral",
            422,
            #"{"object":"error","message":{"detail":[{"loc":["body"],"msg":"bad"},{"msg":"worse"}]},"type":"invalid_request_error"}"#,
            .badRequest,
            false,
            "invalid_request_error",
            "body: bad; worse"
        ),
        shape(
            "Mistral",
            400,
            #"{"object":"error","message":"Prompt contains 40000 tokens, too large for model with 32768 maximum context length","type":"invalid_request_error","code":"3051"}"#,
            .contextLength,
            false,
            "3051"
        ),
        shape("Mistral", 401, #"{"detail":"Invalid API Key"}"#, .authentication, false, nil),
        shape(
            "Mistral",
            429,
            #"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"}"#,
            .rateLimited,
            true,
            "1300"
        ),
        // https://docs.cohere.com/reference/errors
        shape(
            "Cohere",
            400,
            #"{"message":"too many tokens: size limit exceeded by 11326 tokens."}"#,
            .contextLength,
            false,
            nil
        ),
        shape(
            "Cohere",
            400,
            #"{"message":"too many tokens: max tokens must be less than or equal to 4096"}"#,
            .badRequest,
            false,
            nil
        ),
        shape("Cohere", 401, #"{"id":"1","message":"invalid api token"}"#, .authentication, false, nil),
        shape(
            "Cohere",
            429,
            #"{"message":"trial token rate limit exceeded, limit is 100000 tokens per minute"}"#,
            .rateLimited,
            true,
            nil
        ),
        // https://api-docs.deepseek.com/quick_start/error_codes
        shape(
            "DeepSeek",
            402,
            #"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
            .quota,
            false,
            "invalid_request_error"
        ),
        shape(
            "DeepSeek",
            400,
            #"{"error":{"message":"Content Exists Risk","type":"invalid_request_error"}}"#,
            .contentFiltered,
            false,
            "invalid_request_error"
        ),
        // https://openrouter.ai/docs/api/reference/errors-and-debugging
        shape(
            "OpenRouter",
            429,
            #"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"a/b is temporarily rate-limited upstream","provider_name":"BaseTen"}}}"#,
            .rateLimited,
            true,
            "429",
            "Provider returned error (BaseTen): a/b is temporarily rate-limited upstream"
        ),
        shape(
            "OpenRouter",
            400,
            #"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"This model's maximum context length is 8192\",\"code\":\"context_length_exceeded\"}}","provider_name":"X"}}}"#,
            .contextLength,
            false,
            "400",
            "(X): This model's maximum context length is 8192"
        ),
        shape(
            "OpenRouter",
            403,
            #"{"error":{"code":403,"message":"Moderated","metadata":{"reasons":["violence"],"flagged_input":"…","provider_name":"OpenAI"}}}"#,
            .contentFiltered,
            false,
            "403",
            "Moderated"
        ),
        shape("OpenRouter", 402, #"{"error":{"code":402,"message":"Insufficient credits"}}"#, .quota, false, "402"),
        shape("OpenRouter", 408, #"{"error":{"code":408,"message":"Timed out"}}"#, .badRequest, true, "408"),
        shape("OpenRouter", 502, #"{"error":{"code":502,"message":"Upstream is down"}}"#, .server, true, "502"),
        // https://docs.together.ai/docs/error-codes
        shape(
            "Together",
            422,
            #"{"id":"1","error":{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097.","type":"invalid_request_error","param":null,"code":null}}"#,
            .contextLength,
            false,
            "invalid_request_error"
        ),
        // https://docs.fireworks.ai/guides/inference-error-codes
        shape(
            "Fireworks",
            400,
            #"{"error":{"object":"error","type":"invalid_request_error","message":"The prompt is too long: 9000, model maximum context length: 8192"}}"#,
            .contextLength,
            false,
            "invalid_request_error"
        ),
        shape("Fireworks", 402, #"{"error":"Payment required"}"#, .quota, false, nil),
        // https://docs.x.ai/docs/key-information/debugging
        shape(
            "xAI",
            400,
            #"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***yz."}"#,
            .authentication,
            false,
            "Client specified an invalid argument"
        ),
        shape(
            "xAI",
            403,
            #"{"code":"Forbidden","error":"Content violates usage guidelines."}"#,
            .contentFiltered,
            false,
            "Forbidden"
        ),
        // https://docs.litellm.ai/docs/proxy/users, https://docs.litellm.ai/docs/exception_mapping
        shape(
            "LiteLLM",
            400,
            #"{"error":{"message":"litellm.ContextWindowExceededError: AnthropicError - too much","type":null,"param":null,"code":"400"}}"#,
            .contextLength,
            false,
            "400"
        ),
        shape(
            "LiteLLM",
            429,
            #"{"error":{"message":"Budget has been exceeded!","type":"budget_exceeded","param":null,"code":"429"}}"#,
            .quota,
            false,
            "budget_exceeded"
        ),
        shape(
            "LiteLLM",
            429,
            #"{"error":{"message":"Slower","type":"throttling_error","code":"429"}}"#,
            .rateLimited,
            true,
            "throttling_error"
        ),
    ]

    /// Servers that people run themselves.
    static let local = [
        // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
        shape(
            "vLLM",
            400,
            #"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}"#,
            .contextLength,
            false,
            "BadRequestError"
        ),
        shape(
            "vLLM",
            404,
            #"{"error":{"message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}}"#,
            .notFound,
            false,
            "NotFoundError"
        ),
        // https://github.com/ggml-org/llama.cpp/pull/15780
        shape(
            "llama.cpp",
            400,
            #"{"error":{"code":400,"message":"the request exceeds the limit","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":256}}"#,
            .contextLength,
            false,
            "exceed_context_size_error"
        ),
        shape(
            "llama.cpp",
            500,
            #"{"error":{"code":500,"message":"the request exceeds the available context size","type":"server_error"}}"#,
            .contextLength,
            false,
            "server_error"
        ),
        shape(
            "llama.cpp",
            503,
            #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            .server,
            true,
            "unavailable_error"
        ),
        shape(
            "llama.cpp",
            501,
            #"{"error":{"code":501,"message":"No embeddings","type":"not_supported_error"}}"#,
            .server,
            false,
            "not_supported_error"
        ),
        // https://docs.ollama.com/api/errors
        shape(
            "Ollama",
            404,
            #"{"error":"model \"none\" not found, try pulling it first"}"#,
            .notFound,
            false,
            nil,
            "try pulling it first"
        ),
        shape("Ollama", 400, #"{"error":"the input length exceeds the context length"}"#, .contextLength, false, nil),
        // https://github.com/huggingface/text-generation-inference
        shape(
            "text-generation-inference",
            422,
            #"{"error":"Input validation error: `inputs` must have less than 1024 tokens.","error_type":"validation"}"#,
            .contextLength,
            false,
            "validation"
        ),
        shape(
            "text-generation-inference",
            429,
            #"{"error":"Model is overloaded","error_type":"overloaded"}"#,
            .rateLimited,
            true,
            "overloaded"
        ),
    ]

    /// What stands between, and speaks no JSON or a dialect of its own.
    static let gateways = [
        shape(
            "nginx",
            502,
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502</h1></center>\r\n</body></html>\r\n",
            .server,
            true,
            nil,
            "HTTP status 502: 502 Bad Gateway"
        ),
        shape(
            "nginx",
            413,
            "<html><HEAD><TITLE lang=\"en\">413 Request\n Too Large</TITLE></HEAD></html>",
            .tooLarge,
            false,
            nil,
            "413 Request Too Large"
        ),
        shape(
            "nginx",
            504,
            "<html><body><h1>504 Gateway Time-out</h1>nginx</body></html>",
            .server,
            true,
            nil,
            "504 Gateway Time-out nginx"
        ),
        shape(
            "Amazon's load balancer",
            503,
            "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head></html>",
            .server,
            true,
            nil,
            "503 Service Temporarily Unavailable"
        ),
        ErrorShape(
            server: "Cloudflare",
            status: 522,
            body: "error code: 522",
            code: .server,
            isRetryable: true,
            words: "error code: 522",
            requestID: "8c1-FRA",
            headers: [HTTPHeader("CF-RAY", "8c1-FRA")]
        ),
        shape("Cloudflare", 526, "error code: 526", .server, false, nil),
        shape("Cloudflare", 429, "error code: 1015", .rateLimited, true, nil),
        // https://developers.cloudflare.com/api
        shape(
            "Cloudflare",
            403,
            #"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#,
            .authentication,
            false,
            "10000",
            "Authentication error"
        ),
        // https://www.rfc-editor.org/rfc/rfc9457
        shape(
            "a problem document",
            403,
            #"{"type":"about:blank","title":"Forbidden","status":403}"#,
            .authentication,
            false,
            "about:blank",
            "Forbidden"
        ),
        shape(
            "Fastify",
            401,
            #"{"statusCode":401,"error":"Unauthorized","message":"No token"}"#,
            .authentication,
            false,
            "Unauthorized",
            "No token"
        ),
        ErrorShape(server: "nobody", status: 400, body: "", code: .badRequest),
        ErrorShape(server: "nobody", status: 429, body: " \n", code: .rateLimited, isRetryable: true),
        shape("somebody", 500, #"{"unheard": "of"}"#, .server, true, nil, #"{"unheard": "of"}"#),
        shape("somebody", 404, #""Not Found""#, .notFound, false, nil, "Not Found"),
    ]

    /// `words`: a piece of the message, where it is not simply the body's.
    private static func shape(
        _ server: String,
        _ status: Int,
        _ body: String,
        _ code: LLMError.Code,
        _ isRetryable: Bool,
        _ providerCode: String?,
        _ words: String = "test answered with HTTP status "
    ) -> ErrorShape {
        ErrorShape(
            server: server,
            status: status,
            body: body,
            code: code,
            isRetryable: isRetryable,
            providerCode: providerCode,
            words: words
        )
    }
}
