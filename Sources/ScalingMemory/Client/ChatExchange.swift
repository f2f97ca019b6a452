/// Takes one chat's HTTP response on the I/O thread: bytes to the reader of the wire, its events to the channel.
@IOThread
final class ChatExchange: Exchange, TurnEndHandler {
    private let reader: ResponseReader
    private let events: EventWriter?
    private let channel: any EventDestination
    private var transfer: (any ResponseTransfer)?
    private var flushIsDue = false
    /// When the first event was read.
    private(set) var firstEvent: Instant?
    var permit: Permit?

    /// A burst is handed over in batches of at most this many events, so that the consumer can begin.
    private static let eventsPerBatch = 64

    init(reader: ResponseReader, events: EventWriter?, channel: any EventDestination) {
        self.reader = reader
        self.events = events
        self.channel = channel
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

    var wantsMore: Bool { channel.hasRoom }
    var backlog: Int { channel.backlog }

    var head: HTTPResponseHead { reader.head }
    var hasDelivered: Bool { firstEvent != nil }

    func tokens(in response: Response) -> Int? { response.usage.total }

    func finish(_ failure: LLMError?) throws(LLMError) -> Response {
        transfer = nil
        defer {
            handOver()
            flush()
        }
        return try reader.finish(failure)
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
