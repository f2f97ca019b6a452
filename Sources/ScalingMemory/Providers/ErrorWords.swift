/// What providers' sentences say where their codes do not. Compared in lower case. Each phrase stands beside those who were
/// seen to use it; the sources are those of `ErrorCodes` and the issue trackers of programs that speak to these servers, such
/// as https://github.com/earendil-works/pi/issues/129 and https://github.com/BerriAI/litellm/pull/21647.
enum ErrorWords {
    /// The prompt does not fit the model.
    static func sayContextLength(_ words: String) -> Bool {
        // Cohere's "too many tokens" also speaks of the answer's bound.
        contains(words, contextLength) && !words.contains(bytesOf: "max tokens must be less than")
    }

    static func sayContentFiltered(_ words: String) -> Bool { contains(words, contentFiltered) }
    static func sayQuota(_ words: String) -> Bool { contains(words, quota) }
    static func sayAuthentication(_ words: String) -> Bool { contains(words, authentication) }

    private static let contextLength: [StaticString] = [
        "maximum context length",  // OpenAI, OpenRouter, vLLM, Mistral
        "prompt is too long",  // Anthropic, Fireworks
        "context window",  // OpenAI's responses, llama-cpp-python, MiniMax, LiteLLM
        "context size",  // llama.cpp
        "context limit",  // Anthropic
        "context length",  // Ollama, LM Studio, SGLang
        "contextwindowexceeded",  // LiteLLM
        "input token count",  // Gemini
        "exceeds the maximum number of tokens",  // Gemini
        "input is too long",  // Bedrock, Replicate
        "too many input tokens",  // Bedrock
        "too many tokens",  // Cohere
        "reduce the length of the messages",  // Groq
        "maximum prompt length",  // xAI
        "length of all messages is too long",  // Perplexity
        "exceeded model token limit",  // Moonshot
        "prompt token count",  // GitHub
        "`inputs` tokens + `max_new_tokens`",  // Together, text-generation-inference
        "`inputs` must have less than",  // text-generation-inference
        "range of input length should be",  // DashScope
    ]

    private static let contentFiltered: [StaticString] = [
        "content management policy",  // Azure
        "content filtering policy",  // Anthropic
        "violating our usage policy",  // OpenAI
        "as a result of our safety system",  // OpenAI
        "your input was flagged",  // OpenRouter
        "content violates usage guidelines",  // xAI
        "content exists risk",  // DeepSeek
        "contain inappropriate content",  // DashScope
        "considered high risk",  // Moonshot
    ]

    private static let quota: [StaticString] = [
        "credit balance is too low",  // Anthropic
        "reached your specified api usage limits",  // Anthropic
        "reached your specified workspace api usage limits",  // Anthropic
        "insufficient balance",  // DeepSeek, Moonshot
        "insufficient credits",  // OpenRouter
        "used all available credits",  // xAI
        "budget has been exceeded",  // LiteLLM
    ]

    private static let authentication: [StaticString] = [
        "api key not valid",  // Gemini
        "api key expired",  // Gemini
        "incorrect api key provided",  // xAI
    ]

    private static func contains(_ words: String, _ phrases: [StaticString]) -> Bool {
        phrases.contains { words.contains(bytesOf: $0) }
    }
}
