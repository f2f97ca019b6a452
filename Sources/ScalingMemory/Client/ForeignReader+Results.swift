/// What a foreign call brings besides chats: embeddings, model lists, and the bodies of errors.
extension ForeignReader {
    private var functions: ForeignFunctions? { (plan.provider.adapter as? ForeignAdapter)?.functions }

    /// The error in the words of the host's function, where there is one and the server has answered with an error status.
    func inHostsWords(_ error: LLMError) throws(LLMError) -> LLMError {
        let head = answer.head
        guard let decode = functions?.decodeError, let body = answer.body, head.status >= 300,
            error.httpStatus == head.status
        else { return error }
        let sink = ForeignErrorSink()
        let status = ForeignAdapter.terminated(body) { decode(Int32(clamping: head.status), $0, sink) }
        do throws(LLMError) {
            try sink.check(status, of: "decode_error")
        } catch {
            throw error.describing(head)
        }
        guard let said = sink.error else { return error }
        return ProviderFailure.inResponse(status: head.status, error: said, body: "", provider: plan.provider.name)
            .describing(head)
    }

    /// `{"embeddings": [[…]], "model", "usage"}`
    func embeddings(_ request: EmbeddingRequest, _ known: EmbeddingList) throws(LLMError) -> EmbeddingList {
        let body = answer.body ?? ByteBuffer()
        guard let decode = functions?.decode else {
            let reader = EmbeddingReader(adapter: plan.provider.adapter, provider: plan.provider.name, parser: parser)
            var list = try reader.read(WholeResponse(head: answer.head, body: body), to: request)
            list.callID = known.callID
            list.attempts = known.attempts
            list.latencyMs = known.latencyMs
            return list
        }
        var list = known
        list.requestID = answer.head.requestID
        try run(decode, ForeignOperation.embed, body) { (root) throws(LLMError) in try Self.read(root, into: &list) }
        guard list.embeddings.count == request.input.count else {
            throw .protocolViolation(
                "\(request.input.count) texts were answered with \(list.embeddings.count) embeddings"
            )
        }
        return list
    }

    private static func read(_ root: JSONNode, into list: inout EmbeddingList) throws(LLMError) {
        for element in (root["embeddings"] ?? root).elements {
            let numbers = element.elements.compactMap(\.number)
            guard element.kind == .array, numbers.count == element.count else {
                throw .invalidArgument("the adapter wrote an embedding that is not an array of numbers")
            }
            list.embeddings.append(EmbeddingVector(numbers.map(Float.init)))
        }
        list.model = root["model"]?.string
        list.usage.inputTokens = root["usage"]?["input_tokens"]?.integer
        list.usage.totalTokens = root["usage"]?["total_tokens"]?.integer
    }

    /// `{"models": [{"id", "name"?, "created"?, "owned_by"?}]}`
    func models(_ known: ModelList) throws(LLMError) -> ModelList {
        var list = known
        let body = answer.body ?? ByteBuffer()
        guard let decode = functions?.decode else {
            let reader = ModelListReader(adapter: plan.provider.adapter, provider: plan.provider.name, parser: parser)
            _ = try reader.read(WholeResponse(head: answer.head, body: body), into: &list)
            return list
        }
        list.requestID = answer.head.requestID
        try run(decode, ForeignOperation.listModels, body) { (root) throws(LLMError) in
            for model in (root["models"] ?? root).elements {
                guard let id = model["id"]?.string else {
                    throw .invalidArgument("the adapter wrote a model without its \"id\"")
                }
                list.models.append(
                    ModelList.Model(
                        id: id,
                        name: model["name"]?.string,
                        created: model["created"]?.integer,
                        ownedBy: model["owned_by"]?.string
                    )
                )
            }
        }
        return list
    }

    private func run(
        _ decode: @Sendable (Int32, UnsafeRawBufferPointer, ForeignSink) -> ForeignFunctions.Status,
        _ operation: Int32,
        _ body: ByteBuffer,
        _ read: (JSONNode) throws(LLMError) -> Void
    ) throws(LLMError) {
        let result: Result<Void, LLMError> = withoutActuallyEscaping(read) { read in
            let sink = ForeignResultSink(read)
            do throws(LLMError) {
                try sink.check(ForeignAdapter.terminated(body) { decode(operation, $0, sink) }, of: "decode")
                if let error = sink.error { throw ProviderFailure.inStream(error) }
                guard sink.hasResult else {
                    throw LLMError.protocolViolation("the adapter's decode wrote no LLM_EVENT_RESPONSE")
                }
                return .success(())
            } catch {
                return .failure(error.describing(answer.head))
            }
        }
        try result.get()
    }
}
