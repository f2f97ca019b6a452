/// A large value that seldom is there, kept apart: what has it stays small, and is quickly copied.
struct Boxed<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var box: Box?

    init() {}

    var value: Value? {
        get { box?.value }
        set { box = newValue.map(Box.init) }
    }
}
