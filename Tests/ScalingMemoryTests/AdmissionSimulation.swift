@testable import ScalingMemory

/// Random traffic through an `AdmissionControl`, in a time of its own, with everything that it decides written down and
/// held against models that do not share its code. What does not hold is counted, not asserted one by one: there are a
/// million of each.
struct AdmissionSimulation {
    struct Traffic {
        var arrivals = 100_000
        /// Between two arrivals, on average.
        var gapMs = 50
        /// Of a call, on average.
        var durationMs = 500
        var tokens = 1
        /// Whether calls use something else than they reserved.
        var settles = false
        var cancels = true
        var serverSpeaks = false
    }

    enum End: UInt8 {
        case none, admitted, refused, canceled, gaveUp
    }

    struct Violations: Equatable {
        var endedTwice = 0
        var neverEnded = 0
        var outOfOrder = 0
        var tooManyAtOnce = 0
        var lateAdmissions = 0
        var wrongGivingUp = 0
        var wrongRefusals = 0
        var duringHold = 0
        var levelsOff = 0
        var wrongSums = 0
    }

    let limits: RateLimitSettings
    let traffic: Traffic
    private var control: AdmissionControl
    private var random: SeededGenerator
    private var now = Instant(nanoseconds: 1_000_000_000_000)

    private var ends: [End] = []
    private var deadlines: [Instant] = []
    private var arrivalOf: [WaitQueue.Ticket: Int] = [:]
    private var ticketOf: [Int: WaitQueue.Ticket] = [:]
    private var running: [(end: Instant, grant: AdmissionControl.Grant, wasAnswered: Bool)] = []
    private var lastAdmitted = -1
    private var heldUntil = Instant(nanoseconds: 0)
    private var levels: [(limit: AdmissionControl.Limit, model: LevelModel)] = []

    private(set) var violations = Violations()
    private(set) var admissions: [(at: Instant, amount: Int)] = []
    /// Reserved tokens, and what was given back or owed.
    private(set) var tokenFlow: [(at: Instant, amount: Int)] = []
    private(set) var counts: [End: Int] = [:]
    private(set) var mostWaiting = 0

    init(_ limits: RateLimitSettings, _ traffic: Traffic, seed: UInt64) {
        self.limits = limits
        self.traffic = traffic
        control = AdmissionControl(limits)
        random = SeededGenerator(seed: seed)
        let burst = limits.burst > 0 ? limits.burst : limits.perMinute
        if limits.perMinute > 0 { levels.append((.perMinute, LevelModel(limits.perMinute, minutes: 1, burst))) }
        if limits.perHour > 0 { levels.append((.perHour, LevelModel(limits.perHour, minutes: 60, limits.perHour))) }
        if limits.tokensPerMinute > 0 {
            let limit = limits.tokensPerMinute
            levels.append((.tokensPerMinute, LevelModel(limit, minutes: 1, limit)))
        }
    }

    // MARK: Running

    /// Lets other tests have their turn, which are few at a time and some of which have a limit of time.
    mutating func run() async {
        for number in 0..<traffic.arrivals {
            if number % 16 == 0 { await Task.yield() }
            let next = now.adding(microseconds: random.below(2 * traffic.gapMs * 1000))
            pass(until: next)
            arrive()
            if traffic.cancels, random.chance(oneIn: 10) { cancel() }
            if traffic.serverSpeaks, random.chance(oneIn: 1000) {
                heldUntil = max(heldUntil, now.adding(microseconds: random.below(3_000_000)))
                control.hold(until: heldUntil)
            }
            advance()
            if random.chance(oneIn: 64) { compareLevels() }
        }
        pass(until: Instant(nanoseconds: .max))
        compareLevels()
        violations.neverEnded = ends.count { $0 == .none }
        for end in ends { counts[end, default: 0] += 1 }
        if control.inFlight != 0 || !control.queue.isEmpty || control.queue.tokens != 0 { violations.wrongSums += 1 }
    }

    /// Lets ends of calls and wake-ups happen, each at its time.
    private mutating func pass(until end: Instant) {
        while true {
            let release = running.indices.min { running[$0].end < running[$1].end }
            let releaseAt = release.map { running[$0].end } ?? Instant(nanoseconds: .max)
            let wakeUp = control.nextWakeUp(at: now) ?? Instant(nanoseconds: .max)
            let moment = min(releaseAt, wakeUp)
            guard moment < end else { break }
            now = moment
            if let release, releaseAt <= moment { self.release(release) }
            advance()
        }
        if end.nanoseconds < .max { now = end }
    }

    private mutating func arrive() {
        let estimate = TokenEstimate(prompt: 1 + random.below(traffic.tokens), output: 0)
        let index = ends.count
        let deadline =
            random.chance(oneIn: 4)
            ? Instant(nanoseconds: .max)
            : now.adding(microseconds: random.below(random.chance(oneIn: 2) ? 400_000 : 60_000_000))
        ends.append(.none)
        deadlines.append(deadline)
        switch control.enqueue(estimate, givingUpAt: deadline, at: now) {
        case .admitted(let grant):
            admit(index, grant)
        case .waiting(let ticket):
            arrivalOf[ticket] = index
            ticketOf[index] = ticket
            mostWaiting = max(mostWaiting, control.queue.count)
        case .refused(let refusal):
            end(index, .refused)
            let isTooDear = estimate.total > limits.tokensPerMinute && limits.tokensPerMinute > 0
            if refusal.isForGood != isTooDear { violations.wrongRefusals += 1 }
            if !refusal.isForGood, now.adding(milliseconds: refusal.waitMs ?? 0) <= deadline {
                violations.wrongRefusals += 1
            }
        }
    }

    private mutating func cancel() {
        // One of the last arrivals, most of which wait no more.
        let index = ends.count - 1 - random.below(min(ends.count, 50))
        guard let ticket = ticketOf[index] else { return }
        if control.cancel(ticket) { end(index, .canceled) } else { violations.wrongSums += 1 }
    }

    private mutating func advance() {
        var events: [AdmissionControl.Event] = []
        control.advance(to: now) { events.append($0) }
        for event in events {
            switch event {
            case .admitted(let ticket, let grant): admit(arrivalOf[ticket] ?? -1, grant)
            case .gaveUp(let ticket, _):
                let index = arrivalOf[ticket] ?? -1
                if deadlines[index] != now { violations.wrongGivingUp += 1 }
                end(index, .gaveUp)
            }
        }
    }

    private mutating func admit(_ index: Int, _ grant: AdmissionControl.Grant) {
        end(index, .admitted)
        if index <= lastAdmitted { violations.outOfOrder += 1 }
        lastAdmitted = index
        if deadlines[index] < now { violations.lateAdmissions += 1 }
        if now < heldUntil { violations.duringHold += 1 }
        running.append((now.adding(microseconds: random.below(2 * traffic.durationMs * 1000)), grant, false))
        if limits.maxConcurrent > 0, running.count > limits.maxConcurrent { violations.tooManyAtOnce += 1 }
        admissions.append((now, 1))
        tokenFlow.append((now, grant.estimate.total))
        change(.perMinute, by: -1)
        change(.perHour, by: -1)
        change(.tokensPerMinute, by: -grant.estimate.total)
        if traffic.serverSpeaks, random.chance(oneIn: 3) { observe(running.count - 1) }
    }

    private mutating func release(_ index: Int) {
        let (_, grant, wasAnswered) = running.remove(at: index)
        var actual: Int?
        if traffic.settles, !random.chance(oneIn: 4) {
            let used = random.below(2 * grant.estimate.total)
            actual = used
            tokenFlow.append((now, used - grant.estimate.total))
            change(.tokensPerMinute, by: grant.estimate.total - used)
        }
        control.release(grant, actualTokens: actual, wasAnswered: wasAnswered, at: now)
    }

    private mutating func observe(_ index: Int) {
        var limits = ServerLimits()
        limits[.requests].limit = 50
        limits[.requests].remaining = random.below(50)
        limits[.requests].resetsAt = random.chance(oneIn: 5) ? nil : now.adding(microseconds: random.below(2_000_000))
        control.observe(limits, of: running[index].grant, at: now)
        running[index].wasAnswered = true
    }

    private mutating func end(_ index: Int, _ end: End) {
        if ends[index] != .none { violations.endedTwice += 1 }
        ends[index] = end
        if let ticket = ticketOf.removeValue(forKey: index) { arrivalOf[ticket] = nil }
    }

    // MARK: What admissions explain

    private mutating func change(_ limit: AdmissionControl.Limit, by amount: Int) {
        for index in levels.indices where levels[index].limit == limit {
            levels[index].model.change(by: amount, at: now)
        }
    }

    private mutating func compareLevels() {
        for index in levels.indices {
            let expected = levels[index].model.level(at: now)
            if control.level(levels[index].limit, at: now) != expected { violations.levelsOff += 1 }
        }
    }
}

/// A bucket's level by adding up: what came in since the last change, then what went out.
private struct LevelModel {
    /// In units of which one nanosecond brings `limit`, and a token is as many as a period has nanoseconds.
    private var level: Int128
    private var last = Int64.min
    private let limit: Int128
    private let unit: Int128
    private let full: Int128

    init(_ limit: Int, minutes: Int, _ capacity: Int) {
        self.limit = Int128(limit)
        unit = Int128(minutes) * 60_000_000_000
        full = Int128(capacity) * unit
        level = full
    }

    mutating func change(by amount: Int, at now: Instant) {
        refill(now)
        level = min(full, level + Int128(amount) * unit)
    }

    mutating func level(at now: Instant) -> Int {
        refill(now)
        let (whole, rest) = level.quotientAndRemainder(dividingBy: unit)
        return Int(whole) - (rest < 0 ? 1 : 0)
    }

    private mutating func refill(_ now: Instant) {
        level = min(full, level + (Int128(now.nanoseconds) - Int128(last)) * limit)
        last = now.nanoseconds
    }
}

extension Instant {
    func adding(microseconds: Int) -> Instant {
        Instant(nanoseconds: nanoseconds + Int64(microseconds) * 1000)
    }
}

/// The most that any window of so many minutes, both of its ends included, has seen.
func mostInWindow(ofMinutes minutes: Int, _ flow: [(at: Instant, amount: Int)]) -> Int {
    var first = 0
    var sum = 0
    var most = 0
    let length = Int64(minutes) * 60_000_000_000
    for (at, amount) in flow {
        sum += amount
        while flow[first].at.nanoseconds < at.nanoseconds - length {
            sum -= flow[first].amount
            first += 1
        }
        most = max(most, sum)
    }
    return most
}
