#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// The process's environment variables.
enum Environment {
    /// nil where the variable is not set or empty.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name) else { return nil }
        let value = String(cString: text)
        return value.isEmpty ? nil : value
    }

    static func integer(_ name: String, in range: ClosedRange<Int>) throws(LLMError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .configuration(
                "\(name) is \"\(text)\"; it takes a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    static func number(_ name: String, in range: ClosedRange<Double>) throws(LLMError) -> Double? {
        guard let text = value(name) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            let bounds = [range.lowerBound, range.upperBound].map { JSONValue.number($0).json }
            throw .configuration("\(name) is \"\(text)\"; it takes a number from \(bounds[0]) to \(bounds[1])")
        }
        return number
    }
}
