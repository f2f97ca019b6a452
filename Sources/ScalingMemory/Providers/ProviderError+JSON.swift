extension ProviderError {
    /// The error that a body with an error status holds, in the shapes that servers are known to send: those of
    /// `init(errorIn:)`, `{"message": …}`, `{"detail": …}`, `{"errors": [{"message": …}]}`, and Amazon's `{"__type",
    /// "message"}`.
    init?(anyOf root: JSONNode) {
        if let error = ProviderError(errorIn: root) {
            self = error
            return
        }
        if let first = root.kind == .array ? root[0] : root["errors"]?[0] {
            guard let error = ProviderError(anyOf: first) else { return nil }
            self = error
            return
        }
        let said = [root["detail"], root["message"], root["Message"], root["title"], root["msg"]]
            .lazy.compactMap { $0 }.first { !$0.isNull }
        let type = root["__type"]?.name?.split(separator: "#").last.map(String.init)
        guard said != nil || type != nil else { return nil }
        self.init(code: nil, message: said?.sentence)
        // An exception's name may be followed by a colon and a URL.
        add(code: type?.split(separator: ":").first.map(String.init))
        addNames(of: root)
    }

    /// The error that an event or a body with status 200 holds: only what says clearly that it is one.
    /// `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, `{"type": "error", "error": {…}}`,
    /// `{"object": "error", "message", …}`, and an array around any of these.
    init?(errorIn root: JSONNode) {
        if root.kind == .array {
            guard let first = root[0], let error = ProviderError(errorIn: first) else { return nil }
            self = error
        } else if let error = root["error"], !error.isNull, error.kind != .bool || error.bool == true {
            if error.kind == .object {
                self.init(object: error)
            } else {
                // Some put the status's name there, and the words beside it.
                self.init(code: nil, message: (root["message"] ?? error).sentence)
                addNames(of: root)
                if root["message"] != nil { add(code: error.name) }
            }
        } else if root["object"]?.equals("error") == true || root["type"]?.equals("error") == true {
            self.init(code: nil, message: root["message"]?.sentence)
            addNames(of: root)
        } else {
            return nil
        }
        requestID = requestID ?? root["request_id"]?.name
    }

    /// The value of "error".
    private init(object error: JSONNode) {
        self.init(code: nil, message: error["message"]?.sentence ?? JSONValue(error).json)
        addNames(of: error)
        add(code: error["innererror"]?["code"]?.name)  // Azure
        add(code: error["details"]?["error_code"]?.name)  // Anthropic
        for detail in (error["details"] ?? error).elements { readGoogle(detail) }
        readOpenRouter(error["metadata"])
    }

    /// Takes the names that the members give. A code that is only the HTTP status comes last.
    private mutating func addNames(of node: JSONNode) {
        let code = node["code"]
        let status = node["status"]
        if code?.httpStatus == nil { add(code: code?.name) }
        add(code: node["type"]?.name)
        add(code: node["error_type"]?.name)
        if status?.string != nil { add(code: status?.name) }
        add(code: code?.name)
        httpStatus = [code, status, node["raw_status_code"]].lazy.compactMap { $0?.integer }
            .first { (400..<600).contains($0) }
    }

    /// One of Google's details. https://cloud.google.com/apis/design/errors#error_details
    private mutating func readGoogle(_ detail: JSONNode) {
        // "API_KEY_INVALID" says more than "INVALID_ARGUMENT".
        if let reason = detail["reason"]?.name {
            otherCodes = codes
            code = reason
        }
        switch detail["@type"]?.string?.split(separator: ".").last {
        case "RetryInfo": retryAfterMs = detail["retryDelay"]?.string.flatMap(WaitTime.milliseconds(duration:))
        case "QuotaFailure":
            // A day's allowance, or one of nothing: no wait that a call could make helps. (The delay that Google asks for
            // with it is that of a minute's.)
            let isUsedUp = (detail["violations"] ?? detail).elements.contains { violation in
                violation["quotaId"]?.string?.contains(bytesOf: "PerDay") == true
                    || violation["quotaValue"]?.equals("0") == true
            }
            if isUsedUp { meaning = .quota }
        default: break
        }
    }

    /// What OpenRouter tells of the provider behind it, whose words are in "raw": its body, or a sentence.
    /// https://openrouter.ai/docs/api/reference/errors-and-debugging
    private mutating func readOpenRouter(_ metadata: JSONNode?) {
        guard let metadata, metadata.kind == .object else { return }
        add(code: metadata["error_type"]?.name)
        if metadata["flagged_input"] != nil { meaning = .contentFiltered }
        guard let raw = metadata["raw"], !raw.isNull else { return }
        var words = raw.sentence
        if let text = raw.string, let inner = try? JSONParser().parse(text, ProviderError.init(innermost:)) {
            words = inner.message ?? words
            for code in inner.codes { add(code: code) }
        }
        let provider = metadata["provider_name"]?.string.map { " (\($0))" } ?? ""
        message = (message ?? "") + provider + ": " + words
    }

    /// The error of a body inside an error, whose own insides are not looked at.
    private init?(innermost root: JSONNode) {
        guard let error = root["error"], error.kind == .object else { return nil }
        self.init(code: nil, message: error["message"]?.sentence)
        addNames(of: error)
    }
}

extension JSONNode {
    /// Text, or a number as text; nil for anything else, for empty text, and for "error", which says nothing.
    fileprivate var name: String? {
        if let string { return string.isEmpty || string == "error" ? nil : string }
        return integer.map(String.init)
    }

    /// A number, or a number as text, that is an HTTP status of an error.
    fileprivate var httpStatus: Int? {
        (integer ?? string.flatMap { Int($0) }).flatMap { (400..<600).contains($0) ? $0 : nil }
    }

    /// The words of a message, which may be more than text: FastAPI's list of `{"loc": ["body", "messages"], "msg"}`, also
    /// below a "detail" (https://fastapi.tiangolo.com/tutorial/handling-errors/), or any other JSON.
    fileprivate var sentence: String {
        if let string { return string }
        if let detail = self["detail"] { return detail.sentence }
        let problems = elements.compactMap(\.problem)
        return problems.isEmpty ? JSONValue(self).json : problems.joined(separator: "; ")
    }

    private var problem: String? {
        guard let message = self["msg"]?.string else { return nil }
        let place = (self["loc"] ?? self).elements.compactMap(\.name).joined(separator: ".")
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
