/// Images and documents of a message as Anthropic's blocks.
/// https://docs.anthropic.com/en/docs/build-with-claude/vision, https://docs.anthropic.com/en/docs/build-with-claude/pdf-support
enum AnthropicMedia {
    /// A part of type "image_url", "file" or "document_url"; nil where it is of a kind that the wire does not take.
    static func block(_ part: ContentPart, path: String) throws(LLMError) -> JSONObject? {
        let media = try MediaSource(part, path: path)
        let source: JSONValue
        var type = part.type == "image_url" ? "image" : "document"
        switch media {
        case .url(let url): source = ["type": "url", "url": .string(url)]
        case .fileID(let id): source = ["type": "file", "file_id": .string(id)]
        case .base64(let mediaType, let data):
            let mediaType = mediaType.isEmpty ? defaultType(data) : mediaType
            if mediaType.hasPrefix("image/") { type = "image" }
            guard type == "image" || mediaType == "application/pdf" else { return nil }
            source = ["type": "base64", "media_type": .string(mediaType), "data": .string(data)]
        }
        var block: JSONObject = ["type": .string(type), "source": source]
        if type == "document" { block["title"] = part.members["file"]?["filename"] }
        block["cache_control"] = part.members["cache_control"]
        return block
    }

    /// Of data without a type: "%PDF-" is "JVBERi0" in base64.
    private static func defaultType(_ data: String) -> String {
        data.hasPrefix("JVBERi0") ? "application/pdf" : ""
    }
}
