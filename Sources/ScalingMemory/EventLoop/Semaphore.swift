internal import CLinux

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A POSIX semaphore: how a caller's thread waits for the I/O thread.
///
/// It always waits with a deadline, also where it may take for ever: with one, Linux ends the wait when a signal handler
/// has run even if the handler was installed with SA_RESTART, and hosts need that for Ctrl-C. Unsafe inside, since a
/// semaphore must not move in memory.
final class Semaphore: @unchecked Sendable {
    enum Wait {
        case signaled, timedOut
        /// A signal handler ran on this thread.
        case interrupted
    }

    private let semaphore: UnsafeMutablePointer<sem_t>
    private static let longestWaitMs = 24 * 60 * 60 * 1000

    init() {
        semaphore = .allocate(capacity: 1)
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() {
        sem_post(semaphore)
    }

    /// nil waits for as long as it takes.
    func wait(until deadline: Instant?) -> Wait {
        while true {
            let end = deadline ?? Instant.now.adding(milliseconds: Self.longestWaitMs)
            var time = timespec(
                tv_sec: Int(end.nanoseconds / 1_000_000_000),
                tv_nsec: Int(end.nanoseconds % 1_000_000_000)
            )
            if clinux_sem_wait(semaphore, &time) == 0 { return .signaled }
            switch errno {
            case EINTR: return .interrupted
            case ETIMEDOUT where deadline == nil: continue
            default: return .timedOut
            }
        }
    }
}
