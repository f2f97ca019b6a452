/// The characters that are taken out of a request's texts: the C0 controls but for tab, line feed and carriage return.
///
/// No model reads them, and servers answer them with errors that say nothing: PostgreSQL's text and XML have no way to hold
/// them. DEL and the C1 controls are left: both can be written everywhere.
enum ControlCharacters {
    static func contains(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
    }
}

/// What holds texts that can be cleaned. The common case, in which there is nothing to remove, is a scan and no copy.
protocol Sanitizable {
    var holdsControls: Bool { get }
    /// A copy without control characters.
    var withoutControls: Self { get }
}

extension Sanitizable {
    var sanitized: Self { holdsControls ? withoutControls : self }
}

extension String: Sanitizable {
    var holdsControls: Bool {
        let bytes = utf8Span.span
        for index in bytes.indices where ControlCharacters.contains(bytes[index]) { return true }
        return false
    }

    var withoutControls: String {
        String(decoding: utf8.filter { !ControlCharacters.contains($0) }, as: UTF8.self)
    }
}

extension Optional: Sanitizable where Wrapped: Sanitizable {
    var holdsControls: Bool { self?.holdsControls ?? false }
    var withoutControls: Wrapped? { self?.sanitized }
}

extension Array: Sanitizable where Element: Sanitizable {
    var holdsControls: Bool { contains(where: \.holdsControls) }
    var withoutControls: [Element] { map(\.sanitized) }
}

extension JSONValue: Sanitizable {
    var holdsControls: Bool {
        switch self {
        case .string(let text): text.holdsControls
        case .array(let elements): elements.holdsControls
        case .object(let object): object.holdsControls
        case .null, .bool, .integer, .unsignedInteger, .number: false
        }
    }

    var withoutControls: JSONValue {
        switch self {
        case .string(let text): .string(text.withoutControls)
        case .array(let elements): .array(elements.withoutControls)
        case .object(let object): .object(object.withoutControls)
        case .null, .bool, .integer, .unsignedInteger, .number: self
        }
    }
}

extension JSONObject: Sanitizable {
    var holdsControls: Bool { members.contains { $0.key.holdsControls || $0.value.holdsControls } }
    var withoutControls: JSONObject { mapMembers(name: \.sanitized, value: \.sanitized) }
}
