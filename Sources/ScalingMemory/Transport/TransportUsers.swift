internal import Synchronization

/// Counts the clients of this process: some time after the last one, connections that are kept open for the next request are closed.
enum TransportUsers {
    private static let count = Atomic<Int>(0)
    private static let hasTransport = Atomic<Bool>(false)

    static var areThere: Bool { count.load(ordering: .acquiring) > 0 }

    static func add() {
        count.add(1, ordering: .acquiringAndReleasing)
    }

    static func remove() {
        let isLast = count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
        // Nothing was ever sent: no thread is started to close nothing.
        if isLast, hasTransport.load(ordering: .acquiring) {
            EventLoop.shared.execute { HTTPTransport.closeIfUnused() }
        }
    }

    static func transportWasMade() {
        hasTransport.store(true, ordering: .releasing)
    }

    /// A forked child has neither clients nor connections of its own yet.
    static func protectFork() {
        ForkGuard.shared.protect(
            .innermost,
            child: {
                count.store(0, ordering: .releasing)
                hasTransport.store(false, ordering: .releasing)
            }
        )
    }
}
