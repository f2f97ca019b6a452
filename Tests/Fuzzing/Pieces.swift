/// Cuts an input into pieces, as networks do. Where it is cut follows from the input itself, so that a finding is the input
/// and nothing else.
struct Pieces {
    /// Where each piece ends; the last ends where the input does.
    private let ends: [Int]

    /// All of it at once.
    static func whole(_ input: UnsafeRawBufferPointer) -> Pieces {
        Pieces(ends: [input.count])
    }

    /// Byte for byte.
    static func bytes(_ input: UnsafeRawBufferPointer) -> Pieces {
        Pieces(ends: Array(0..<input.count).map { $0 + 1 })
    }

    /// At places that chance chooses, short pieces more often than long ones; some are empty.
    static func random(_ input: UnsafeRawBufferPointer) -> Pieces {
        var random = Random(of: input)
        var ends: [Int] = []
        var end = 0
        while end < input.count {
            let most = 1 << Int.random(in: 0...10, using: &random)
            end = min(input.count, end + Int.random(in: 0...most, using: &random))
            ends.append(end)
        }
        return Pieces(ends: ends)
    }

    /// The three ways of cutting it.
    static func all(_ input: UnsafeRawBufferPointer) -> [(how: String, pieces: Pieces)] {
        [("whole", whole(input)), ("byte for byte", bytes(input)), ("cut at random", random(input))]
    }

    /// Hands over piece by piece until `body` returns false. Each lies in memory of its own, so that reading past its end
    /// is seen.
    func forEach<Failure: Error>(
        of input: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Bool
    ) throws(Failure) {
        var start = 0
        for end in ends {
            let piece = ContiguousArray(input[start..<end])
            start = end
            let goesOn = try piece.withUnsafeBufferPointer { (bytes) throws(Failure) in
                try body(UnsafeRawBufferPointer(bytes))
            }
            if !goesOn { return }
        }
    }
}

/// Numbers that follow from an input. SplitMix64, seeded with FNV-1a.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(of input: UnsafeRawBufferPointer) {
        state = input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
