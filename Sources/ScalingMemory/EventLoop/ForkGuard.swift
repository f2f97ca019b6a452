#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Keeps `fork()` from cutting through something half done: whoever has state that all calls share says here what to hold
/// while the process is copied, and what to forget in the copy.
///
/// Everything runs in order of registration. The event loop registers first: once it is held, the loop's thread is asleep
/// and has nothing else in its hands.
final class ForkGuard: Sendable {
    static let shared = ForkGuard()

    private struct Protection: Sendable {
        let prepare: @Sendable () -> Void
        let parent: @Sendable () -> Void
        let child: @Sendable () -> Void
    }

    private let protections = Locked<[Protection]>([])

    private init() {
        pthread_atfork(
            { ForkGuard.shared.prepare() },
            { ForkGuard.shared.release(\.parent) },
            { ForkGuard.shared.release(\.child) }
        )
    }

    func protect(
        prepare: @escaping @Sendable () -> Void = {},
        parent: @escaping @Sendable () -> Void = {},
        child: @escaping @Sendable () -> Void
    ) {
        protections.withLock { $0.append(Protection(prepare: prepare, parent: parent, child: child)) }
    }

    private func prepare() {
        let all = protections.withLock { $0 }
        for protection in all { protection.prepare() }
        protections.lockForFork()
    }

    private func release(_ side: any KeyPath<Protection, @Sendable () -> Void> & Sendable) {
        protections.unlockAfterFork()
        let all = protections.withLock { $0 }
        for protection in all { protection[keyPath: side]() }
    }
}
