#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A value behind a mutex.
///
/// A pthread mutex rather than `Synchronization.Mutex`, because `fork()` needs it taken and given back around the system
/// call (see `ForkGuard`), and because the thread sanitizer knows it. Unsafe inside, since a mutex must not move in memory.
package final class Locked<Value>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// For `ForkGuard` only: holds the mutex across `fork()`.
    func lockForFork() { pthread_mutex_lock(mutex) }
    func unlockAfterFork() { pthread_mutex_unlock(mutex) }
}
