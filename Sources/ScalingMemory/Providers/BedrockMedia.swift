/// Images, documents, videos and sounds of a message as Converse's blocks.
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
enum BedrockMedia {
    /// nil where the bytes are somewhere that the service does not look.
    static func block(_ part: ContentPart, path: String) throws(LLMError) -> JSONValue? {
        if part.type == "input_audio" {
            let content = part.members["input_audio"]
            guard let data = content?["data"]?.string, let format = content?["format"]?.string else {
                throw .invalidArgument("\(path).input_audio takes \"data\", base64, and \"format\", such as \"wav\"")
            }
            return ["audio": ["format": .string(format), "source": ["bytes": .string(data)]]]
        }
        let filename = part.members["file"]?["filename"]?.string ?? ""
        let source: JSONValue
        var format: String?
        switch try MediaSource(part, path: path) {
        case .base64(let type, let data):
            source = ["bytes": .string(data)]
            format = Self.format(ofType: type)
        case .url(let url):
            guard url.hasPrefix("s3://") else { return nil }
            source = ["s3Location": ["uri": .string(url)]]
            format = Self.format(ofName: url)
        case .fileID: return nil
        }
        guard let format = format ?? Self.format(ofName: filename) else {
            throw .invalidArgument("\(path) does not say of which type it is: give a data: URL, or a name that tells")
        }
        switch part.type {
        case "image_url": return ["image": ["format": .string(format), "source": source]]
        case "video_url": return ["video": ["format": .string(format), "source": source]]
        default:
            return ["document": ["format": .string(format), "name": .string(name(filename)), "source": source]]
        }
    }

    /// The wire takes letters, digits, spaces, hyphens and brackets, and no extension.
    private static func name(_ filename: String) -> String {
        let stem = filename.lastIndex(of: ".").map { filename[..<$0] } ?? filename[...]
        let name = stem.prefix(200).map { character in
            let isTaken = character.isASCII && (character.isLetter || character.isNumber) || "-()[]".contains(character)
            return isTaken ? character : "-"
        }
        return name.isEmpty ? "document" : String(name)
    }

    /// The wire's names are the subtypes, with exceptions. Which there are is for the service to say: it learns new ones.
    private static func format(ofType type: String) -> String? {
        switch type {
        case "image/jpg": return "jpeg"
        case "video/quicktime": return "mov"
        case "video/x-matroska": return "mkv"
        case "text/plain": return "txt"
        case "text/markdown": return "md"
        case "application/msword": return "doc"
        case "application/vnd.openxmlformats-officedocument.wordprocessingml.document": return "docx"
        case "application/vnd.ms-excel": return "xls"
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": return "xlsx"
        default: return type.split(separator: "/", maxSplits: 1).dropFirst().first.map(String.init)
        }
    }

    /// The extension, likewise.
    private static func format(ofName name: String) -> String? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        case "jpg": return "jpeg"
        case "htm": return "html"
        case let format: return format
        }
    }
}
