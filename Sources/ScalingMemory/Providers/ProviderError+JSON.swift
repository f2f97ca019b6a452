extension ProviderError {
    /// The error that a body with an error status holds, in the shapes that servers are known to send:
    /// `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, `{"type": "error", "error": {…}}`,
    /// `{"object": "error", "message", …}`, `{"detail": …}`, `{"message": …}`, and an array around any of these.
    init?(anyOf root: JSONNode) {
        if root.kind == .array, let first = root[0] {
            self.init(anyOf: first)
            return
        }
        if let error = ProviderError(errorIn: root) {
            self = error
        } else if let detail = root["detail"] ?? root["message"] ?? root["title"], !detail.isNull {
            self.init(
                code: root["code"]?.text ?? root["type"]?.text,
                message: detail.string ?? JSONValue(detail).json
            )
        } else {
            return nil
        }
    }

    /// The error that an event or a body with status 200 holds: only what says clearly that it is one.
    init?(errorIn root: JSONNode) {
        if let error = root["error"], !error.isNull, error.kind != .bool || error.bool == true {
            guard error.kind == .object else {
                self.init(code: root["code"]?.text ?? root["type"]?.text, message: error.text ?? JSONValue(error).json)
                return
            }
            let code = error["code"]
            self.init(
                code: code?.string.flatMap { $0.isEmpty ? nil : $0 } ?? error["type"]?.string ?? code?.text,
                message: error["message"]?.text ?? JSONValue(error).json,
                httpStatus: (code?.integer ?? error["status"]?.integer).flatMap { (400..<600).contains($0) ? $0 : nil }
            )
        } else if root["object"]?.equals("error") == true || root["type"]?.equals("error") == true {
            let message = root["message"]
            self.init(
                code: root["code"]?.text ?? root["type"]?.text,
                message: message.map { $0.string ?? JSONValue($0).json },
                httpStatus: root["code"]?.integer.flatMap { (400..<600).contains($0) ? $0 : nil }
            )
        } else {
            return nil
        }
    }
}

extension JSONNode {
    /// Text, or a number as text; nil for anything else and for empty text.
    fileprivate var text: String? {
        string.flatMap { $0.isEmpty ? nil : $0 } ?? integer.map(String.init)
    }
}
