internal import CLinux

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Writes lines to stderr, and never waits for whoever reads it: what there is no room for is dropped, and the next line
/// that goes out says how many were.
package final class StandardErrorSink: LogSink {
    private struct State: Sendable {
        let output = ByteBuffer()
        /// How much of `output` has gone out; the rest goes before the next line.
        var sent = 0
        var dropped = 0
        var generation = EventLoop.shared.generation
    }

    private let state = Locked(State())

    package init() {}

    package func write(_ line: LogLine) {
        state.withLock { state in
            if state.generation != EventLoop.shared.generation {
                // A forked child: the rest of the parent's line is the parent's.
                state = State()
            }
            if !Self.send(state.output, &state.sent) {
                state.dropped += 1
                return
            }
            state.output.removeAll()
            state.sent = 0
            line.append(to: state.output, dropped: state.dropped)
            state.output.append(UInt8(ascii: "\n"))
            _ = Self.send(state.output, &state.sent)
            if state.sent > 0 {
                state.dropped = 0
            } else {
                // Not begun, and so not owed.
                state.output.removeAll()
                state.dropped += 1
            }
        }
    }

    /// Sends what follows the first `sent` bytes, as far as there is room. Whether all is out.
    private static func send(_ output: ByteBuffer, _ sent: inout Int) -> Bool {
        guard sent < output.count else { return true }
        return BrokenPipeSignal.blocked {
            while sent < output.count {
                let rest = UnsafeRawBufferPointer(rebasing: output.bytes[sent...])
                let count = StandardError.writeWithoutWaiting(rest)
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}

/// The process's descriptor 2, which is shared with the host: its flags are not ours to change.
private enum StandardError {
    /// How many bytes went out; 0 where there is no room, or nobody who reads.
    static func writeWithoutWaiting(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            // A socket has flags for each piece.
            var count = Glibc.send(
                STDERR_FILENO,
                bytes.baseAddress,
                bytes.count,
                Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
            )
            if count < 0, errno == ENOTSOCK {
                // A pipe that poll() finds writable takes PIPE_BUF bytes without waiting (pipe(7)).
                var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                guard poll(&descriptor, 1, 0) == 1, descriptor.revents & Int16(POLLOUT) != 0 else { return 0 }
                count = Glibc.write(STDERR_FILENO, bytes.baseAddress, min(bytes.count, Int(PIPE_BUF)))
            }
            if count >= 0 { return count }
            if errno != EINTR { return 0 }
        }
    }
}

/// SIGPIPE, which writing to a pipe without a reader sends to the thread that writes.
private enum BrokenPipeSignal {
    /// Runs `body` in such a way that the host sees no SIGPIPE of it, whatever it does with that signal.
    static func blocked<Result>(_ body: () -> Result) -> Result {
        var signal = sigset_t()
        sigemptyset(&signal)
        sigaddset(&signal, SIGPIPE)
        var pending = sigset_t()
        sigpending(&pending)
        let wasPending = sigismember(&pending, SIGPIPE) == 1
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, &signal, &before)
        defer {
            if !wasPending {
                // Takes ours away, if there is one.
                var none = timespec()
                while sigtimedwait(&signal, nil, &none) < 0, errno == EINTR {}
            }
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        return body()
    }
}
