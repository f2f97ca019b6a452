/// Where the bytes of an image, a document or a sound are, as a message's part says it.
enum MediaSource {
    case url(String)
    /// `mediaType` is empty where the part does not say it.
    case base64(mediaType: String, data: String)
    /// A file that was uploaded to the provider.
    case fileID(String)

    /// Of a part `{"type": "image_url", "image_url": {"url"}}`, `{"type": "file", "file": {"file_data" | "file_url" |
    /// "file_id", "filename"?}}` or Mistral's `{"type": "document_url", "document_url"}`; a URL may be a `data:` one. `path`,
    /// such as "messages[2].content[1]", goes into errors.
    init(_ part: ContentPart, path: String) throws(LLMError) {
        if part.type != "file" {
            let place = part.members[part.type]
            guard let url = place?["url"]?.string ?? place?.string else {
                throw .invalidArgument("\(path).\(part.type).url is missing")
            }
            self = try Self.reading(url, called: "\(path).\(part.type).url")
            return
        }
        let file = part.members["file"]
        if let id = file?["file_id"]?.string {
            self = .fileID(id)
        } else if let data = file?["file_data"]?.string {
            self =
                data.isURL
                ? try Self.reading(data, called: "\(path).file.file_data") : .base64(mediaType: "", data: data)
        } else if let url = file?["file_url"]?.string {
            self = try Self.reading(url, called: "\(path).file.file_url")
        } else {
            throw .invalidArgument("\(path).file has no \"file_data\", \"file_url\" or \"file_id\"")
        }
    }

    /// `data:image/png;base64,…` (RFC 2397) taken apart, another URL as it is.
    private static func reading(_ url: String, called name: String) throws(LLMError) -> MediaSource {
        guard url.hasPrefix("data:") else { return .url(url) }
        let parts = url.dropFirst(5).split(separator: ",", maxSplits: 1)
        guard parts.count == 2, parts[0].hasSuffix(";base64") else {
            throw .invalidArgument("\(name) is a data: URL without base64 data")
        }
        // Without parameters, as in "audio/wav;rate=16000".
        let type = parts[0].dropLast(7).split(separator: ";").first.map(String.init) ?? ""
        return .base64(mediaType: type, data: String(parts[1]))
    }
}

extension String {
    fileprivate var isURL: Bool {
        hasPrefix("data:") || hasPrefix("https://") || hasPrefix("http://")
    }
}
