import Testing

@testable import ScalingMemory

@Suite("The queue of those who wait")
struct WaitQueueTests {
    private func at(_ nanoseconds: Int) -> Instant { Instant(nanoseconds: Int64(nanoseconds)) }
    private func cost(_ tokens: Int) -> TokenEstimate { TokenEstimate(prompt: tokens, output: 0) }

    @Test("It agrees with a plain array under random use, by order and by deadline")
    func agreesWithModel() {
        var random = SeededGenerator(seed: 1)
        var queue = WaitQueue()
        var model: [(ticket: WaitQueue.Ticket, tokens: Int, deadline: Instant)] = []
        var gone: [WaitQueue.Ticket] = []
        for now in 0..<20_000 {
            switch random.below(8) {
            case 0...3:
                let tokens = random.below(100)
                let deadline = random.chance(oneIn: 5) ? at(.max) : at(now + random.below(200))
                model.append((queue.append(cost(tokens), givingUpAt: deadline), tokens, deadline))
            case 4:
                let first = queue.popFirst()
                #expect(first?.ticket == model.first?.ticket)
                if !model.isEmpty { gone.append(model.removeFirst().ticket) }
            case 5, 6:
                guard !model.isEmpty else { continue }
                let index = random.below(model.count)
                let wasThere = queue.remove(model[index].ticket)
                #expect(wasThere)
                gone.append(model.remove(at: index).ticket)
            default:
                while let ticket = queue.popExpired(at: at(now)) {
                    let index = model.firstIndex { $0.ticket == ticket }
                    #expect(index.map { model[$0].deadline == model.map(\.deadline).min() } == true)
                    if let index { gone.append(model.remove(at: index).ticket) }
                }
                #expect(!model.contains { $0.deadline <= at(now) })
            }
            #expect(queue.count == model.count)
            #expect(queue.tokens == model.reduce(0) { $0 + $1.tokens })
            #expect(queue.head?.prompt == model.first?.tokens)
        }
        let stillThere = gone.filter { queue.remove($0) }
        #expect(stillThere.isEmpty)
    }

    @Test("Those with one deadline give up in the order in which they came")
    func equalDeadlines() {
        var queue = WaitQueue()
        let tickets = (0..<100).map { _ in queue.append(cost(1), givingUpAt: at(7)) }
        var expired: [WaitQueue.Ticket] = []
        while let ticket = queue.popExpired(at: at(6)) { expired.append(ticket) }
        #expect(expired.isEmpty)
        while let ticket = queue.popExpired(at: at(7)) { expired.append(ticket) }
        #expect(expired == tickets)
    }

    // What is touched is counted in debug builds only.
    #if DEBUG
    @Test("With 100,000 in it no operation touches more than the heap is deep")
    func boundedWork() {
        var random = SeededGenerator(seed: 2)
        var queue = WaitQueue()
        var tickets: [WaitQueue.Ticket] = []
        var most = 0
        func counting(_ operation: () -> Void) {
            let before = queue.steps
            operation()
            most = max(most, queue.steps - before)
        }
        while queue.count < 100_000 {
            counting { tickets.append(queue.append(cost(1), givingUpAt: at(random.below(1_000_000)))) }
        }
        for _ in 0..<20_000 {
            counting { _ = queue.remove(tickets[random.below(tickets.count)]) }
            counting { _ = queue.popFirst() }
            counting { _ = queue.popExpired(at: at(1000)) }
            counting { tickets.append(queue.append(cost(1), givingUpAt: at(random.below(1_000_000)))) }
        }
        // log2(100,000) is 16.6; a removal may sift once up and once down, and places each end.
        #expect(most <= 2 * 17 + 4)
    }
    #endif
}
