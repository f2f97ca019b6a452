extension ChatQuirks {
    private static let fields: Set = [
        "max_tokens", "reasoning", "seed", "dimensions", "stream_options", "developer_role", "cache_control",
        "file_urls", "lacks", "returns", "think_tags",
    ]

    /// Reads `{"max_tokens": "max_completion_tokens", "reasoning": "reasoning", "seed": "random_seed", "dimensions":
    /// "output_dimension", "stream_options": false, "developer_role": false, "cache_control": false, "file_urls": false,
    /// "lacks": ["seed"], "returns": ["reasoning_content"], "think_tags": true}`; what is absent is as in `base`.
    package init(_ object: FieldReader, over base: ChatQuirks = ChatQuirks()) throws(LLMError) {
        try object.allowOnly(Self.fields)
        self = base
        maxTokensField = try Self.choice(object, "max_tokens") ?? maxTokensField
        reasoningField = try Self.choice(object, "reasoning") ?? reasoningField
        seedField = try object.string("seed") ?? seedField
        dimensionsField = try object.string("dimensions") ?? dimensionsField
        takesStreamOptions = try object.bool("stream_options") ?? takesStreamOptions
        takesDeveloperRole = try object.bool("developer_role") ?? takesDeveloperRole
        takesCacheControl = try object.bool("cache_control") ?? takesCacheControl
        takesFileURLs = try object.bool("file_urls") ?? takesFileURLs
        lacks = try Self.list(object, "lacks").map { Set($0) } ?? lacks
        returns = try Self.list(object, "returns") ?? returns
        hasThinkTags = try object.bool("think_tags") ?? hasThinkTags
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ object: FieldReader,
        _ key: String
    ) throws(LLMError) -> Choice? {
        guard let name = try object.string(key) else { return nil }
        guard let choice = Choice(rawValue: name) else {
            let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw object.invalid("\(object.name(key)) is \"\(name)\"; it takes \(names)")
        }
        return choice
    }

    private static func list(_ object: FieldReader, _ key: String) throws(LLMError) -> [String]? {
        guard let node = object.node[key], !node.isNull else { return nil }
        let names = node.elements.compactMap(\.string)
        guard node.kind == .array, names.count == node.count else {
            throw object.wrongType(key, takes: "an array of names")
        }
        return names
    }
}
