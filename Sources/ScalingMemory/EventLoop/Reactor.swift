internal import CLinux

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Learns that a descriptor is ready.
@IOThread
protocol ReadinessHandler: AnyObject {
    func descriptorIsReady(_ descriptor: Int32, readable: Bool, writable: Bool, failed: Bool)
}

/// What the loop works on in a turn: descriptors in an epoll set, timers, and what is to be done once at its end.
@IOThread
final class Reactor {
    /// Made by the loop's thread before anything else runs on it.
    private(set) static var current = Reactor(wakeDescriptor: -1)

    private let epoll: Int32
    private let wakeDescriptor: Int32
    private var handlers: [Int32: any ReadinessHandler] = [:]
    private var timers = TimerQueue()
    private var pacing = TurnPacing()
    private var turnEnds: [any TurnEndHandler] = []
    private var stopActions: [() -> Void] = []
    private var events = [epoll_event](repeating: epoll_event(), count: 256)

    /// The time at which this turn began to work: near enough for timers, and cheaper than asking for each piece.
    private(set) var now = Instant.now

    private init(wakeDescriptor: Int32) {
        self.wakeDescriptor = wakeDescriptor
        epoll = wakeDescriptor < 0 ? -1 : clinux_epoll_create()
        if wakeDescriptor >= 0 { control(EPOLL_CTL_ADD, wakeDescriptor, UInt32(CLINUX_READABLE)) }
    }

    static func make(wakeDescriptor: Int32) {
        current = Reactor(wakeDescriptor: wakeDescriptor)
    }

    /// In a forked child: the epoll set is shared with the parent, so nothing is taken out of it; only this process's
    /// descriptor of it is closed. Everything else is leaked.
    nonisolated static func forgetParent() {
        // The child has one thread, and it is not the loop's; the parent's loop was asleep when it was copied.
        typealias Forget = () -> Void
        let forget: @IOThread () -> Void = {
            if current.epoll >= 0 { close(current.epoll) }
            _ = Unmanaged.passRetained(current)
            current = Reactor(wakeDescriptor: -1)
        }
        unsafeBitCast(forget, to: Forget.self)()
    }

    // MARK: Descriptors

    func watch(_ descriptor: Int32, readable: Bool, writable: Bool, for handler: any ReadinessHandler) {
        let events = UInt32(readable ? CLINUX_READABLE : 0) | UInt32(writable ? CLINUX_WRITABLE : 0)
        let isKnown = handlers.updateValue(handler, forKey: descriptor) != nil
        control(isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, events)
    }

    func unwatch(_ descriptor: Int32) {
        guard handlers.removeValue(forKey: descriptor) != nil else { return }
        control(EPOLL_CTL_DEL, descriptor, 0)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32) {
        var event = epoll_event()
        event.events = events
        event.data.fd = descriptor
        if epoll_ctl(epoll, operation, descriptor, &event) != 0, operation == EPOLL_CTL_MOD, errno == ENOENT {
            // The descriptor was closed and its number given out again.
            epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }

    // MARK: Time

    /// Runs `action` once, `milliseconds` from now.
    func schedule(afterMs milliseconds: Int, _ action: @escaping @IOThread () -> Void) -> TimerQueue.Timer {
        schedule(at: Instant.now.adding(milliseconds: milliseconds), action)
    }

    func schedule(at deadline: Instant, _ action: @escaping @IOThread () -> Void) -> TimerQueue.Timer {
        let timer = TimerQueue.Timer(deadline: deadline, action: action)
        timers.add(timer)
        return timer
    }

    func cancel(_ timer: TimerQueue.Timer) {
        timers.remove(timer)
    }

    // MARK: The turn's end

    /// Calls the handler once when this turn's work is done. It asks again in each turn.
    func atTurnEnd(_ handler: any TurnEndHandler) {
        turnEnds.append(handler)
    }

    /// Runs `action` when the process exits, before the loop's thread ends.
    func atStop(_ action: @escaping @IOThread () -> Void) {
        stopActions.append(action)
    }

    func stop() {
        for action in stopActions { action() }
        stopActions = []
        runTurnEnds()
    }

    // MARK: The loop's steps

    /// Fires what is due and says how long to sleep, in milliseconds; -1: until something happens.
    func finishTurn() -> Int32 {
        if !timers.isEmpty {
            now = .now
            while let timer = timers.popExpired(at: now) { timer.action() }
        }
        runTurnEnds()
        guard let deadline = timers.nextDeadline else { return -1 }
        let nanoseconds = deadline.nanoseconds - Instant.now.nanoseconds
        // Rounded up: waking early would only mean to sleep again.
        return nanoseconds <= 0 ? 0 : Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }

    private func runTurnEnds() {
        var index = 0
        while index < turnEnds.count {
            turnEnds[index].turnEnds()
            index += 1
        }
        turnEnds.removeAll(keepingCapacity: true)
    }

    /// How many descriptors became ready.
    func sleep(milliseconds: Int32) -> Int {
        if milliseconds != 0, pacing.pauseNs > 0 { pause() }
        let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
        return max(0, Int(count))
    }

    /// Lets events gather; whoever hands in work ends it. See `TurnPacing`.
    private func pause() {
        var wake = pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)
        var time = timespec(tv_sec: 0, tv_nsec: pacing.pauseNs)
        _ = clinux_poll(&wake, &time)
    }

    func dispatch(_ count: Int) {
        now = .now
        pacing.turnBegins(at: now, ready: count, of: handlers.count)
        for index in 0..<count {
            let descriptor = events[index].data.fd
            let ready = events[index].events
            if descriptor == wakeDescriptor {
                var value: UInt64 = 0
                _ = read(descriptor, &value, 8)
            } else if let handler = handlers[descriptor] {
                handler.descriptorIsReady(
                    descriptor,
                    readable: ready & UInt32(CLINUX_READABLE) != 0,
                    writable: ready & UInt32(CLINUX_WRITABLE) != 0,
                    failed: ready & UInt32(CLINUX_FAILED) != 0
                )
            }
        }
    }
}

/// Has something to do at the end of a turn in which it asked for it.
@IOThread
protocol TurnEndHandler: AnyObject {
    func turnEnds()
}
