/// What to ask a model. Spelled as in OpenAI's chat completions, whatever the provider.
public struct Request: Sendable, Hashable {
    public var messages: [Message]
    /// nil: the client's model.
    public var model: String?
    /// How many tokens the answer may have.
    public var maxTokens: Int?
    public var temperature: Double?
    public var topP: Double?
    /// Texts at which the model stops.
    public var stop: [String]
    public var seed: Int?
    /// `{"type": "function", "function": {"name", "description"?, "parameters"?: a JSON schema}}`
    public var tools: [JSONValue]
    /// "auto", "none", "required", or `{"type": "function", "function": {"name"}}`.
    public var toolChoice: JSONValue?
    public var responseFormat: JSONValue?
    /// `{"effort": "low" | "medium" | "high" …, "max_tokens"?}`
    public var reasoning: JSONValue?
    public var metadata: JSONValue?
    /// Whether what the provider cannot do is left out, with a warning, instead of an error; nil: what the client says.
    public var dropUnsupported: Bool?
    /// Fields for the request's body, put there as they are.
    public var extra: JSONObject
    /// Whether control characters and halves of surrogate pairs are taken out of the texts; nil: as the client's
    /// configuration says.
    public var sanitize: Bool?
    public var options: CallOptions
    /// Where halves of surrogate pairs were left out when the request was read, as errors name the fields.
    package var halvedFields: [String] = []

    public init(messages: [Message], model: String? = nil) {
        self.messages = messages
        self.model = model
        self.stop = []
        self.tools = []
        self.extra = JSONObject()
        self.options = CallOptions()
    }

    /// A single user message.
    public init(_ prompt: String, model: String? = nil) {
        self.init(messages: [.user(prompt)], model: model)
    }
}

/// What can be set for one call, whatever it asks.
public struct CallOptions: Sendable, Hashable {
    /// Replaces the client's limits one by one.
    public var timeouts: TimeoutOverrides
    /// Sent besides the client's, in place of those of the same name.
    public var headers: [HTTPHeader]
    /// In place of the client's key.
    public var apiKey: Secret?
    /// Comes back in the response and the error; made up if nil.
    public var callID: String?

    public init() {
        timeouts = TimeoutOverrides()
        headers = []
    }
}
