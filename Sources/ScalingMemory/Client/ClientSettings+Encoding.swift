extension ClientSettings {
    /// The call's first HTTP request.
    func encode(_ operation: Operation, to endpoint: Endpoint) throws(LLMError) -> HTTPRequest {
        let adapter = provider.adapter
        switch operation {
        case .complete(let request):
            return marked(try adapter.encodeChat(filled(request), streaming: false, to: endpoint))
        case .stream(let request):
            return marked(try adapter.encodeChat(filled(request), streaming: true, to: endpoint))
        case .embed(let request):
            try provider.check(.embeddings)
            return marked(try adapter.encodeEmbeddings(filled(request), to: endpoint))
        case .listModels, .healthCheck:
            try provider.check(.modelList)
            if let foreign = adapter as? ForeignAdapter {
                return try foreign.encodeOptions(operation.kind.foreignNumber, to: endpoint)
            }
            return adapter.encodeModelList(page: nil, to: endpoint)
        }
    }

    /// The request with a name of its own, the same for all attempts, where the provider looks for one.
    private func marked(_ request: consuming HTTPRequest) -> HTTPRequest {
        guard let field = provider.idempotencyHeader, request.headers.first(field) == nil else {
            return request
        }
        request.headers.append(HTTPHeader(field, CallIdentifier.make()))
        return request
    }
}
