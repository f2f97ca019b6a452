@testable import ScalingMemory

/// Errors as servers send them, with the page that describes each. The texts are made after those pages.
enum ErrorShapes {
    static let all = openAI + azure + anthropic + google + amazon + compatible + local + gateways

    /// https://platform.openai.com/docs/guides/error-codes,
    /// https://help.openai.com/en/articles/5955604-troubleshooting-api-rate-limits-and-429-errors
    private static let openAI = [
        openAI(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key", .authentication),
        openAI(
            403,
            "Country not supported",
            "request_forbidden",
            "unsupported_country_region_territory",
            .authentication
        ),
        openAI(404, "The model does not exist", "invalid_request_error", "model_not_found", .notFound),
        openAI(429, "Rate limit reached: Limit 3, Used 3", "requests", "rate_limit_exceeded", .rateLimited, true),
        openAI(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota", .quota),
        openAI(429, "No credits", "insufficient_quota", "credit_balance_exhausted", .quota),
        openAI(429, "Limit of the project", "insufficient_quota", "project_spend_limit_exceeded", .quota),
        openAI(500, "The server had an error", "server_error", nil, .server, true),
        openAI(503, "Slow down", "server_error", "slow_down", .server, true),
        openAI(
            400,
            "This model's maximum context length is 8192 tokens",
            "invalid_request_error",
            "context_length_exceeded",
            .contextLength
        ),
        openAI(
            400,
            "Your input exceeds the context window of this model",
            "invalid_request_error",
            nil,
            .contextLength
        ),
        openAI(400, "Invalid 'temperature'", "invalid_request_error", "decimal_above_max_value", .badRequest),
        openAI(
            400,
            "Invalid prompt: it was flagged as potentially violating our usage policy",
            "invalid_request_error",
            "invalid_prompt",
            .contentFiltered
        ),
        openAI(400, "Rejected", "image_generation_user_error", "moderation_blocked", .contentFiltered),
        ErrorShape(
            server: "OpenAI",
            status: 429,
            body: #"{"error":{"message":"Wait","type":"tokens","code":"rate_limit_exceeded"}}"#,
            code: .rateLimited,
            isRetryable: true,
            providerCode: "rate_limit_exceeded",
            words: "Wait",
            retryAfterMs: 1200,
            requestID: "req_1",
            headers: [HTTPHeader("retry-after-ms", "1200"), HTTPHeader("x-request-id", "req_1")]
        ),
    ]

    private static func openAI(
        _ status: Int,
        _ words: String,
        _ type: String,
        _ code: String?,
        _ meaning: LLMError.Code,
        _ isRetryable: Bool = false
    ) -> ErrorShape {
        let code = code.map { "\"\($0)\"" } ?? "null"
        return ErrorShape(
            server: "OpenAI",
            status: status,
            body: #"{"error":{"message":"\#(words)","type":"\#(type)","param":null,"code":\#(code)}}"#,
            code: meaning,
            isRetryable: isRetryable,
            providerCode: code == "null" ? type : String(code.dropFirst().dropLast()),
            words: words
        )
    }

    /// https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter,
    /// https://learn.microsoft.com/azure/ai-services/openai/how-to/quota
    private static let azure = [
        ErrorShape(
            server: "Azure",
            status: 400,
            body: #"""
                {"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,
                "innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true}}}}}
                """#,
            code: .contentFiltered,
            providerCode: "content_filter",
            words: "was filtered",
            requestID: "a1",
            headers: [HTTPHeader("apim-request-id", "a1")]
        ),
        ErrorShape(
            server: "Azure",
            status: 400,
            body: #"{"error":{"code":null,"message":"Refused","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            code: .contentFiltered,
            providerCode: "ResponsibleAIPolicyViolation",
            words: "Refused"
        ),
        ErrorShape(
            server: "Azure",
            status: 429,
            body:
                #"{"error":{"code":"429","message":"Requests have exceeded token rate limit. Please retry after 7 seconds."}}"#,
            code: .rateLimited,
            isRetryable: true,
            providerCode: "429",
            words: "token rate limit",
            retryAfterMs: 7000,
            headers: [HTTPHeader("retry-after", "7")]
        ),
        ErrorShape(
            server: "Azure",
            status: 404,
            body: #"{"error":{"code":"DeploymentNotFound","message":"No such deployment"}}"#,
            code: .notFound,
            providerCode: "DeploymentNotFound",
            words: "No such"
        ),
        ErrorShape(
            server: "Azure",
            status: 401,
            body: #"{"statusCode":401,"message":"Unauthorized. Access token is missing"}"#,
            code: .authentication,
            words: "Access token"
        ),
    ]

    /// https://docs.anthropic.com/en/api/errors, https://docs.anthropic.com/en/api/rate-limits
    private static let anthropic = [
        anthropic(400, "invalid_request_error", "max_tokens: Field required", .badRequest),
        anthropic(400, "invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum", .contextLength),
        anthropic(400, "invalid_request_error", "input length and `max_tokens` exceed context limit", .contextLength),
        anthropic(400, "invalid_request_error", "Your credit balance is too low", .quota),
        anthropic(400, "invalid_request_error", "You have reached your specified API usage limits", .quota),
        anthropic(400, "invalid_request_error", "Output blocked by content filtering policy", .contentFiltered),
        anthropic(401, "authentication_error", "invalid x-api-key", .authentication),
        anthropic(402, "billing_error", "Check your payment details", .quota),
        anthropic(403, "permission_error", "Not yours", .authentication),
        anthropic(404, "not_found_error", "model: none", .notFound),
        anthropic(409, "conflict_error", "Changed meanwhile", .badRequest, true),
        anthropic(413, "request_too_large", "Request exceeds the maximum size", .tooLarge),
        anthropic(429, "rate_limit_error", "This request would exceed your rate limit", .rateLimited, true),
        anthropic(500, "api_error", "Internal server error", .server, true),
        anthropic(504, "timeout_error", "Timed out", .server, true),
        anthropic(529, "overloaded_error", "Overloaded", .server, true),
        ErrorShape(
            server: "Anthropic",
            status: 429,
            body: #"""
                {"type":"error","error":{"type":"rate_limit_error","message":"Spent",
                "details":{"error_code":"enforced_spend_limit_reached"}}}
                """#,
            code: .quota,
            providerCode: "rate_limit_error",
            words: "Spent"
        ),
    ]

    private static func anthropic(
        _ status: Int,
        _ type: String,
        _ words: String,
        _ code: LLMError.Code,
        _ isRetryable: Bool = false
    ) -> ErrorShape {
        ErrorShape(
            server: "Anthropic",
            status: status,
            body: #"{"type":"error","error":{"type":"\#(type)","message":"\#(words)"},"request_id":"req_2"}"#,
            code: code,
            isRetryable: isRetryable,
            providerCode: type,
            words: words,
            requestID: "req_2"
        )
    }

    /// https://ai.google.dev/gemini-api/docs/troubleshooting, https://cloud.google.com/apis/design/errors
    private static let google = [
        ErrorShape(
            server: "Gemini",
            status: 429,
            body: #"""
                {"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[
                {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"requests",
                "quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"10"}]},
                {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}
                """#,
            code: .rateLimited,
            isRetryable: true,
            providerCode: "RESOURCE_EXHAUSTED",
            words: "Quota exceeded",
            retryAfterMs: 34_000
        ),
        ErrorShape(
            server: "Gemini",
            status: 429,
            body: #"""
                [{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[
                {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[
                {"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"20"}]},
                {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"36.4s"}]}}]
                """#,
            code: .quota,
            providerCode: "RESOURCE_EXHAUSTED",
            words: "Quota exceeded",
            retryAfterMs: 36_400
        ),
        ErrorShape(
            server: "Gemini",
            status: 400,
            body: #"""
                {"error":{"code":400,"message":"The key cannot be used","status":"INVALID_ARGUMENT","details":[
                {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}
                """#,
            code: .authentication,
            providerCode: "API_KEY_INVALID",
            words: "cannot be used"
        ),
        gemini(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", .authentication),
        gemini(
            400,
            "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
            "INVALID_ARGUMENT",
            .contextLength
        ),
        gemini(400, "Invalid JSON payload received", "INVALID_ARGUMENT", .badRequest),
        gemini(400, "User location is not supported", "FAILED_PRECONDITION", .badRequest),
        gemini(403, "The caller does not have permission", "PERMISSION_DENIED", .authentication),
        gemini(404, "models/none is not found", "NOT_FOUND", .notFound),
        gemini(500, "An internal error has occurred", "INTERNAL", .server, true),
        gemini(503, "The model is overloaded", "UNAVAILABLE", .server, true),
        gemini(504, "Deadline expired", "DEADLINE_EXCEEDED", .server, true),
    ]

    private static func gemini(
        _ status: Int,
        _ words: String,
        _ name: String,
        _ code: LLMError.Code,
        _ isRetryable: Bool = false
    ) -> ErrorShape {
        ErrorShape(
            server: "Gemini",
            status: status,
            body: #"{"error":{"code":\#(status),"message":"\#(words)","status":"\#(name)"}}"#,
            code: code,
            isRetryable: isRetryable,
            providerCode: name,
            words: words
        )
    }

    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors,
    /// https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
    private static let amazon =
        [
            amazon(400, "ValidationException", "Input is too long for requested model.", .contextLength),
            amazon(400, "ValidationException", "Malformed input request", .badRequest),
            amazon(400, "ServiceQuotaExceededException", "Above the account's quota", .rateLimited, true),
            amazon(403, "AccessDeniedException", "No access to the model", .authentication),
            amazon(404, "ResourceNotFoundException", "No such model", .notFound),
            amazon(408, "ModelTimeoutException", "Too slow", .badRequest, true),
            amazon(424, "ModelErrorException", "The model failed", .badRequest),
            amazon(429, "ThrottlingException", "Too many tokens, please wait before trying again.", .rateLimited, true),
            amazon(429, "ModelNotReadyException", "Not ready", .rateLimited, true),
            amazon(500, "InternalServerException", "Failed", .server, true),
            amazon(503, "ServiceUnavailableException", "Try later", .server, true),
        ]
        .flatMap { $0 } + [
            ErrorShape(
                server: "Bedrock",
                status: 503,
                body: "",
                code: .server,
                isRetryable: true,
                providerCode: "ServiceUnavailableException",
                headers: [HTTPHeader("x-amzn-errortype", "ServiceUnavailableException")]
            )
        ]

    /// An exception whose name is in the head, and the same with the name in the body.
    private static func amazon(
        _ status: Int,
        _ type: String,
        _ words: String,
        _ code: LLMError.Code,
        _ isRetryable: Bool = false
    ) -> [ErrorShape] {
        let inHead = [
            HTTPHeader("x-amzn-errortype", type + ":http://internal.amazon.com/"), HTTPHeader("x-amzn-RequestId", "b1"),
        ]
        return [
            ErrorShape(
                server: "Bedrock",
                status: status,
                body: #"{"message":"\#(words)"}"#,
                code: code,
                isRetryable: isRetryable,
                providerCode: type,
                words: words,
                requestID: "b1",
                headers: inHead
            ),
            ErrorShape(
                server: "Bedrock",
                status: status,
                body: #"{"__type":"com.amazon.coral.service#\#(type)","Message":"\#(words)"}"#,
                code: code,
                isRetryable: isRetryable,
                providerCode: type,
                words: words
            ),
        ]
    }
}
