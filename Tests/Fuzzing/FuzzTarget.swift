@testable import ScalingMemory

/// One thing that reads what comes from outside, and what must hold of it whatever comes.
struct FuzzTarget: Sendable {
    /// The name on the command line, and of the folder below `corpus`.
    let name: String
    private let check: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) {
        self.name = name
        self.check = check
    }

    /// Reads `input`. Throws `Violation` where something does not hold; whatever else goes wrong traps.
    func run(_ input: UnsafeRawBufferPointer) throws {
        try check(input)
    }

    static let all: [FuzzTarget] =
        FramingTargets.all + [JSONTarget.target, ThinkTagTarget.target, TemplateTarget.target] + WireTargets.all
        + BodyTargets.all + [RequestTarget.target]

    static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }
}

/// Something that must hold does not.
struct Violation: Error, CustomStringConvertible {
    let description: String
}

/// Throws where `condition` does not hold.
func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    if !condition { throw Violation(description: what()) }
}
