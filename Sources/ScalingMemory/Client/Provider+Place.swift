/// Where a provider is and who signs, as a configuration and the environment say.
extension Provider {
    /// The configuration's base URL or the provider's own, which may have a region in it.
    func baseURL(_ configuration: Configuration, region: String?) throws(LLMError) -> String {
        if let url = configuration.baseURL { return url }
        if baseURL.isEmpty {
            if let url = baseURLVariables.lazy.compactMap(Environment.value).first { return url }
            throw .configuration(
                "\(name) has no address of its own: give base_url, or set "
                    + baseURLVariables.joined(separator: " or ")
            )
        }
        let parts = baseURL.split(separator: "{")
        guard parts.count == 2, let end = parts[1].firstIndex(of: "}") else { return baseURL }
        guard let region else { throw Self.missingRegion(name) }
        return parts[0] + region + parts[1][parts[1].index(after: end)...]
    }

    private static func missingRegion(_ name: String) -> LLMError {
        .configuration("\(name) needs a region: give \"aws\": {\"region\"}, or set AWS_REGION")
    }

    /// nil where none is named, or the provider has no regions.
    func region(_ configuration: Configuration) throws(LLMError) -> String? {
        guard authentication == .aws else { return nil }
        if let region = configuration.aws?.region { return region }
        return try AWSSettings.regionFromEnvironment()
    }

    /// Who signs; nil where nobody does.
    func signer(_ configuration: Configuration, region: String?, host: String) throws(LLMError) -> AWSSigner? {
        guard authentication == .aws else { return nil }
        var credentials = configuration.aws?.credentials
        if credentials == nil { credentials = try AWSSettings.credentialsFromEnvironment() }
        guard let credentials else { return nil }
        guard let region = region ?? Self.region(ofHost: host) else { throw Self.missingRegion(name) }
        return AWSSigner(credentials: credentials, region: region, service: "bedrock")
    }

    /// "bedrock-runtime.eu-west-1.amazonaws.com" has it in its name.
    private static func region(ofHost host: String) -> String? {
        let labels = host.split(separator: ".")
        guard labels.count >= 4, labels[0].hasPrefix("bedrock-runtime"), labels[2] == "amazonaws" else { return nil }
        return String(labels[1])
    }
}
