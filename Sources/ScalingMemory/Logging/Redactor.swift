/// Takes keys and other credentials out of texts.
package struct Redactor: Sendable {
    private let known: [ByteSearch]

    /// Texts that are shorter are not taken for secrets: they would turn up everywhere.
    private static let shortestSecret = 4

    /// `headers`: fields that are sent with a request; of those that carry credentials, the values are secrets too.
    package init(_ secrets: [Secret?] = [], headers: [HTTPHeader] = []) {
        var texts = secrets.compactMap { $0?.value }
        for header in headers where CredentialScanner.isField(header.name.utf8) {
            texts.append(header.value)
            // Of "Bearer abc", the token by itself.
            texts.append(contentsOf: header.value.split(separator: " ").dropFirst().map(String.init))
        }
        // In JSON that is logged as text, a key with a quote in it looks otherwise.
        texts += texts.map { String(JSONValue.string($0).json.dropFirst().dropLast()) }
        known = Set(texts).filter { $0.utf8.count >= Self.shortestSecret }.map { ByteSearch($0.utf8) }
    }

    /// The text without the secrets that are known, and without what looks like a credential, whatever its value.
    package func redact(_ text: String) -> String {
        redacting(text) { $0 + CredentialScanner.credentials(in: $1) }
    }

    /// The text without the secrets that are known.
    package func removeSecrets(from text: String) -> String {
        if known.isEmpty { return text }
        return redacting(text) { known, _ in known }
    }

    private func redacting(_ text: String, _ all: ([Range<Int>], [UInt8]) -> [Range<Int>]) -> String {
        let bytes = Array(text.utf8)
        let found = all(known.flatMap { $0.occurrences(in: bytes) }, bytes)
        if found.isEmpty { return text }
        var result: [UInt8] = []
        var copied = 0
        for range in Self.joined(found) {
            result.append(contentsOf: bytes[copied..<range.lowerBound])
            result.append(contentsOf: Self.replacement)
            copied = range.upperBound
        }
        result.append(contentsOf: bytes[copied...])
        return String(decoding: result, as: UTF8.self)
    }

    /// The ranges in order; those that overlap or touch as one.
    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var joined: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined.removeLast()
                joined.append(last.lowerBound..<max(last.upperBound, range.upperBound))
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    private static let replacement = Array("[redacted]".utf8)
}
