/// What the codes and types mean that providers give their errors. Compared without regard to case.
///
/// Sources: https://platform.openai.com/docs/guides/error-codes,
/// https://platform.openai.com/docs/api-reference/responses/object (error.code),
/// https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter,
/// https://docs.anthropic.com/en/api/errors, https://ai.google.dev/gemini-api/docs/troubleshooting,
/// https://cloud.google.com/apis/design/errors, https://console.groq.com/docs/errors,
/// https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html,
/// https://openrouter.ai/docs/api/reference/errors-and-debugging, https://docs.litellm.ai/docs/exception_mapping,
/// https://help.aliyun.com/zh/model-studio/error-code, https://github.com/ggml-org/llama.cpp/pull/15780
enum ErrorCodes {
    /// Codes that say more than the HTTP status that they come with. (One text each: sets would take many times the room.)
    private static let meanings: [(meaning: LLMError.Code, codes: StaticString)] = [
        (
            .contextLength,
            """
            context_length_exceeded exceed_context_size_error token_limit_exceeded tokens_limit_reached
            contextwindowexceedederror
            """
        ),
        (
            .contentFiltered,
            """
            content_filter content_filter_error content_policy_violation responsibleaipolicyviolation
            moderation_blocked image_content_policy_violation data_inspection_failed datainspectionfailed
            contentpolicyviolationerror
            """
        ),
        (
            .quota,
            """
            insufficient_quota billing_error billing_hard_limit_reached billing_not_active credit_balance_exhausted
            organization_usage_limit_exceeded organization_spend_limit_exceeded project_spend_limit_exceeded
            enforced_spend_limit_reached insufficient_balance exceeded_current_quota_error budget_exceeded arrearage
            billing_disabled
            """
        ),
        (
            .authentication,
            """
            api_key_invalid invalid_api_key invalidapikey incompletesignature notauthorized organization_restricted
            account_deactivated
            """
        ),
        (.rateLimited, "servicequotaexceededexception"),
        (.server, "capacity_exceeded"),
    ]

    /// The HTTP statuses for which codes stand that came without one: in a stream, or under status 200.
    private static let statuses: [(status: Int, codes: StaticString)] = [
        (
            400,
            """
            invalid_request_error invalid_request bad_request badrequesterror invalid_prompt validationexception
            validation_error invalid_argument failed_precondition out_of_range invalid_image invalid_image_format
            invalid_base64_image invalid_image_url image_too_large image_too_small image_parse_error
            invalid_image_mode image_file_too_large unsupported_image_media_type empty_image_file
            failed_to_download_image image_file_not_found
            """
        ),
        (
            401,
            """
            authentication_error invalid_authentication invalid_authentication_error authenticationerror
            unauthenticated unauthorized auth_error
            """
        ),
        (
            403,
            """
            permission_error permission_denied permissiondeniederror forbidden accessdeniedexception
            unrecognizedclientexception invalidsignatureexception expiredtokenexception
            unsupported_country_region_territory
            """
        ),
        (
            404,
            """
            not_found_error not_found notfounderror model_not_found resourcenotfoundexception deploymentnotfound
            resource_not_found_error
            """
        ),
        (408, "modeltimeoutexception request_timeout"),
        (409, "conflict_error conflictexception aborted"),
        (413, "request_too_large payload_too_large"),
        (
            429,
            """
            rate_limit_error rate_limit_exceeded rate_limited ratelimiterror ratelimitreached
            rate_limit_reached_error throttling_error throttlingexception throttling throttling.ratequota
            throttling.allocationquota toomanyrequestsexception too_many_requests modelnotreadyexception
            resource_exhausted tokens requests
            """
        ),
        (
            500,
            """
            api_error server_error internal_error internal_server_error internalservererror internalserverexception
            internalfailure modelstreamerrorexception internal unknown
            """
        ),
        (501, "not_supported_error unimplemented"),
        (
            503,
            """
            serviceunavailableexception service_unavailable unavailable unavailable_error slow_down engine_overloaded
            engine_overloaded_error
            """
        ),
        (504, "timeout_error deadline_exceeded vector_store_timeout"),
        (529, "overloaded_error overloaded"),
    ]

    /// What the code means whatever the HTTP status. nil: what the status means.
    static func meaning(of code: String) -> LLMError.Code? {
        meanings.first { lists($0.codes, code) }?.meaning
    }

    /// The HTTP status that stands for an error with this code.
    static func status(of code: String) -> Int? {
        if let number = Int(code) { return (400..<600).contains(number) ? number : nil }
        return statuses.first { lists($0.codes, code) }?.status ?? meaning(of: code).map(status(of:))
    }

    private static func status(of meaning: LLMError.Code) -> Int {
        switch meaning {
        case .authentication: 401
        case .quota: 402
        case .rateLimited: 429
        case .server: 503
        default: 400
        }
    }

    private static func lists(_ codes: StaticString, _ code: String) -> Bool {
        "\(codes)".split(whereSeparator: \.isWhitespace).contains { $0 == code.lowercased() }
    }
}
