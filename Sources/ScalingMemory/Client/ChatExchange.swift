/// Takes one chat's HTTP response on the I/O thread: bytes to the reader of the wire, its events to the channel.
@IOThread
final class ChatExchange: Exchange, TurnEndHandler {
    private let reader: ResponseReader
    private let events: EventWriter?
    private let channel: any EventDestination
    private let started: Instant
    private var transfer: (any ResponseTransfer)?
    private var flushIsDue = false
    /// When the first event was read.
    private(set) var firstEvent: Instant?
    var permit: Permit?

    /// A burst is handed over in batches of at most this many events, so that the consumer can begin.
    private static let eventsPerBatch = 64

    /// `started`: when the call was, of which this may be the second attempt.
    init(reader: ResponseReader, events: EventWriter?, channel: any EventDestination, started: Instant) {
        self.reader = reader
        self.events = events
        self.channel = channel
        self.started = started
    }

    func transferStarted(_ transfer: any ResponseTransfer) {
        self.transfer = transfer
    }

    func resume() {
        transfer?.resume()
    }

    func responseBegan(_ head: HTTPResponseHead) {
        reader.begin(head)
        permit?.observe(head)
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision {
        let decision = reader.receive(bytes)
        handOver()
        return decision
    }

    func bodyEnded() {}

    var isStream: Bool { events != nil }
    var wantsMore: Bool { channel.hasRoom }
    var backlog: Int { channel.backlog }

    var head: HTTPResponseHead { reader.head }
    var hasDelivered: Bool { firstEvent != nil }

    func tokens(in result: CallResult) -> Int? {
        guard case .response(let response) = result else { return nil }
        return response.usage.total
    }

    func finish(_ failure: LLMError?) throws(LLMError) -> CallResult {
        transfer = nil
        defer {
            handOver()
            flush()
        }
        var response = try reader.finish(failure)
        response.timeToFirstEventMs = firstEvent?.milliseconds(since: started)
        return .response(response)
    }

    private func handOver() {
        guard let events, events.count > 0 else { return }
        if firstEvent == nil { firstEvent = Reactor.current.now }
        if events.count >= Self.eventsPerBatch {
            flush()
        } else if !flushIsDue {
            flushIsDue = true
            Reactor.current.atTurnEnd(self)
        }
    }

    func turnEnds() {
        flushIsDue = false
        flush()
    }

    private func flush() {
        guard let events, events.count > 0 else { return }
        channel.send(events.takeRecords())
    }
}
