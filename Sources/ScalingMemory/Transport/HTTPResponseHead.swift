/// A response's status and header fields. The fields are kept as they came and looked up when asked for: most are never.
package struct HTTPResponseHead: Sendable {
    package private(set) var status = 0
    private var lines: [UInt8] = []

    /// A response has no more bytes of header fields than this.
    static let maximumBytes = 256 * 1024

    package init() {}

    package init(status: Int, headers: [HTTPHeader] = []) {
        self.status = status
        for header in headers { lines.append(contentsOf: Array("\(header.name): \(header.value)\r\n".utf8)) }
    }

    /// Takes a line as libcurl hands it over, with its end. A status line begins a new head: an interim one (1xx) or a
    /// proxy's came before. False when there are too many.
    mutating func append(line: UnsafeRawBufferPointer) -> Bool {
        if line.starts(with: "HTTP/".utf8) {
            let digits = line.drop { $0 != UInt8(ascii: " ") }.dropFirst().prefix(3)
            status = Int(String(decoding: digits, as: UTF8.self)) ?? 0
            lines.removeAll(keepingCapacity: true)
            return true
        }
        lines.append(contentsOf: line)
        return lines.count <= Self.maximumBytes
    }

    /// The value of the first field of this name, which is given in lower case.
    package func first(_ name: StaticString) -> String? {
        let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        let lines = lines.span
        var start = 0
        while start < lines.count - name.count {
            if Self.isName(name, in: lines, at: start) { return value(at: start + name.count + 1) }
            while start < lines.count, lines[start] != UInt8(ascii: "\n") { start += 1 }
            start += 1
        }
        return nil
    }

    /// Whether the name and a colon stand at `start`.
    private static func isName(_ name: UnsafeBufferPointer<UInt8>, in lines: Span<UInt8>, at start: Int) -> Bool {
        guard lines[start + name.count] == UInt8(ascii: ":") else { return false }
        for index in name.indices where lowercased(lines[start + index]) != name[index] { return false }
        return true
    }

    private func value(at start: Int) -> String {
        let end = lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.endIndex
        return String(decoding: Self.trimmed(lines[start..<end]), as: UTF8.self)
    }

    /// Calls `body` with each field whose name begins with `prefix`, given in lower case: the rest of the name, in lower case
    /// too, and the value. One pass, since most heads have none of them.
    func forEachField(prefix: StaticString, _ body: (_ name: String, _ value: String) -> Void) {
        let prefix = UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        var start = lines.startIndex
        while start < lines.endIndex {
            let end = lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.endIndex
            let line = lines[start..<end]
            start = min(end + 1, lines.endIndex)
            guard line.count > prefix.count, zip(line, prefix).allSatisfy({ Self.lowercased($0) == $1 }),
                let colon = line.firstIndex(of: UInt8(ascii: ":")), colon >= line.startIndex + prefix.count
            else { continue }
            let name = line[(line.startIndex + prefix.count)..<colon].map(Self.lowercased)
            let value = Self.trimmed(line[(colon + 1)...])
            body(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var value = value.drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return value
    }
}
