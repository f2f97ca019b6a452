extension LLMError {
    /// The longest message, in characters; the provider's own words may be longer.
    static let longestMessage = 400
    static let longestProviderMessage = 4000
    static let longestIdentifier = 200

    /// The error with texts of a bounded length, and a message of one line: what servers send has neither. Comes after
    /// redaction, since a cut in the middle of a key would leave the rest of it unrecognised.
    package func bounded() -> LLMError {
        var error = self
        error.message = message.inOneLine.shortened(to: Self.longestMessage)
        error.providerMessage = providerMessage?.shortened(to: Self.longestProviderMessage)
        error.providerCode = providerCode?.inOneLine.shortened(to: Self.longestIdentifier)
        let requestID = self.requestID?.inOneLine.shortened(to: Self.longestIdentifier)
        error.requestID = requestID
        error.partial?.requestID = requestID
        return error
    }
}

extension String {
    /// The text, its end cut off where it has more characters than `count`.
    func shortened(to count: Int) -> String {
        // No character is longer than its bytes: most texts need not be counted.
        guard utf8.count > count, let end = index(startIndex, offsetBy: count, limitedBy: endIndex), end < endIndex
        else {
            return self
        }
        return self[..<end] + "…"
    }

    /// The text with a space in place of every run of line ends and other control characters.
    fileprivate var inOneLine: String {
        guard utf8.contains(where: { $0 < 0x20 }) else { return self }
        return split { $0.isNewline || $0.utf8.first.map { $0 < 0x20 } ?? false }.joined(separator: " ")
    }
}
