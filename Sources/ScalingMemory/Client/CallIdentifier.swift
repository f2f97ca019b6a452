internal import Synchronization

/// Names for calls.
enum CallIdentifier {
    private static let counter = Atomic<UInt64>(0)

    /// A number that no other call of this process has.
    static func next() -> UInt64 {
        counter.add(1, ordering: .relaxed).newValue
    }

    /// A name that no other call has, for logs: 96 random bits.
    static func make() -> String {
        let digits = Array("0123456789abcdef".utf8)
        var generator = SystemRandomNumberGenerator()
        var name = Array("call_".utf8)
        for bits in [generator.next(), generator.next()] as [UInt64] {
            var bits = bits
            for _ in 0..<12 {
                name.append(digits[Int(bits & 15)])
                bits >>= 4
            }
        }
        return String(decoding: name, as: UTF8.self)
    }
}
