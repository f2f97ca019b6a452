/// What base URLs must be like.
extension URLParts {
    static let takes = "a URL such as \"https://api.openai.com/v1\""

    /// The URL without slashes at its end, and its parts. Throws an error that names "base_url" where it is none to which
    /// paths can be added.
    static func baseURL(_ text: String) throws(LLMError) -> (String, URLParts) {
        guard let parts = URLParts(text), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw .configuration("base_url is no URL; it takes \(takes)")
        }
        // "https:///v1", whose path some would take for the host.
        if text.contains(bytesOf: ":///") { throw .configuration("base_url has no host; it takes \(takes)") }
        guard parts.scheme == "https" || parts.scheme == "http" else {
            throw .configuration("base_url begins with \(parts.scheme)://; it takes https:// or http://")
        }
        if parts.hasCredentials {
            throw .configuration("base_url holds a user name or password; it takes \(takes)")
        }
        if parts.hasQueryOrFragment {
            throw .configuration("base_url holds a query or a fragment; it takes \(takes)")
        }
        var text = Substring(text)
        while text.hasSuffix("/") { text = text.dropLast() }
        return (String(text), parts)
    }
}
