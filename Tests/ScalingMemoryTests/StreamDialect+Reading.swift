import Testing

@testable import ScalingMemory

extension StreamDialect {
    func read(
        _ stream: [UInt8],
        cutAt cuts: [Int] = [],
        limits: ResponseReader.Limits = ResponseReader.Limits(),
        ending failure: LLMError? = nil
    ) -> BodyReading {
        BodyReading(
            stream,
            cutAt: cuts,
            by: adapter,
            headers: [HTTPHeader("Content-Type", "text/event-stream")],
            limits: limits,
            ending: failure
        )
    }

    func read(_ frames: [StreamFrame]) -> BodyReading { read(bytes(frames)) }

    /// Reads the stream whole and in pieces of many sizes, and expects the answer of these texts each time.
    func expectAnswer(_ stream: [UInt8], texts: [String] = Self.texts, at place: SourceLocation = #_sourceLocation) {
        for size in Array(1...17) + [31, 64, 1000, stream.count] {
            let cuts = Array(Swift.stride(from: size, to: stream.count, by: size))
            expectAnswer(of: read(stream, cutAt: cuts), texts: texts, "in pieces of \(size)", at: place)
        }
    }

    func expectAnswer(
        of reading: BodyReading,
        texts: [String] = Self.texts,
        _ how: String,
        at place: SourceLocation = #_sourceLocation
    ) {
        guard case .success(let response) = reading.response else {
            Issue.record("\(how): \(reading.response)", sourceLocation: place)
            return
        }
        #expect(reading.events == texts.map { "text \($0)" }, "\(how)", sourceLocation: place)
        #expect(response.content == texts.joined(), "\(how)", sourceLocation: place)
        #expect(response.finishReason == .stop, "\(how)", sourceLocation: place)
        #expect(response.usage.inputTokens == 19, "\(how)", sourceLocation: place)
        #expect(response.usage.outputTokens == 10, "\(how)", sourceLocation: place)
    }

    /// Expects a failure that has these texts in its `partial`.
    func expectFailure(
        of reading: BodyReading,
        _ code: LLMError.Code,
        after texts: [String] = Self.texts,
        _ how: String = "",
        at place: SourceLocation = #_sourceLocation
    ) {
        guard let error = reading.error else {
            Issue.record("\(how): it succeeded", sourceLocation: place)
            return
        }
        #expect(error.code == code, "\(how): \(error.message)", sourceLocation: place)
        #expect(error.partial?.content == texts.joined(), "\(how)", sourceLocation: place)
        #expect(reading.events == texts.map { "text \($0)" }, "\(how)", sourceLocation: place)
    }

    // MARK: Lines

    /// A stream as its lines, without their ends.
    func lines(_ frames: [StreamFrame]) -> [String] {
        adapter.framing == .newlineDelimitedJSON ? frames.map(\.data) : frames.flatMap(\.lines)
    }
}

extension [String] {
    /// As bytes of lines, each with the next of the ends. (An empty line's LF would belong to the CR before it.)
    func ended(by ends: String...) -> [UInt8] { ended(by: ends) }

    func ended(by ends: [String]) -> [UInt8] {
        var text = ""
        for (index, line) in enumerated() {
            let end = ends[index % ends.count]
            text += line + (line.isEmpty && end == "\n" && text.utf8.last == UInt8(ascii: "\r") ? "\r" : end)
        }
        return [UInt8](text.utf8)
    }
}
