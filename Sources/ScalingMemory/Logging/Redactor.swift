/// Takes keys and other credentials out of texts.
package struct Redactor: Sendable {
    private let known: [ByteSearch]

    /// Texts that are shorter are not taken for secrets: they would turn up everywhere.
    private static let shortestSecret = 4

    /// `headers`: fields that are sent with a request; of those that carry credentials, the values are secrets too.
    package init(_ secrets: [Secret?], headers: [HTTPHeader] = []) {
        var known: [ByteSearch] = []
        for secret in secrets { if let secret { Self.add(secret.value, to: &known) } }
        for header in headers where CredentialScanner.isField(Array(header.name.utf8)) {
            Self.add(header.value, to: &known)
            // Of "Bearer abc", the token by itself.
            let token = header.value.utf8.drop { $0 != 0x20 }.dropFirst()
            Self.add(String(decoding: token, as: UTF8.self), to: &known)
        }
        self.known = known
    }

    private static func add(_ secret: String, to known: inout [ByteSearch]) {
        guard secret.utf8.count >= shortestSecret else { return }
        known.append(ByteSearch(Array(secret.utf8)))
        // In JSON that is shown as text, a key with a quote in it looks otherwise.
        let json = Array(JSONValue.string(secret).json.utf8)
        if json.count > secret.utf8.count + 2 { known.append(ByteSearch(Array(json[1..<(json.count - 1)]))) }
    }

    /// The text without the secrets that are known, and without what looks like a credential, whatever its value.
    package func redact(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var mask = SecretMask(byteCount: bytes.count)
        for secret in known { secret.cover(bytes, with: &mask) }
        CredentialScanner.cover(bytes, with: &mask)
        return mask.isEmpty ? text : mask.applied(to: bytes)
    }

    /// The text without the secrets that are known.
    package func removeSecrets(from text: String) -> String {
        if known.isEmpty { return text }
        let bytes = Array(text.utf8)
        var mask = SecretMask(byteCount: bytes.count)
        for secret in known { secret.cover(bytes, with: &mask) }
        return mask.isEmpty ? text : mask.applied(to: bytes)
    }
}

/// Which bytes of a text must not be seen.
struct SecretMask {
    private var isCovered: [Bool]
    private(set) var isEmpty = true

    init(byteCount: Int) {
        isCovered = [Bool](repeating: false, count: byteCount)
    }

    mutating func cover(_ range: Range<Int>) {
        for index in range.clamped(to: isCovered.indices) {
            isCovered[index] = true
            isEmpty = false
        }
    }

    /// The text with "[redacted]" in place of each stretch that is covered.
    func applied(to bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        var wasCovered = false
        for (byte, isCovered) in zip(bytes, isCovered) {
            if !isCovered {
                result.append(byte)
            } else if !wasCovered {
                result.append(contentsOf: "[redacted]".utf8)
            }
            wasCovered = isCovered
        }
        return String(decoding: result, as: UTF8.self)
    }
}
