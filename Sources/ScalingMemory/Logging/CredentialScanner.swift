/// Finds what looks like a credential by what stands before it: bearer tokens (RFC 6750), parameters of queries such as
/// "key=", "user:password@" in URLs, and the values of header fields and JSON members that carry keys.
struct CredentialScanner {
    private let text: [UInt8]
    private var position = 0
    private var mask: SecretMask

    /// Covers them. Takes time linear in the text.
    static func cover(_ text: [UInt8], with mask: inout SecretMask) {
        var scanner = CredentialScanner(text: text, mask: mask)
        scanner.scan()
        mask = scanner.mask
    }

    private init(text: [UInt8], mask: SecretMask) {
        self.text = text
        self.mask = mask
    }

    /// How the names of header fields and JSON members that hold credentials end.
    private static let fields: [StaticString] = [
        "authorization", "api-key", "api_key", "apikey", "cookie", "auth-token", "security-token", "access_token",
        "password",
        "secret",
    ]
    /// A query's parameters have shorter names.
    private static let parameters: [StaticString] = ["key", "token", "sig", "signature", "password", "secret"]

    /// Whether a header field of this name holds a credential.
    static func isField(_ name: [UInt8]) -> Bool {
        ends(name[...], with: fields)
    }

    private static func ends(_ name: ArraySlice<UInt8>, with suffixes: [StaticString]) -> Bool {
        for suffix in suffixes where name.count >= suffix.utf8CodeUnitCount {
            let suffix = UnsafeBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount)
            if zip(name.suffix(suffix.count), suffix).allSatisfy({ lowercased($0) == $1 }) { return true }
        }
        return false
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    // MARK: Scanning

    private mutating func scan() {
        while position < text.count {
            let start = position
            skip(Self.isWord)
            let word = text[start..<position]
            if word.isEmpty { position += 1 } else { takeCredential(after: word) }
        }
    }

    private mutating func takeCredential(after word: ArraySlice<UInt8>) {
        switch current {
        case UInt8(ascii: "=") where Self.ends(word, with: Self.parameters):
            position += 1
            if current == UInt8(ascii: "\"") { position += 1 }
            take { !Self.endsParameter($0) }
        case UInt8(ascii: ":") where text[position...].starts(with: "://".utf8):
            position += 3
            takeUserInfo()
        case 0x20 where word.count == 6 && Self.ends(word, with: ["bearer"]):
            skip { $0 == 0x20 }
            take(Self.isToken)
        default:
            guard Self.ends(word, with: Self.fields) else { return }
            // The name may stand in quotes, which may be escaped themselves.
            skip(Self.isQuoteOrSpace)
            guard current == UInt8(ascii: ":") else { return }
            position += 1
            takeFieldValue()
        }
    }

    /// RFC 3986, section 3.2.1; what follows "://".
    private mutating func takeUserInfo() {
        let authority = text[position...].prefix { !Self.endsAuthority($0) }
        guard let end = authority.lastIndex(of: UInt8(ascii: "@")) else { return }
        mask.cover(position..<end)
        position = end
    }

    /// In quotes up to the next one of the same depth (JSON within JSON has backslashes before its quotes), else to the end
    /// of the line: a field may hold anything.
    private mutating func takeFieldValue() {
        let backslash = UInt8(ascii: "\\")
        var depth = 0
        while let current, current == 0x20 || current == 0x09 || current == backslash {
            depth = current == backslash ? depth + 1 : 0
            position += 1
        }
        guard current == UInt8(ascii: "\"") else { return take { $0 != 0x0A && $0 != 0x0D } }
        position += 1
        let start = position
        var backslashes = 0
        while let current, current != UInt8(ascii: "\"") || backslashes > depth {
            backslashes = current == backslash ? backslashes + 1 : 0
            position += 1
        }
        mask.cover(start..<max(start, position - backslashes))
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skip(_ belongs: (UInt8) -> Bool) {
        while let current, belongs(current) { position += 1 }
    }

    private mutating func take(_ belongs: (UInt8) -> Bool) {
        let start = position
        skip(belongs)
        mask.cover(start..<position)
    }

    // MARK: Bytes

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased(byte))
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~+/=".utf8.contains(byte)
    }

    private static func isQuoteOrSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "'") || byte == 0x20
    }

    private static func endsParameter(_ byte: UInt8) -> Bool {
        byte <= 0x20 || "&#\"'<>;)".utf8.contains(byte)
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte <= 0x20 || "/?#\"'<>\\".utf8.contains(byte)
    }
}
