/// A stream's events, for `for try await`. The last one of a stream that succeeds is `.response`; a failure is thrown.
public struct ResponseStream: AsyncSequence, Sendable {
    public typealias Element = StreamEvent
    public typealias Failure = LLMError

    private let call: Call

    init(_ call: Call) {
        self.call = call
    }

    /// Ends the stream from wherever; it then throws `canceled`.
    public func cancel() {
        call.cancel()
    }

    /// A stream has one reader: a second iterator takes events away from the first.
    public func makeAsyncIterator() -> Iterator {
        Iterator(call)
    }

    public final class Iterator: AsyncIteratorProtocol {
        private let call: Call
        private var batch: EventReader?
        private var isOver = false

        fileprivate init(_ call: Call) {
            self.call = call
        }

        deinit {
            if !isOver { call.cancel() }
        }

        public func next() async throws(LLMError) -> StreamEvent? {
            while !isOver {
                while !call.isCanceled, let (kind, data) = batch?.next() {
                    if let event = StreamEvent(kind: kind, data: data) { return event }
                }
                batch = nil
                switch await call.take() {
                case .events(let events): batch = events
                case .nothing: continue
                case .result(.response(let response)):
                    isOver = true
                    return .response(response)
                case .failure(let error):
                    isOver = true
                    throw error
                case .result, .over: isOver = true
                }
            }
            return nil
        }

        public func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> StreamEvent? {
            try await next()
        }
    }
}
