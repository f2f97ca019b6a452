internal import CLinux

/// Keeps `fork()` from cutting through something half done: whoever has state that all calls share says here what to hold
/// while the process is copied, and what to forget in the copy.
///
/// Made in the library's first use (`FirstUse`). What is held is taken in the order of its level, as everybody else takes it too.
final class ForkGuard: Sendable {
    static let shared = ForkGuard()

    enum Level: Int, Sendable, CaseIterable {
        /// Held around other locks.
        case outermost
        /// Once it is held, the loop's thread is asleep and has nothing else in its hands.
        case eventLoop
        /// Nothing is locked under it.
        case innermost
    }

    private struct Protection: Sendable {
        let level: Level
        let prepare: @Sendable () -> Void
        let parent: @Sendable () -> Void
        let child: @Sendable () -> Void
    }

    private let protections = Locked<[Protection]>([])

    private init() {
        clinux_protect_fork(
            { ForkGuard.shared.prepare() },
            { ForkGuard.shared.release(\.parent) },
            { ForkGuard.shared.release(\.child) }
        )
    }

    func protect(
        _ level: Level,
        prepare: @escaping @Sendable () -> Void = {},
        parent: @escaping @Sendable () -> Void = {},
        child: @escaping @Sendable () -> Void
    ) {
        protections.withLock { all in
            all.append(Protection(level: level, prepare: prepare, parent: parent, child: child))
            all.sort { $0.level.rawValue < $1.level.rawValue }
        }
    }

    private func prepare() {
        // Level by level: who held a lock of an outer one may have added protections of inner ones until it was given up.
        for level in Level.allCases {
            for protection in protections.withLock({ $0 }) where protection.level == level { protection.prepare() }
        }
        protections.lockForFork()
    }

    private func release(_ side: any KeyPath<Protection, @Sendable () -> Void> & Sendable) {
        protections.unlockAfterFork()
        let all = protections.withLock { $0 }
        for protection in all { protection[keyPath: side]() }
    }
}
