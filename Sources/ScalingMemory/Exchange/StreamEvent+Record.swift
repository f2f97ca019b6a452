extension StreamEvent {
    /// Reads a packed event; nil for a kind that is not delivered as a record.
    package init?(kind: Int32, data: UnsafeRawBufferPointer) {
        switch EventKind(rawValue: kind) {
        case .text: self = .text(String(decoding: data, as: UTF8.self))
        case .reasoning: self = .reasoning(String(decoding: data, as: UTF8.self))
        case .toolCallDelta:
            guard
                let event = try? JSONParser().parse(
                    data,
                    { node in
                        StreamEvent.toolCallDelta(
                            index: node["index"]?.integer ?? 0,
                            id: node["id"]?.string,
                            name: node["name"]?.string,
                            arguments: node["arguments"]?.string
                        )
                    }
                )
            else { return nil }
            self = event
        case .toolCall:
            guard
                let event = try? JSONParser().parse(
                    data,
                    { node in
                        StreamEvent.toolCall(
                            index: node["index"]?.integer ?? 0,
                            ToolCall(
                                id: node["id"]?.string ?? "",
                                name: node["name"]?.string ?? "",
                                arguments: node["arguments"]?.string ?? ""
                            )
                        )
                    }
                )
            else { return nil }
            self = event
        case .response, .error, .log, nil: return nil
        }
    }
}
