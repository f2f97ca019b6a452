@testable import ScalingMemory

extension RateLimitSettings {
    /// No limit at all.
    static var none: RateLimitSettings {
        var limits = RateLimitSettings()
        (limits.perMinute, limits.perHour, limits.maxConcurrent, limits.maxWaitMs) = (0, 0, 0, 0)
        return limits
    }
}

/// An `AdmissionControl` whose waiters and grants have numbers.
final class WatchedControl {
    enum Decision: Equatable {
        case admitted
        case waiting(Int)
        case refused(AdmissionControl.Limit, Int?)
    }

    enum Event: Equatable {
        case admitted(Int)
        case gaveUp(Int, AdmissionControl.Limit)
    }

    var control: AdmissionControl
    private var tickets: [WaitQueue.Ticket] = []
    private var numbers: [WaitQueue.Ticket: Int] = [:]
    private var grants: [AdmissionControl.Grant] = []
    private var answered: Set<Int> = []

    init(_ limits: RateLimitSettings) {
        control = AdmissionControl(limits)
    }

    func enqueue(_ estimate: TokenEstimate, _ deadline: Instant, at now: Instant) -> Decision {
        switch control.enqueue(estimate, givingUpAt: deadline, at: now) {
        case .admitted(let grant):
            grants.append(grant)
            return .admitted
        case .waiting(let ticket):
            numbers[ticket] = tickets.count
            tickets.append(ticket)
            return .waiting(tickets.count - 1)
        case .refused(let refusal):
            return .refused(refusal.limit, refusal.waitMs)
        }
    }

    var inFlight: Int { control.inFlight }
    func level(_ limit: AdmissionControl.Limit, at now: Instant) -> Int? { control.level(limit, at: now) }
    func isAtRest(at now: Instant) -> Bool { control.isAtRest(at: now) }
    func nextWakeUp(at now: Instant) -> Instant? { control.nextWakeUp(at: now) }
    func hold(until moment: Instant) { control.hold(until: moment) }

    /// The response of the call that went as number `number` has begun.
    func observe(_ number: Int, at now: Instant, _ change: (inout ServerLimits) -> Void) {
        var limits = ServerLimits()
        change(&limits)
        control.observe(limits, of: grants[number], at: now)
        answered.insert(number)
    }

    func cancel(_ number: Int) -> Bool { control.cancel(tickets[number]) }

    func release(_ number: Int, actual: Int?, at now: Instant) {
        control.release(grants[number], actualTokens: actual, wasAnswered: answered.contains(number), at: now)
    }

    func advance(to now: Instant) -> [Event] {
        var events: [Event] = []
        control.advance(to: now) { event in
            switch event {
            case .admitted(let ticket, let grant):
                grants.append(grant)
                events.append(.admitted(numbers[ticket] ?? -1))
            case .gaveUp(let ticket, let refusal):
                events.append(.gaveUp(numbers[ticket] ?? -1, refusal.limit))
            }
        }
        return events
    }
}
