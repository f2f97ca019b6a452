/// A response with its whole body.
struct WholeResponse {
    let head: HTTPResponseHead
    let body: ByteBuffer
}

/// Reads the pages of a model list with an adapter; no I/O.
struct ModelListReader {
    let adapter: any ProviderAdapter
    let provider: String
    let parser: JSONParser

    /// Adds a page to `list`; gives the next page's name, nil after the last.
    func read(_ response: WholeResponse, into list: inout ModelList) throws(LLMError) -> String? {
        list.requestID = response.head.requestID
        do {
            guard (200..<300).contains(response.head.status) else { throw refusal(response) }
            return try parser.parseRepairing(response.body.bytes) { root in
                if let error = ProviderError(errorIn: root) {
                    throw ProviderFailure.inResponse(
                        status: response.head.status,
                        error: error,
                        body: "",
                        provider: provider
                    )
                }
                return try adapter.decodeModelList(root, into: &list)
            }
        } catch let failure as JSONParser.Failure {
            throw .protocolViolation("the model list is not JSON: \(failure.reason), at byte \(failure.offset)")
                .describing(response.head)
        } catch {
            throw LLMError(error).describing(response.head)
        }
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
