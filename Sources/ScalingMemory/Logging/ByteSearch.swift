/// Finds a text in others, in time linear in both: D. Knuth, J. Morris and V. Pratt, "Fast pattern matching in strings",
/// SIAM J. Comput. 6 (1977).
struct ByteSearch: Sendable {
    private let wanted: [UInt8]
    /// How many bytes still match when the next one does not, for each number of bytes that did.
    private let fallback: [Int]

    /// `text` is not empty.
    init(_ text: [UInt8]) {
        wanted = text
        var fallback = [0, 0]
        var matching = 0
        for byte in wanted.dropFirst() {
            while matching > 0, wanted[matching] != byte { matching = fallback[matching] }
            if wanted[matching] == byte { matching += 1 }
            fallback.append(matching)
        }
        self.fallback = fallback
    }

    /// Covers every place where the text occurs, overlapping ones too.
    func cover(_ bytes: [UInt8], with mask: inout SecretMask) {
        var matching = 0
        var covered = 0
        for (index, byte) in bytes.enumerated() {
            while matching > 0, wanted[matching] != byte { matching = fallback[matching] }
            if wanted[matching] == byte { matching += 1 }
            if matching == wanted.count {
                mask.cover(max(covered, index + 1 - matching)..<(index + 1))
                covered = index + 1
                matching = fallback[matching]
            }
        }
    }
}
