extension LLMError {
    /// The error with every occurrence of the keys taken out of its texts: some providers repeat the key that they refuse.
    package func redacting(_ secrets: [Secret?]) -> LLMError {
        var error = self
        for secret in secrets.compactMap({ $0?.value }) where secret.utf8.count >= 4 {
            error.message = Self.removing(secret, from: error.message)
            error.requestID = error.requestID.map { Self.removing(secret, from: $0) }
            error.partial?.requestID = error.requestID
            error.providerMessage = error.providerMessage.map { Self.removing(secret, from: $0) }
            error.providerCode = error.providerCode.map { Self.removing(secret, from: $0) }
        }
        return error
    }

    private static func removing(_ secret: String, from text: String) -> String {
        let secret = Array(secret.utf8)
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: secret) {
                result += "[redacted]".utf8
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
