internal import CLinux

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// What makes a queue's readiness visible to an event loop: a pair of connected sockets. The reader's loop watches one, and
/// a byte that was written to the other makes it readable. Sockets rather than an eventfd, because Node's `net.Socket`
/// takes nothing else; non-blocking, and closed when the process executes another program.
///
/// A forked child closes its copies, so that it neither reads the parent's bytes nor keeps the parent's sockets open.
final class QueueDescriptor: Sendable {
    let forReader: Int32
    private let forQueue: Int32

    /// The descriptors that are open, and the lock under which they are opened and closed.
    private static let open: Locked<Set<Int32>> = {
        let open = Locked<Set<Int32>>([])
        ForkGuard.shared.protect(
            .innermost,
            prepare: { open.lockForFork() },
            parent: { open.unlockAfterFork() },
            child: {
                open.unlockAfterFork()
                open.withLock { open in
                    for descriptor in open { _ = Glibc.close(descriptor) }
                    open = []
                }
            }
        )
        return open
    }()

    /// To be called before the first queue is used, so that the registry is there when the process is copied.
    static func protectFork() {
        _ = open
    }

    /// nil where the system has no descriptors to give.
    init?() {
        let pair = Self.open.withLock { open -> (Int32, Int32)? in
            var pair: (Int32, Int32) = (-1, -1)
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            let status = withUnsafeMutablePointer(to: &pair) { pair in
                pair.withMemoryRebound(to: Int32.self, capacity: 2) { socketpair(AF_UNIX, type, 0, $0) }
            }
            guard status == 0 else { return nil }
            open.formUnion([pair.0, pair.1])
            return pair
        }
        guard let pair else { return nil }
        (forReader, forQueue) = pair
    }

    func close() {
        Self.open.withLock { open in
            for descriptor in [forReader, forQueue] where open.remove(descriptor) != nil {
                _ = Glibc.close(descriptor)
            }
        }
    }

    /// Makes the reader's end readable.
    func raise() {
        var byte: UInt8 = 1
        _ = send(forQueue, &byte, 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
    }

    /// Takes the byte away again.
    func lower() {
        var byte: UInt8 = 0
        _ = recv(forReader, &byte, 1, 0)
    }
}
