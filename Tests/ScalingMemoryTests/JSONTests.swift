import Testing

@testable import ScalingMemory

@Suite("JSON, both ways")
struct JSONTests {
    private func read(_ text: String) throws -> JSONValue {
        try JSONParser().parse(text) { JSONValue($0) }
    }

    @Test(
        "What is read is written again as it was",
        arguments: [
            #"{"a":[1,-2,0.5,true,null,"x\n\u0000y"],"b":{},"c":18446744073709551615}"#, #""😀""#, "[]",
            "9223372036854775807",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try read(text).json == text)
    }

    @Test("Every byte below 0x20 is escaped when it is written, and nothing else but the quote and the backslash")
    func escaping() throws {
        for byte in UInt8(0)..<0x80 {
            let text = "a" + String(UnicodeScalar(byte)) + "é"
            let json = JSONValue.string(text).json
            let isEscaped = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            #expect((json != "\"\(text)\"") == isEscaped)
            #expect(try read(json) == .string(text))
        }
    }

    @Test("Malformed text says where it stops making sense", arguments: ["", "{", "[1,]", "{\"a\" 1}", "nul", "1 2"])
    func malformed(text: String) {
        #expect(throws: JSONParser.Failure.self) { try read(text) }
    }

    @Test("Zero is zero with any exponent", arguments: ["0e1444", "-0e999", "0.0e400", "0E+99999", "0e-5000"])
    func zeros(text: String) throws {
        #expect(try JSONParser().parse(text) { $0.number } == 0)
        #expect(try read("[\(text)]").json == "[0]")
    }

    @Test("Depth is bounded")
    func depth() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONParser.Failure.self) { try read(text) }
    }

    @Test("One parser serves many documents, large ones too")
    func reuse() throws {
        let parser = JSONParser()
        let text = "[" + String(repeating: "\"0123456789\",", count: 2000) + "1]"
        for _ in 0..<200 { #expect(try parser.parse(text) { $0.count } == 2001) }
    }

    @Test("Of members that have the same name the last counts, wherever it is looked for")
    func sameNames() throws {
        let text = #"{"a":1,"b":[{"c":2,"\u0063":3}],"a":{"d":4}}"#
        #expect(try read(text).json == #"{"a":{"d":4},"b":[{"c":3}]}"#)
        try JSONParser().parse(text) { root in
            #expect(root["a"]?["d"]?.integer == 4)
            #expect(root["b"]?[0]?["c"]?.integer == 3)
            #expect(root["b"]?[1] == nil)
            #expect(root["d"] == nil)
            #expect(root.members.map(\.key) == ["a", "b", "a"])
        }
    }

    @Test("Texts lie in the document unless an escape stands in them")
    func inPlace() throws {
        let long = String(repeating: "é", count: 5000)
        let text = #"{"plain":"\#(long)","escaped":"\#(long)\n\#(long)","\u0065mpty":""}"#
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { document in
            try JSONParser().parse(document) { root in
                let plain = root["plain"]?.utf8?.baseAddress
                #expect(plain == document.baseAddress?.advanced(by: 10))
                #expect(root["plain"]?.string == long)
                #expect(root["escaped"]?.string == "\(long)\n\(long)")
                #expect(root["empty"]?.string == "")
            }
        }
    }

    @Test("Text that a provider cut inside a surrogate pair is joined, and half a pair replaced")
    func surrogates() {
        var assembler = TextAssembler()
        var passed: [String] = []
        for piece in [#""a\ud83d""#, #""\ude00b""#, #""\ud83d""#, #""c""#] {
            piece.utf8.withContiguousStorageIfAvailable { utf8 in
                try? JSONParser().parseRepairing(UnsafeRawBufferPointer(utf8)) { node in
                    if let text = node.utf8 {
                        assembler.append(text) { passed.append(String(decoding: $0, as: UTF8.self)) }
                    }
                }
            }
        }
        #expect(passed == ["a", "😀b", "\u{FFFD}c"])
        #expect(assembler.text == "a😀b\u{FFFD}c")
    }
}
