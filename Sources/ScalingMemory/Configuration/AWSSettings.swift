/// How requests to AWS are signed, and where it is.
public struct AWSSettings: Sendable, Hashable {
    /// nil: those of the environment.
    public var credentials: AWSCredentials?
    /// Such as "eu-central-1"; nil: the environment's.
    public var region: String?

    public init(credentials: AWSCredentials? = nil, region: String? = nil) {
        self.credentials = credentials
        self.region = region
    }

    package init(_ object: FieldReader) throws(LLMError) {
        self.init()
        try object.allowOnly(["access_key_id", "secret_access_key", "session_token", "region"])
        if let name = try object.string("region") {
            region = try Self.checked(name, called: object.name("region"))
        }
        let keyID = try Secret(object, "access_key_id")
        let secret = try Secret(object, "secret_access_key")
        let token = try Secret(object, "session_token")
        if let keyID, let secret {
            credentials = AWSCredentials(accessKeyID: keyID.value, secretAccessKey: secret, sessionToken: token)
        } else if keyID != nil || secret != nil || token != nil {
            throw object.invalid(
                "\(object.path) has only a part of the credentials: it takes access_key_id and secret_access_key, and "
                    + "session_token besides where they are temporary"
            )
        }
    }

    /// A region's name goes into a host's name: nothing else may come with it.
    private static func checked(_ region: String, called name: String) throws(LLMError) -> String {
        let isName =
            !region.isEmpty
            && region.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
        guard isName else {
            throw .configuration("\(name) is \"\(region)\"; it takes a region's name such as \"us-east-1\"")
        }
        return region
    }

    // MARK: The environment

    static func credentialsFromEnvironment() throws(LLMError) -> AWSCredentials? {
        guard let keyID = try secret("AWS_ACCESS_KEY_ID"), let secretKey = try secret("AWS_SECRET_ACCESS_KEY") else {
            return nil
        }
        return AWSCredentials(
            accessKeyID: keyID.value,
            secretAccessKey: secretKey,
            sessionToken: try secret("AWS_SESSION_TOKEN")
        )
    }

    private static func secret(_ name: String) throws(LLMError) -> Secret? {
        guard let text = Environment.value(name) else { return nil }
        return try Secret(text, called: name)
    }

    static func regionFromEnvironment() throws(LLMError) -> String? {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let text = Environment.value(name) { return try checked(text, called: name) }
        }
        return nil
    }
}
