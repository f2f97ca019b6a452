/// Vectors for texts: the same one for the same text, of length 1, and otherwise without meaning.
enum EchoEmbedding {
    static let defaultDimensions = 8

    /// `{"data": [{"index", "embedding"}], "model", "usage"}`
    static func answer(to request: JSONValue) -> JSONValue {
        let texts = request["input"]?.array?.compactMap(\.string) ?? request["input"]?.string.map { [$0] } ?? []
        let dimensions = min(max(1, request["dimensions"]?.integer ?? defaultDimensions), 8192)
        let data = texts.enumerated().map { index, text -> JSONValue in
            let vector = vector(for: text, dimensions: dimensions).map(JSONValue.number)
            return ["object": "embedding", "index": .integer(index), "embedding": .array(vector)]
        }
        let tokens = JSONValue.integer(texts.reduce(0) { $0 + EchoText.words(of: $1).count })
        return [
            "object": "list", "data": .array(data), "model": request["model"] ?? "echo-embedding",
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ]
    }

    /// FNV-1a over the text seeds a xorshift generator (Marsaglia 2003), which gives the numbers.
    static func vector(for text: String, dimensions: Int) -> [Double] {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        if state == 0 { state = 1 }
        let numbers = (0..<dimensions).map { _ -> Double in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) / Double(1 << 52) - 1
        }
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length == 0 ? numbers : numbers.map { $0 / length }
    }
}
