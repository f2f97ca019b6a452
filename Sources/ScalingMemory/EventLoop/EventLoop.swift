internal import CLinux
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// The thread on which all of the library's input and output happens, and the executor of every Swift task in it.
///
/// Started by the first piece of work, in the process that needs it: a forked child starts its own. A turn runs the work
/// that was handed in, then timers, then what the turn's end is for, and sleeps in epoll until there is more.
/// `Reactor` holds what a turn works on.
package final class EventLoop: SerialExecutor, TaskExecutor {
    package static let shared = EventLoop()

    private enum Work {
        case job(UnownedJob)
        case action(@IOThread @Sendable () -> Void)
    }

    private struct Inbox: Sendable {
        enum Stage {
            case notStarted, running, stopped
        }
        var stage = Stage.notStarted
        var work: [Work] = []
        /// The loop is in epoll, or about to be, and no one has woken it yet.
        var isAsleep = false
        var wakeDescriptor: Int32 = -1
        var thread = pthread_t()
    }

    private let inbox = Locked(Inbox())
    /// Held by the loop whenever it is not asleep, so that `fork()` can wait until nothing is half done.
    private let turn = Locked(())
    /// The loop's thread as a number; 0 while there is none. Any thread compares itself with it.
    private let threadNumber = Atomic<UInt>(0)
    private let processGeneration = Atomic<Int>(0)

    private init() {
        ForkGuard.shared.protect(
            .eventLoop,
            prepare: { [self] in
                if !isOnLoop { turn.lockForFork() }
                inbox.lockForFork()
            },
            parent: { [self] in
                inbox.unlockAfterFork()
                if !isOnLoop { turn.unlockAfterFork() }
            },
            child: { [self] in
                inbox.unlockAfterFork()
                if !isOnLoop { turn.unlockAfterFork() }
                forgetParent()
            }
        )
    }

    /// How many forks lie between the process that loaded the library and this one. What belongs to another generation
    /// belongs to the parent.
    package var generation: Int { processGeneration.load(ordering: .acquiring) }

    package var isOnLoop: Bool {
        threadNumber.load(ordering: .acquiring) == UInt(pthread_self())
    }

    // MARK: Handing in work

    package func enqueue(_ job: consuming ExecutorJob) {
        // A job that comes after the end of the process has begun is dropped: nobody is left to wait for it.
        _ = add(.job(UnownedJob(job)))
    }

    /// Runs `action` on the loop, later; any thread. False, and nothing happens, when the process is exiting or the system
    /// has no thread to give.
    @discardableResult
    package func execute(_ action: @escaping @IOThread @Sendable () -> Void) -> Bool {
        add(.action(action))
    }

    private func add(_ work: Work) -> Bool {
        let (isTaken, sleeper) = inbox.withLock { inbox -> (Bool, Int32?) in
            switch inbox.stage {
            case .stopped: return (false, nil)
            case .notStarted: guard start(&inbox) else { return (false, nil) }
            case .running: break
            }
            inbox.work.append(work)
            guard inbox.isAsleep else { return (true, nil) }
            inbox.isAsleep = false
            return (true, inbox.wakeDescriptor)
        }
        // Not while the inbox is locked: the loop would wake to wait for the lock.
        if let sleeper { Self.wake(sleeper) }
        return isTaken
    }

    private static func wake(_ descriptor: Int32) {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    // MARK: Being an executor

    package func checkIsolated() {
        preconditionOnLoop()
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isOnLoop
    }

    package func preconditionOnLoop() {
        precondition(isOnLoop, "this runs on libllm's I/O thread only")
    }

    // MARK: The thread

    private func start(_ inbox: inout Inbox) -> Bool {
        _ = Self.exitHandler
        let descriptor = clinux_eventfd()
        guard descriptor >= 0 else { return false }
        inbox.wakeDescriptor = descriptor
        // The thread inherits a mask that blocks everything: signals are the host's.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let status = pthread_create(
            &inbox.thread,
            nil,
            { _ in
                clinux_name_this_thread("llm-io")
                EventLoop.shared.run()
                return nil
            },
            nil
        )
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard status == 0 else {
            close(descriptor)
            inbox.wakeDescriptor = -1
            return false
        }
        inbox.stage = .running
        return true
    }

    /// Work makes work: a task is a job for its beginning and one for each end of a wait. So much of that is done without a
    /// look at the descriptors in between.
    private static let roundsPerTurn = 4

    private func run() {
        threadNumber.store(UInt(pthread_self()), ordering: .releasing)
        let wakeDescriptor = inbox.withLock { $0.wakeDescriptor }
        turn.withLock { _ in IOThread.assumeIsolated { Reactor.make(wakeDescriptor: wakeDescriptor) } }
        var work: [Work] = []
        while true {
            let (sleepMs, isStopping) = turn.withLock { _ -> (Int32, Bool) in
                for _ in 0..<Self.roundsPerTurn {
                    inbox.withLock { inbox in swap(&work, &inbox.work) }
                    if work.isEmpty { break }
                    for piece in work { perform(piece) }
                    work.removeAll(keepingCapacity: true)
                }
                let sleepMs = IOThread.assumeIsolated { Reactor.current.finishTurn() }
                return inbox.withLock { inbox in
                    if inbox.stage == .stopped { return (0, true) }
                    inbox.isAsleep = inbox.work.isEmpty && sleepMs != 0
                    return (inbox.work.isEmpty ? sleepMs : 0, false)
                }
            }
            if isStopping { break }
            let ready = IOThread.assumeIsolated(with: sleepMs) { Reactor.current.sleep(milliseconds: $0) }
            turn.withLock { _ in
                inbox.withLock { $0.isAsleep = false }
                IOThread.assumeIsolated(with: ready) { Reactor.current.dispatch($0) }
            }
        }
        turn.withLock { _ in
            // What was handed in before the end began: calls among it are still to be told that it has.
            inbox.withLock { inbox in swap(&work, &inbox.work) }
            for piece in work { perform(piece) }
            IOThread.assumeIsolated { Reactor.current.stop() }
        }
        threadNumber.store(0, ordering: .releasing)
    }

    private func perform(_ work: Work) {
        switch work {
        case .job(let job):
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        case .action(let action): IOThread.assumeIsolated { action() }
        }
    }

    // MARK: Exit and fork

    /// Registered when the loop starts, which is after libcurl has initialised OpenSSL (`HTTPTransport.initialize`): exit
    /// handlers run in reverse order, so the loop is stopped before OpenSSL cleans up.
    private static let exitHandler: Void = {
        atexit { EventLoop.shared.stopAtExit() }
        return
    }()

    private func stopAtExit() {
        let thread = inbox.withLock { inbox -> pthread_t? in
            let wasRunning = inbox.stage == .running
            inbox.stage = .stopped
            guard wasRunning else { return nil }
            Self.wake(inbox.wakeDescriptor)
            return inbox.thread
        }
        if let thread, !isOnLoop { pthread_join(thread, nil) }
    }

    /// In a forked child, where the loop's thread does not exist: what was handed in belongs to the parent and is leaked,
    /// not destroyed, since destroying it could send something.
    private func forgetParent() {
        inbox.withLock { inbox in
            _ = Unmanaged.passRetained(Leaked(inbox.work))
            if inbox.wakeDescriptor >= 0 { close(inbox.wakeDescriptor) }
            inbox = Inbox()
        }
        Reactor.forgetParent()
        threadNumber.store(0, ordering: .releasing)
        processGeneration.add(1, ordering: .releasing)
    }

    private final class Leaked {
        let work: [Work]
        init(_ work: [Work]) { self.work = work }
    }
}
