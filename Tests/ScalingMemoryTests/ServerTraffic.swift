@testable import ScalingMemory

/// A server with a limit, which its answers tell.
protocol LimitedServer: AnyObject {
    /// A request comes; false where it is refused.
    func take(at now: Int) -> Bool
    func reading(at now: Int, _ instant: (Int) -> Instant) -> ServerLimits.Reading
}

/// Lets so many requests through in each window.
final class FixedWindowServer: LimitedServer {
    private let limit: Int
    private let windowMs: Int
    private var window = 0
    private var used = 0

    init(limit: Int, windowMs: Int) {
        (self.limit, self.windowMs) = (limit, windowMs)
    }

    func take(at now: Int) -> Bool {
        if now / windowMs != window { (window, used) = (now / windowMs, 0) }
        guard used < limit else { return false }
        used += 1
        return true
    }

    func reading(at now: Int, _ instant: (Int) -> Instant) -> ServerLimits.Reading {
        ServerLimits.Reading(limit: limit, remaining: limit - used, resetsAt: instant((window + 1) * windowMs))
    }
}

/// A token bucket, which names the moment at which it will be full.
final class RefillingServer: LimitedServer {
    private let limit: Int
    private let periodMs: Int
    /// In units of which a request takes `periodMs`, and a millisecond brings `limit`.
    private var level: Int
    private var last = 0

    init(limit: Int, periodMs: Int) {
        (self.limit, self.periodMs) = (limit, periodMs)
        level = limit * periodMs
    }

    func take(at now: Int) -> Bool {
        level = min(limit * periodMs, level + (now - last) * limit)
        last = now
        guard level >= periodMs else { return false }
        level -= periodMs
        return true
    }

    func reading(at now: Int, _ instant: (Int) -> Instant) -> ServerLimits.Reading {
        let missing = limit * periodMs - level
        return ServerLimits.Reading(
            limit: limit,
            remaining: level / periodMs,
            resetsAt: instant(now + (missing + limit - 1) / limit)
        )
    }
}

/// More calls than a server takes, in a time of their own: what becomes of them.
struct ServerTraffic {
    private let server: any LimitedServer
    private let control = WatchedControl(.none)
    private let gapMs: Int
    private var random: SeededGenerator
    private var arriving: [(at: Int, number: Int)] = []
    private var answering: [(at: Int, number: Int, said: ServerLimits.Reading)] = []
    private var lastAdmitted: Int?

    private(set) var admitted = 0
    private(set) var refused = 0
    private(set) var mostWaiting = 0
    /// The longest time, once the crowd is there, in which nobody went.
    private(set) var longestPauseMs = 0

    /// `gapMs` lies between two calls on average; a request takes up to 30 ms to the server, its answer up to 80.
    init(_ server: any LimitedServer, gapMs: Int = 20, seed: UInt64) {
        (self.server, self.gapMs) = (server, gapMs)
        random = SeededGenerator(seed: seed)
    }

    mutating func run(ms duration: Int) {
        for now in 0..<duration {
            // One call is answered before the crowd comes.
            if now == 0 || now > 200 && random.chance(oneIn: gapMs) {
                if control.enqueue(TokenEstimate(prompt: 1, output: 0), Instant(nanoseconds: .max), at: ms(now))
                    == .admitted
                {
                    send(now)
                }
                mostWaiting = max(mostWaiting, control.control.queue.count)
            }
            for (_, number) in arriving.filter({ $0.at == now }) {
                if !server.take(at: now) { refused += 1 }
                answering.append((now + random.below(80), number, server.reading(at: now, ms)))
            }
            arriving.removeAll { $0.at <= now }
            for (_, number, said) in answering.filter({ $0.at == now }) {
                control.observe(number, at: ms(now)) { $0[.requests] = said }
                control.release(number, actual: nil, at: ms(now))
            }
            answering.removeAll { $0.at <= now }
            for _ in control.advance(to: ms(now)) { send(now) }
            if control.control.queue.isEmpty { lastAdmitted = nil }
        }
    }

    private mutating func send(_ now: Int) {
        arriving.append((now + 1 + random.below(30), admitted))
        admitted += 1
        if let lastAdmitted { longestPauseMs = max(longestPauseMs, now - lastAdmitted) }
        lastAdmitted = now
    }

    private func ms(_ milliseconds: Int) -> Instant { Instant(nanoseconds: 0).adding(milliseconds: milliseconds) }
}
