@testable import ScalingMemory

/// The JSON reader, strict and repairing, and what is made of its documents.
enum JSONTarget {
    static let target = FuzzTarget("json") { input in
        let parser = JSONParser()
        // What a parser has read before makes no difference.
        let strict = try? parser.parse(input) { node in
            try checkPlaces(node, isStrict: true)
            return JSONValue(node)
        }
        let repaired = try? parser.parseRepairing(input) { node in
            try checkPlaces(node, isStrict: strict != nil)
            return JSONValue(node)
        }
        if let strict {
            try require(repaired == strict, "the repairing parser read \(String(describing: repaired)), not \(strict)")
        }
        if let repaired { try checkWriting(repaired, parser) }
        try checkNumberArrays(input, isJSON: strict != nil, parser)
        try checkAssembling(input, parser)
    }

    /// Every member is found by its name, the last of those that share one; texts are UTF-8.
    private static func checkPlaces(_ node: JSONNode, isStrict: Bool) throws {
        if isStrict, let utf8 = node.utf8 {
            try require(String(validating: utf8, as: UTF8.self) != nil, "a text is not UTF-8")
        }
        var last: [String: JSONNode] = [:]
        var count = 0
        for (key, value) in node.members {
            last[key] = value
            count += 1
            try checkPlaces(value, isStrict: isStrict)
        }
        if isStrict {
            for (key, value) in last { try require(node[key].map(JSONValue.init) == JSONValue(value), "no \(key)") }
        }
        for element in node.elements {
            count += 1
            try checkPlaces(element, isStrict: isStrict)
        }
        try require(count == node.count, "\(count) values in a container of \(node.count)")
        try require(node[node.count] == nil, "there is an element after the last one")
    }

    /// What is written is JSON, and is read back as the same value.
    private static func checkWriting(_ value: JSONValue, _ parser: JSONParser) throws {
        let json = value.json
        let again = try Self.read(json, parser)
        try require(again.isAlike(value), "\(json) was read back as \(again.json)")
    }

    static func read(_ json: String, _ parser: JSONParser) throws -> JSONValue {
        do {
            return try parser.parse(json) { JSONValue($0) }
        } catch {
            throw Violation(description: "what was written cannot be read back: \(error): \(json)")
        }
    }

    /// A document without its arrays of numbers is JSON exactly if it is JSON with them.
    private static func checkNumberArrays(_ input: UnsafeRawBufferPointer, isJSON: Bool, _ parser: JSONParser) throws {
        let arrays = JSONNumberArrays(input)
        let isRestJSON = (try? parser.parse(arrays.rest.bytes) { _ in }) != nil
        try require(isRestJSON == isJSON, "without its numbers: \(isRestJSON), with them: \(isJSON)")
        for (range, count) in arrays.found {
            let text = "[" + String(decoding: input[range], as: UTF8.self) + "]"
            let numbers = try read(text, parser).array
            try require(numbers?.count == count, "\(numbers?.count ?? -1) numbers, not \(count), are in \(text)")
        }
    }

    /// Texts of a row of documents, as a stream has them: what is passed on is UTF-8, and is what is kept.
    private static func checkAssembling(_ input: UnsafeRawBufferPointer, _ parser: JSONParser) throws {
        var assembler = TextAssembler()
        var passed: [[UInt8]] = []
        for line in input.split(separator: UInt8(ascii: "\n")) {
            _ = try? parser.parseRepairing(UnsafeRawBufferPointer(rebasing: line)) { node in
                for node in node.kind == .array ? Array(node.elements) : [node] {
                    if let utf8 = node.utf8 { assembler.append(utf8) { passed.append(Array($0)) } }
                }
            }
        }
        assembler.flush { passed.append(Array($0)) }
        for piece in passed { try require(String(validating: piece, as: UTF8.self) != nil, "\(piece) is not UTF-8") }
        let joined = passed.flatMap { $0 }
        try require(joined == Array(assembler.text.utf8), "\(joined) was passed on, and \(assembler.text) kept")
    }
}

extension JSONValue {
    /// Equal but for the last digits of numbers: Boost.JSON rounds some of 17 digits otherwise than they were written. What
    /// is not finite is null in JSON.
    func isAlike(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.array(let one), .array(let two)):
            return one.count == two.count && zip(one, two).allSatisfy { $0.isAlike($1) }
        case (.object(let one), .object(let two)):
            return one.members.count == two.members.count
                && zip(one.members, two.members).allSatisfy { $0.key == $1.key && $0.value.isAlike($1.value) }
        case (.null, .number(let number)): return !number.isFinite
        default:
            guard let one = double, let two = other.double else { return self == other }
            return one == two || abs(one - two) <= max(abs(one), abs(two)) * 1e-15 + .leastNormalMagnitude
        }
    }

    private var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .unsignedInteger(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
