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
        return this.writer.buffer
    }

    private init(extra: JSONObject) {
        self.extra = extra
    }

    /// Writes a field's name and lets `value` write its value.
    mutating func field(_ key: StaticString, _ value: (inout JSONWriter) throws(LLMError) -> Void) throws(LLMError) {
        guard extra["\(key)"] == nil else { return }
        writer.key(key)
        try value(&writer)
    }

    mutating func field(_ key: StaticString, _ text: String?) {
        if extra["\(key)"] == nil { writer.member(key, text) }
    }

    mutating func field(_ key: StaticString, _ number: Int?) {
        if extra["\(key)"] == nil { writer.member(key, number) }
    }

    mutating func field(_ key: StaticString, _ number: Double?) {
        if extra["\(key)"] == nil { writer.member(key, number) }
    }

    mutating func field(_ key: StaticString, _ value: JSONValue?) {
        if extra["\(key)"] == nil { writer.member(key, value) }
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
