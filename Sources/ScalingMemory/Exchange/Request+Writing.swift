extension Request {
    /// The request as the JSON object that llm.h describes, without what is set for the call alone (`CallOptions`).
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("messages")
            writer.array { writer in for message in messages { message.write(to: &writer) } }
            writer.member("model", model)
            writer.member("max_tokens", maxTokens)
            writer.member("temperature", temperature)
            writer.member("top_p", topP)
            writer.member("stop", stop.isEmpty ? nil : .array(stop.map(JSONValue.string)))
            writer.member("seed", seed)
            writer.member("tools", tools.isEmpty ? nil : .array(tools))
            writer.member("tool_choice", toolChoice)
            writer.member("response_format", responseFormat)
            writer.member("reasoning", reasoning)
            writer.member("metadata", metadata)
            writer.member("drop_unsupported", dropUnsupported)
            writer.member("extra", extra.isEmpty ? nil : .object(extra))
        }
    }
}

extension EmbeddingRequest {
    /// The same of a request for embeddings.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("input", .array(input.map(JSONValue.string)))
            writer.member("model", model)
            writer.member("dimensions", dimensions)
            writer.member("encoding_format", encodingFormat?.rawValue)
            writer.member("extra", extra.isEmpty ? nil : .object(extra))
        }
    }
}
