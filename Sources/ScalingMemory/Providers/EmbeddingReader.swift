/// An answer with embeddings, whose numbers were taken out of the document before it was parsed.
public struct EmbeddingDocument {
    public let root: JSONNode
    private let text: ByteBuffer
    private let arrays: JSONNumberArrays

    init(root: JSONNode, text: ByteBuffer, arrays: JSONNumberArrays) {
        self.root = root
        self.text = text
        self.arrays = arrays
    }

    /// The vector that a value of the document is: an array of numbers, or base64 of little-endian 32-bit ones. nil for
    /// anything else.
    public func vector(_ node: JSONNode?) -> EmbeddingVector? {
        guard let node else { return nil }
        if let base64 = node.utf8 { return EmbeddingVector(base64: base64) }
        guard node.kind == .array else { return nil }
        if node.count == 0 { return EmbeddingVector([]) }
        guard node.count == 1, let place = node[0]?.integer, arrays.found.indices.contains(place) else { return nil }
        let (range, count) = arrays.found[place]
        return EmbeddingVector(text, range, count: count)
    }
}

/// Reads the answer to an embedding request with an adapter; no I/O.
struct EmbeddingReader {
    let adapter: any ProviderAdapter
    let provider: String
    let parser: JSONParser

    /// `request` is what was asked: an answer with another number of vectors is none.
    func read(_ response: WholeResponse, to request: EmbeddingRequest) throws(LLMError) -> EmbeddingList {
        var list = EmbeddingList(provider: provider)
        list.requestID = response.head.requestID
        do {
            guard (200..<300).contains(response.head.status) else { throw refusal(response) }
            let arrays = JSONNumberArrays(response.body.bytes)
            if arrays.rest.hasFailed { throw LLMError(.memory, "there is no memory for the embeddings") }
            try parser.parseRepairing(arrays.rest.bytes) { root in
                if let said = root["error"], !said.isNull, let error = adapter.decodeError(root) {
                    throw ProviderFailure.inResponse(
                        status: response.head.status,
                        error: error,
                        body: "",
                        provider: provider
                    )
                }
                let document = EmbeddingDocument(root: root, text: response.body, arrays: arrays)
                try adapter.decodeEmbeddings(document, into: &list)
            }
        } catch let failure as JSONParser.Failure {
            throw LLMError.protocolViolation("the embeddings are not JSON: \(failure.reason)").describing(response.head)
        } catch {
            throw LLMError(error).describing(response.head)
        }
        let count = list.embeddings.count
        guard count == request.input.count || request.extra["input"] != nil else {
            throw LLMError.protocolViolation("\(request.input.count) texts were answered with \(count) embeddings")
                .describing(response.head)
        }
        return list
    }

    private func refusal(_ response: WholeResponse) -> LLMError {
        ProviderFailure.inResponse(
            status: response.head.status,
            type: response.head.errorType,
            body: response.body,
            read: adapter,
            with: parser,
            provider: provider
        )
    }
}
