internal import CLinux
internal import Synchronization

/// Names for calls.
enum CallIdentifier {
    private static let counter = Atomic<UInt64>(0)

    /// A number that no other call of this process has.
    static func next() -> UInt64 {
        counter.add(1, ordering: .relaxed).newValue
    }

    /// A name that no other call has, for logs: 96 random bits, in one system call (Swift's generator makes one for 64).
    static func make() -> String {
        var bits: (UInt32, UInt32, UInt32) = (0, 0, 0)
        if !clinux_random(&bits, MemoryLayout.size(ofValue: bits)) {
            bits = (.random(in: 0 ... .max), .random(in: 0 ... .max), .random(in: 0 ... .max))
        }
        let prefix: StaticString = "call_"
        return String(unsafeUninitializedCapacity: prefix.utf8CodeUnitCount + 24) { name in
            var end = prefix.withUTF8Buffer { name[...].initialize(fromContentsOf: $0) }
            for part in [bits.0, bits.1, bits.2] {
                for digit in 0..<8 {
                    name.initializeElement(at: end, to: hexDigit(part >> (4 * digit) & 15))
                    end += 1
                }
            }
            return end
        }
    }

    private static func hexDigit(_ value: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: value) + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
