/// Writes a request's body: the adapter's fields, then the request's `extra` as it is. A field that `extra` sets is left
/// out of the adapter's.
struct RequestBody {
    var writer = JSONWriter(to: ByteBuffer(reserving: 1024))
    private let extra: JSONObject

    static func write(
        extra: JSONObject,
        _ body: (inout RequestBody) throws(LLMError) -> Void
    ) throws(LLMError)
        -> ByteBuffer
    {
        var this = RequestBody(extra: extra)
        this.writer.buffer.append("{")
        try body(&this)
        for member in extra.members {
            this.writer.key(member.key)
            this.writer.value(member.value)
        }
        this.writer.buffer.append("}")
        if this.writer.buffer.hasFailed { throw LLMError(.memory, "there is no memory for the request") }
        this.writer.buffer.fit()
        return this.writer.buffer
    }

    private init(extra: JSONObject) {
        self.extra = extra
    }

    private func isInExtra(_ key: StaticString) -> Bool {
        !extra.isEmpty && extra["\(key)"] != nil
    }

    /// Writes a field's name and lets `value` write its value.
    mutating func field(_ key: StaticString, _ value: (inout JSONWriter) throws(LLMError) -> Void) throws(LLMError) {
        guard !isInExtra(key) else { return }
        writer.key(key)
        try value(&writer)
    }

    mutating func field(_ key: StaticString, _ text: String?) {
        if !isInExtra(key) { writer.member(key, text) }
    }

    mutating func field(_ key: StaticString, _ number: Int?) {
        if !isInExtra(key) { writer.member(key, number) }
    }

    mutating func field(_ key: StaticString, _ number: Double?) {
        if !isInExtra(key) { writer.member(key, number) }
    }

    mutating func field(_ key: StaticString, _ value: JSONValue?) {
        if !isInExtra(key) { writer.member(key, value) }
    }

    mutating func field(named key: String, _ value: JSONValue?) {
        guard extra[key] == nil, let value else { return }
        writer.key(key)
        writer.value(value)
    }

    mutating func field(_ key: StaticString, texts: [String]) {
        if !texts.isEmpty { field(key, .array(texts.map(JSONValue.string))) }
    }
}
