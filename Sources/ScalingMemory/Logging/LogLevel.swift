/// How much a line matters, and from where on lines are wanted; the numbers are those of llm.h and of pino.
public enum LogLevel: Int32, Sendable, CaseIterable, Comparable {
    /// With the texts of requests and answers.
    case trace = 10
    case debug = 20
    case info = 30
    case warn = 40
    case error = 50
    /// No lines; none is of this level.
    case off = 100

    public var name: StaticString {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .warn: "warn"
        case .error: "error"
        case .off: "off"
        }
    }

    /// Reads a level's name, in letters of either case, or its number; nil where it is neither.
    public init?(_ text: String) {
        let text = text.lowercased()
        guard let level = Self.allCases.first(where: { text == "\($0.name)" || text == String($0.rawValue) }) else {
            return nil
        }
        self = level
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
