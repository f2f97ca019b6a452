/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same numbers for the same seed, so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 to `bound` - 1. Not quite even, which does not matter here, and fast in a debug build.
    mutating func below(_ bound: Int) -> Int {
        Int(next() >> 1) % max(1, bound)
    }

    mutating func chance(oneIn: Int) -> Bool {
        below(oneIn) == 0
    }
}
