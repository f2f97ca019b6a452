/// A chat request in Converse's words.
struct BedrockRequest {
    private let request: Request
    private let model: String
    private(set) var omissions: Omissions

    init(_ request: Request, model: String) {
        self.request = request
        self.model = model
        omissions = Omissions(of: request, by: "Bedrock's Converse")
    }

    /// The fields of Converse that have no place in a request: `extra` may set them. Everything else in `extra` is for the
    /// model itself, which Converse has a field for.
    private static let ownFields: Set = [
        "messages", "system", "inferenceConfig", "toolConfig", "outputConfig", "guardrailConfig", "promptVariables",
        "additionalModelRequestFields", "additionalModelResponseFieldPaths", "requestMetadata", "performanceConfig",
        "serviceTier",
    ]

    mutating func body() throws(LLMError) -> ByteBuffer {
        if request.seed != nil { try omissions.leaveOut("seed") }
        let thinking = try BedrockReasoning(request.reasoning, model: model, &omissions)
        var messages = BedrockMessages(omissions)
        let turns = try messages.turns(of: request.messages)
        let system = try messages.system(of: request.messages)
        omissions = messages.omissions
        if turns.isEmpty, request.messages.contains(where: { $0.role == .user && $0.hasParts }) {
            throw omissions.nothingIsLeft
        }
        let temperature = try temperature(thinking)
        let tools = try tools()
        let output = try output()
        var modelFields = thinking.fields
        var extra = JSONObject()
        for member in request.extra.members {
            if member.key == "additionalModelRequestFields", let fields = member.value.object {
                for field in fields.members { modelFields[field.key] = field.value }
            } else if Self.ownFields.contains(member.key) {
                extra[member.key] = member.value
            } else {
                modelFields[member.key] = member.value
            }
        }
        return try RequestBody.write(extra: extra) { (body) throws(LLMError) in
            body.field("messages", .array(turns))
            body.field("system", system.isEmpty ? nil : .array(system))
            body.field("inferenceConfig", inference(thinking.tokens, temperature))
            body.field("toolConfig", tools)
            body.field("outputConfig", output)
            body.field("requestMetadata", request.metadata)
            body.field("additionalModelRequestFields", modelFields.isEmpty ? nil : .object(modelFields))
        }
    }

    // MARK: Fields

    /// `thinking`: tokens for reasoning, which the wire's bound includes.
    private func inference(_ thinking: Int, _ temperature: Double?) -> JSONValue? {
        var fields = JSONObject()
        let bound = request.maxTokens ?? (thinking > 0 ? AnthropicRequest.defaultMaxTokens : nil)
        fields["maxTokens"] = bound.map { .integer($0 &+ thinking) }
        fields["temperature"] = temperature.map(JSONValue.number)
        fields["topP"] = request.topP.map(JSONValue.number)
        if !request.stop.isEmpty { fields["stopSequences"] = .array(request.stop.map(JSONValue.string)) }
        return fields.isEmpty ? nil : .object(fields)
    }

    /// Claude takes no other than 1 beside reasoning.
    private mutating func temperature(_ reasoning: BedrockReasoning) throws(LLMError) -> Double? {
        guard let temperature = request.temperature else { return nil }
        if reasoning.fields["thinking"] == nil || temperature == 1 { return temperature }
        try omissions.leaveOut("temperature", "other than 1 beside Claude's reasoning has no counterpart in")
        return nil
    }

    private mutating func tools() throws(LLMError) -> JSONValue? {
        guard !request.tools.isEmpty else { return nil }
        var config = JSONObject()
        let choice = request.toolChoice
        switch choice?.string {
        case "auto": config["toolChoice"] = ["auto": [:]]
        case "required": config["toolChoice"] = ["any": [:]]
        case "none":
            // A conversation that has calls in it must name their tools.
            if request.messages.contains(where: { !$0.toolCalls.isEmpty }) {
                try omissions.leaveOut("tool_choice \"none\" after tool calls")
                break
            }
            return nil
        default:
            guard let choice else { break }
            if choice["type"] == "allowed_tools" {
                try omissions.leaveOut("tool_choice \(choice.json)")
                break
            }
            guard let name = choice["function"]?["name"] else {
                throw .invalidArgument(
                    "tool_choice is \(choice.json); it takes \"auto\", \"none\", \"required\" or a function"
                )
            }
            config["toolChoice"] = ["tool": ["name": name]]
        }
        var tools: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() {
            guard let function = tool["function"]?.object else {
                tools.append(tool)  // one in Converse's own words
                continue
            }
            guard let name = function["name"]?.string else {
                throw .invalidArgument("tools[\(index)].function.name is missing")
            }
            var spec: JSONObject = ["name": .string(name)]
            if let text = function["description"]?.string, !text.isEmpty { spec["description"] = .string(text) }
            spec["inputSchema"] = ["json": function["parameters"] ?? ["type": "object", "properties": [:]]]
            spec["strict"] = function["strict"]
            tools.append(["toolSpec": .object(spec)])
            if tool["cache_control"] != nil || function["cache_control"] != nil {
                tools.append(BedrockMessages.cachePoint)
            }
        }
        config["tools"] = .array(tools)
        return .object(config)
    }

    /// https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
    private mutating func output() throws(LLMError) -> JSONValue? {
        guard let format = request.responseFormat, format["type"]?.string != "text" else { return nil }
        if format["type"]?.string == "json_object" {
            try omissions.leaveOut("response_format \"json_object\"", AnthropicSchema.isMissing)
            return nil
        }
        guard format["type"]?.string == "json_schema" else {
            try omissions.leaveOut("response_format \(format["type"]?.json ?? "without a type")")
            return nil
        }
        guard let schema = format["json_schema"]?["schema"] else {
            throw .invalidArgument("response_format.json_schema.schema is missing")
        }
        var definition: JSONObject = ["schema": .string(schema.json)]
        definition["name"] = format["json_schema"]?["name"]
        definition["description"] = format["json_schema"]?["description"]
        return ["textFormat": ["type": "json_schema", "structure": ["jsonSchema": .object(definition)]]]
    }
}

/// How a model's maker wants reasoning asked for: Converse itself has no word for it.
/// https://docs.aws.amazon.com/bedrock/latest/userguide/inference-reasoning.html
private struct BedrockReasoning {
    /// For `additionalModelRequestFields`.
    var fields = JSONObject()
    /// What is to be added to the bound of the answer.
    var tokens = 0

    init(_ reasoning: JSONValue?, model: String, _ omissions: inout Omissions) throws(LLMError) {
        guard let members = reasoning?.object, !members.isEmpty else { return }
        if model.contains(bytesOf: "anthropic") || model.contains(bytesOf: "claude") {
            let claude = try AnthropicReasoning(reasoning, model: model, &omissions)
            fields["thinking"] = claude.thinking
            fields["output_config"] = claude.effort.map { ["effort": $0] }
            tokens = claude.tokens
            return
        }
        for member in members.members where member.key != "effort" && member.key != "summary" {
            try omissions.leaveOut("reasoning.\(member.key)")
        }
        guard let value = members["effort"] else { return }
        guard let effort = value.string else {
            throw .invalidArgument(
                "reasoning.effort is \(value.json); it takes \"none\", \"low\", \"medium\" or \"high\""
            )
        }
        if model.contains(bytesOf: "openai") {
            fields["reasoning_effort"] = .string(effort)
        } else if model.contains(bytesOf: "nova") {
            fields["reasoningConfig"] =
                effort == "none" ? ["type": "disabled"] : ["type": "enabled", "maxReasoningEffort": .string(effort)]
        } else if effort != "none" {
            // The caller may know better, and give the model's own fields in "extra".
            try omissions.leaveOut("reasoning", "of \(model) has no name that is known in")
        }
    }
}
