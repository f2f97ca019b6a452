/// How much a line matters, and from where on lines are wanted; the numbers are those of llm.h and of pino.
public enum LogLevel: Int32, Sendable, Comparable {
    /// With the texts of requests and answers.
    case trace = 10
    case debug = 20
    case info = 30
    case warn = 40
    case error = 50
    /// No lines; none is of this level.
    case off = 100

    /// Reads a level's name or its number; nil where it is neither.
    public init?(_ text: String) {
        switch text {
        case "trace", "10": self = .trace
        case "debug", "20": self = .debug
        case "info", "30": self = .info
        case "warn", "40": self = .warn
        case "error", "50": self = .error
        case "off", "100": self = .off
        default: return nil
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
