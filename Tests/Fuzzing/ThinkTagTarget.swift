@testable import ScalingMemory

/// The splitter that takes reasoning in tags out of a text.
enum ThinkTagTarget {
    static let target = FuzzTarget("think") { input in
        let whole = read(input, Pieces.whole(input))
        for (how, pieces) in Pieces.all(input) {
            let cut = read(input, pieces)
            try require(cut.text == whole.text, "\(how), the text is another one")
            try require(cut.reasoning == whole.reasoning, "\(how), the reasoning is another one")
        }
        // What is taken away is tags and white space.
        let others = { (bytes: [UInt8]) in bytes.filter { !" \t\n\r</think>".utf8.contains($0) } }
        try require(others(whole.reasoning + whole.text) == others(Array(input)), "something is missing, or made up")
    }

    private static func read(_ input: UnsafeRawBufferPointer, _ pieces: Pieces) -> (text: [UInt8], reasoning: [UInt8]) {
        var splitter = ThinkTagSplitter()
        var found: (text: [UInt8], reasoning: [UInt8]) = ([], [])
        func take(_ kind: ThinkTagSplitter.Kind, _ bytes: UnsafeRawBufferPointer) {
            switch kind {
            case .text: found.text += bytes
            case .reasoning: found.reasoning += bytes
            }
        }
        pieces.forEach(of: input) {
            splitter.feed($0, take)
            return true
        }
        for _ in 0..<2 { splitter.flush(take) }
        return found
    }
}
