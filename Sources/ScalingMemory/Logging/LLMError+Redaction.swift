extension LLMError {
    /// The error with every occurrence of the keys taken out of its texts: some providers repeat the key that they refuse.
    package func redacting(_ secrets: [Secret?]) -> LLMError {
        redacting(Redactor(secrets))
    }

    /// The same with a redactor that knows the keys.
    package func redacting(_ redactor: Redactor) -> LLMError {
        var error = self
        error.message = redactor.removeSecrets(from: message)
        let requestID = self.requestID.map(redactor.removeSecrets)
        error.requestID = requestID
        error.partial?.requestID = requestID
        error.providerMessage = providerMessage.map(redactor.removeSecrets)
        error.providerCode = providerCode.map(redactor.removeSecrets)
        return error
    }
}
