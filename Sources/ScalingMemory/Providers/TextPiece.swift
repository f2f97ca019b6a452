/// What a stream's event came to, where it was one piece of text and nothing else: the promise of a decoder that an event
/// which differs from it in that text alone is read in the same way.
public struct TextPiece: Sendable {
    /// Where the text stands in the event's data, between its quotes; no escape is in it.
    let text: Range<Int>
    /// Where the names of members end whose values may differ too, since nobody reads them.
    private(set) var ignored: [Int] = []

    /// nil where `text` does not lie in `data`: it is empty, or had to be unescaped.
    init?(_ text: UnsafeRawBufferPointer?, in data: UnsafeRawBufferPointer) {
        guard let text, let range = Self.range(of: text, in: data) else { return nil }
        self.text = range
    }

    private static func range(of part: UnsafeRawBufferPointer, in data: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let start = part.baseAddress, let dataStart = data.baseAddress, !part.isEmpty else { return nil }
        let offset = start - dataStart
        guard offset >= 0, offset <= data.count - part.count else { return nil }
        return offset..<(offset + part.count)
    }

    /// The value of this member is not looked at.
    mutating func ignore(_ key: JSONKey?, in data: UnsafeRawBufferPointer) {
        guard let key, let name = Self.range(of: key.utf8, in: data) else { return }
        ignored.append(name.upperBound)
    }
}
