/// Pieces of content in Gemini's words. https://ai.google.dev/api/caching#Part
enum GeminiParts {
    /// The types that the wire takes.
    static let types: Set = ["text", "refusal", "image_url", "video_url", "document_url", "input_audio", "file"]

    /// Empty text, which the wire refuses beside other parts, is left out.
    static func parts(of content: Message.Content?, path: String) throws(LLMError) -> [JSONValue] {
        switch content {
        case nil: return []
        case .text(let text): return text.isEmpty ? [] : [["text": .string(text)]]
        case .parts(let parts):
            var result: [JSONValue] = []
            for (index, part) in parts.enumerated() {
                if let part = try Self.part(part, path: "\(path).content[\(index)]") { result.append(part) }
            }
            return result
        }
    }

    private static func part(_ part: ContentPart, path: String) throws(LLMError) -> JSONValue? {
        let content = part.members[part.type]
        switch part.type {
        case "text", "refusal":
            guard let text = content?.string else { throw .invalidArgument("\(path).\(part.type) is missing") }
            return text.isEmpty ? nil : ["text": .string(text)]
        case "image_url", "video_url", "document_url":
            guard let url = content?["url"]?.string ?? content?.string else {
                throw .invalidArgument("\(path).\(part.type).url is missing")
            }
            return try media(url, type: nil, path: "\(path).\(part.type).url")
        case "input_audio":
            guard let data = content?["data"]?.string, let format = content?["format"]?.string else {
                throw .invalidArgument("\(path).input_audio takes \"data\", base64, and \"format\", such as \"wav\"")
            }
            if data.hasPrefix("data:") { return try media(data, type: nil, path: "\(path).input_audio.data") }
            return inline(data, "audio/" + format)
        case "file":
            return try file(content, path: "\(path).file")
        default:
            throw LLMError(
                .unsupported,
                "\(path) is of type \"\(part.type)\", which Gemini's generateContent does not take"
            )
        }
    }

    /// `{"file_data": a data: URL, base64, or a URL; "filename"?; "file_id"?: the URI of an uploaded file}`
    private static func file(_ file: JSONValue?, path: String) throws(LLMError) -> JSONValue {
        let type = file?["filename"]?.string.flatMap(mimeType(ofName:))
        if let data = file?["file_data"]?.string ?? file?["file_url"]?.string {
            if data.hasPrefix("data:") || isURL(data) { return try media(data, type: type, path: "\(path).file_data") }
            guard let type else {
                throw .invalidArgument(
                    "\(path).file_data does not say of which type it is: give a data: URL, or a \"filename\" that tells"
                )
            }
            return inline(data, type)
        }
        guard let id = file?["file_id"]?.string else {
            throw .invalidArgument("\(path) takes \"file_data\", a data: URL, or \"file_id\", an uploaded file's URI")
        }
        return try media(id, type: type, path: "\(path).file_id")
    }

    /// A file that was uploaded, and not here: files here are known by their URIs.
    static func isOfAnotherProvider(_ part: ContentPart) -> Bool {
        guard part.type == "file", let file = part.members["file"], file["file_data"]?.string == nil,
            file["file_url"]?.string == nil, let id = file["file_id"]?.string
        else { return false }
        return !isURL(id)
    }

    /// A data: URL's content, or a reference to what any other URL leads to.
    private static func media(_ url: String, type: String?, path: String) throws(LLMError) -> JSONValue {
        if url.hasPrefix("data:") {
            // data:image/png;base64,…  (RFC 2397)
            let parts = url.dropFirst(5).split(separator: ",", maxSplits: 1)
            guard parts.count == 2, parts[0].hasSuffix(";base64") else {
                throw .invalidArgument("\(path) is a data: URL without base64 data")
            }
            // Parameters such as charset= are no part of the type.
            let type = parts[0].prefix { $0 != ";" }
            guard !type.isEmpty else { throw .invalidArgument("\(path) is a data: URL without a media type") }
            return inline(String(parts[1]), String(type))
        }
        guard isURL(url) else { throw .invalidArgument("\(path) is no URL; it takes an https: or data: URL") }
        var data: JSONObject = ["fileUri": .string(url)]
        data["mimeType"] = (type ?? mimeType(ofName: url)).map(JSONValue.string)
        return ["fileData": .object(data)]
    }

    private static func inline(_ data: String, _ type: String) -> JSONValue {
        ["inlineData": ["mimeType": .string(type), "data": .string(data)]]
    }

    private static func isURL(_ text: String) -> Bool {
        text.hasPrefix("https://") || text.hasPrefix("http://") || text.hasPrefix("gs://")
    }

    /// What a file of that name, or at that URL, most likely is.
    private static func mimeType(ofName name: String) -> String? {
        let path = name.prefix { $0 != "?" && $0 != "#" }
        guard let dot = path.lastIndex(of: ".") else { return nil }
        switch path[path.index(after: dot)...].lowercased() {
        case "png": return "image/png"
        case "jpg", "jpeg": return "image/jpeg"
        case "webp": return "image/webp"
        case "gif": return "image/gif"
        case "heic": return "image/heic"
        case "pdf": return "application/pdf"
        case "txt": return "text/plain"
        case "md": return "text/markdown"
        case "csv": return "text/csv"
        case "html": return "text/html"
        case "mp3": return "audio/mp3"
        case "wav": return "audio/wav"
        case "flac": return "audio/flac"
        case "ogg": return "audio/ogg"
        case "mp4": return "video/mp4"
        case "webm": return "video/webm"
        default: return nil
        }
    }
}
