/// Reads one HTTP response with an adapter: an event stream, a whole body, or an error, whichever it turns out to be.
/// Bytes go in, a response or an error comes out; no I/O.
final class ResponseReader {
    struct Limits {
        var responseBytes = 64 * 1024 * 1024
        var eventBytes = 16 * 1024 * 1024
    }

    private enum Mode {
        case notBegun
        case stream
        case whole(ByteBuffer)
        case error(ByteBuffer)
    }

    private let adapter: any ProviderAdapter
    private let provider: String
    private let isStreaming: Bool
    private let limits: Limits
    private let parser: JSONParser
    private let builder: ResponseBuilder

    private var mode = Mode.notBegun
    /// A stream's; apart from the mode, so that it works where it stands.
    private var frames: FrameParser?
    private var decoder: any StreamDecoder
    private var template = TextTemplate()
    private var received = 0
    private var streamIsComplete = false
    /// A byte of the body has come that is not blank.
    private var bodyHasBegun = false
    private var hasEvents = false
    private(set) var failure: LLMError?
    private(set) var head = HTTPResponseHead()

    /// An error's body is kept up to here.
    private static let maximumErrorBytes = 64 * 1024

    /// `decoder`: in place of the adapter's own.
    init(
        adapter: any ProviderAdapter,
        provider: String,
        isStreaming: Bool,
        limits: Limits,
        parser: JSONParser,
        events: EventWriter?,
        decoder: (any StreamDecoder)? = nil
    ) {
        self.adapter = adapter
        self.provider = provider
        self.isStreaming = isStreaming
        self.limits = limits
        self.parser = parser
        builder = ResponseBuilder(provider: provider, events: events)
        self.decoder = decoder ?? adapter.makeStreamDecoder()
    }

    // MARK: Bytes in

    func begin(_ head: HTTPResponseHead) {
        self.head = head
        if !(200..<300).contains(head.status) {
            mode = .error(ByteBuffer())
        } else if isStreaming || adapter.framing == .serverSentEvents {
            // Whether the body is a stream or a whole answer is seen at its first byte: types are too often wrong, and some
            // servers stream whatever they are asked.
            mode = .stream
            frames = FrameParser(adapter.framing, maximumEventBytes: limits.eventBytes)
        } else {
            mode = .whole(ByteBuffer())
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision {
        received += bytes.count
        switch mode {
        case .notBegun:
            return .goOn
        case .error(let body):
            let room = max(0, Self.maximumErrorBytes - body.count)
            body.append(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
            return room > 0 ? .goOn : .abort
        case .whole, .stream:
            guard received <= limits.responseBytes else {
                return fail(
                    LLMError(.tooLarge, "the response has more than \(limits.responseBytes) bytes (max_response_bytes)")
                )
            }
        }
        var bytes = bytes
        if case .stream = mode, !bodyHasBegun { lookAtBeginning(of: &bytes) }
        if case .whole(let body) = mode {
            body.append(bytes)
            return body.hasFailed ? fail(LLMError(.memory, "there is no memory for the response")) : .goOn
        }
        return receiveStream(bytes)
    }

    /// A body that begins like JSON, or like a page of HTML, is no stream: a whole answer, or an error. (Newline-delimited
    /// JSON begins so too, and has a whole answer in one line.)
    private func lookAtBeginning(of bytes: inout UnsafeRawBufferPointer) {
        // One of AWS's messages begins with its length, and none is so long that it would begin with one of these bytes.
        let isBinary = adapter.framing == .awsEventStream
        guard let begin = bytes.firstIndex(where: { isBinary || !Self.isBlank($0) }) else { return }
        bodyHasBegun = true
        let first = bytes[begin]
        let isText = "{[<".utf8.contains(first) || Self.isBlank(first)
        guard isText, first == UInt8(ascii: "<") || adapter.framing != .newlineDelimitedJSON else { return }
        mode = .whole(ByteBuffer())
        // Those that came in a piece of their own are gone already.
        bytes = UnsafeRawBufferPointer(rebasing: bytes[begin...])
    }

    /// Blanks and a byte-order mark say nothing yet. A parser that has passed over them has lost nothing.
    private static func isBlank(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF: true
        default: false
        }
    }

    private func receiveStream(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyDecision {
        do throws(FramingError) {
            try frames?.feed(bytes) { event in decode(event) }
        } catch {
            return fail(described(error))
        }
        if failure != nil { return .abort }
        return streamIsComplete ? .isComplete : .goOn
    }

    private func described(_ error: FramingError) -> LLMError {
        switch error {
        case .tooLarge:
            LLMError(.tooLarge, "an event of the stream has more than \(limits.eventBytes) bytes (max_event_bytes)")
        case .malformed(let reason):
            .protocolViolation("the stream is not what it should be: \(reason)")
        }
    }

    /// False when nothing more is to be read.
    private func decode(_ event: WireEvent) -> Bool {
        hasEvents = true
        if template.recognise(event, { decoder.append($0, into: builder) }) { return true }
        do throws(LLMError) {
            if try decoder.decode(event, with: parser, into: builder) == .isComplete { streamIsComplete = true }
            template.learn(decoder.piece, of: event)
        } catch {
            failure = error
        }
        return failure == nil && !streamIsComplete
    }

    private func fail(_ error: LLMError) -> HTTPBodyDecision {
        failure = error
        return .abort
    }

    // MARK: The result

    /// The response, once no more bytes come. `transportError`: why they stopped, where that was not the body's end.
    func finish(_ transportError: LLMError?) throws(LLMError) -> Response {
        if case .stream = mode, failure == nil, !streamIsComplete {
            do throws(FramingError) {
                try frames?.finish { event in decode(event) }
            } catch {
                failure = described(error)
            }
        }
        if let failure { throw completed(failure) }
        switch mode {
        case .stream:
            // A finish reason makes the answer whole, even if the end mark is missing.
            guard streamIsComplete || builder.finishReason != nil else {
                throw completed(transportError ?? unfinished)
            }
            decoder.finish(into: builder)
            return describe(builder.complete())
        case .whole(let body):
            if let transportError { throw completed(transportError) }
            return try readWhole(body)
        case .error(let body):
            throw completed(error(of: body))
        case .notBegun:
            throw completed(transportError ?? .protocolViolation("\(provider) sent no response"))
        }
    }

    private var type: String { head.first("content-type")?.lowercased() ?? "" }

    /// Why a stream that ended is no answer. A page that somebody on the way put in its place would be put there again.
    private var unfinished: LLMError {
        if hasEvents || (isStreaming && (type.isEmpty || type.contains(bytesOf: "event-stream"))) {
            return LLMError(.truncated, "the stream ended before the provider said that it was done")
        }
        if !isStreaming { return .protocolViolation("the response is neither JSON nor an event stream") }
        return .protocolViolation("the response is no event stream: its content-type is \"\(type)\"")
    }

    private func readWhole(_ body: ByteBuffer) throws(LLMError) -> Response {
        do throws(LLMError) {
            if try adapter.decodeBody(body, isStream: isStreaming, into: builder) {
                return describe(builder.complete())
            }
        } catch {
            throw completed(error)
        }
        do {
            try parser.parseRepairing(body.bytes) { root in
                if let error = ProviderError(errorIn: root) {
                    throw ProviderFailure.inResponse(status: head.status, error: error, body: "", provider: provider)
                }
                try adapter.decodeChat(root, into: builder)
            }
        } catch let failure as JSONParser.Failure {
            throw completed(
                .protocolViolation("the response is not JSON: \(failure.reason), at byte \(failure.offset)")
            )
        } catch {
            throw completed(LLMError(error))
        }
        return describe(builder.complete())
    }

    private func error(of body: ByteBuffer) -> LLMError {
        ProviderFailure.inResponse(
            status: head.status,
            type: head.errorType,
            body: body,
            read: adapter,
            with: parser,
            provider: provider
        )
    }

    private func describe(_ response: consuming Response) -> Response {
        response.requestID = head.requestID
        return response
    }

    /// The error with what the response's head tells of it, and with what had come of an answer.
    func completed(_ error: LLMError) -> LLMError {
        guard head.status != 0 else { return error }
        var error = error.describing(head)
        if (200..<300).contains(head.status) { error.partial = describe(builder.build()) }
        return error
    }
}
