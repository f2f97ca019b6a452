/// Takes reasoning in `<think>…</think>` out of the beginning of an answer's text, wherever the pieces are cut.
///
/// Tags count only before the answer's first word: further on they are something that the answer talks about. White space
/// between the reasoning and the answer is neither. Reasoning that does not end was cut off, and is reasoning still.
struct ThinkTagSplitter {
    enum Kind {
        case text, reasoning
    }

    private enum State {
        /// Before the answer: only white space, and reasoning, has come.
        case beforeAnswer(hasReasoned: Bool)
        case reasoning
        case answer
    }

    private static let opening = Array("<think>".utf8)
    private static let closing = Array("</think>".utf8)

    private var state = State.beforeAnswer(hasReasoned: false)
    /// White space that belongs to the text, should it turn out to be all text.
    private var space: [UInt8] = []
    /// What may be the beginning of a tag.
    private var held: [UInt8] = []

    /// Takes a piece, and hands on what of it is certain.
    mutating func feed(_ piece: UnsafeRawBufferPointer, _ pass: (Kind, UnsafeRawBufferPointer) -> Void) {
        if case .answer = state {
            pass(.text, piece)
            return
        }
        held.append(contentsOf: piece)
        var goesOn = true
        while goesOn {
            switch state {
            case .beforeAnswer(let hasReasoned): goesOn = begin(hasReasoned, pass)
            case .reasoning: goesOn = reason(pass)
            case .answer: goesOn = false
            }
        }
    }

    /// Hands on what was held back: nothing follows.
    mutating func flush(_ pass: (Kind, UnsafeRawBufferPointer) -> Void) {
        if case .reasoning = state {
            Self.pass(held[...], as: .reasoning, pass)
        } else {
            Self.pass((space + held)[...], as: .text, pass)
        }
        held = []
        space = []
    }

    /// Looks for the opening tag, and says whether there is more to look at.
    private mutating func begin(_ hasReasoned: Bool, _ pass: (Kind, UnsafeRawBufferPointer) -> Void) -> Bool {
        let first = held.firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? held.endIndex
        if !hasReasoned { space += held[..<first] }
        held.removeSubrange(..<first)
        if held.starts(with: Self.opening) {
            held.removeFirst(Self.opening.count)
            space = []
            state = .reasoning
            return true
        }
        if Self.opening.starts(with: held) { return false }
        state = .answer
        Self.pass((space + held)[...], as: .text, pass)
        space = []
        held = []
        return false
    }

    /// Looks for the closing tag; all but what may be its beginning is reasoning.
    private mutating func reason(_ pass: (Kind, UnsafeRawBufferPointer) -> Void) -> Bool {
        var start = held.startIndex
        while let next = held[start...].firstIndex(of: UInt8(ascii: "<")) {
            let rest = held[next...]
            if rest.starts(with: Self.closing) {
                Self.pass(held[..<next], as: .reasoning, pass)
                held.removeSubrange(..<(next + Self.closing.count))
                state = .beforeAnswer(hasReasoned: true)
                return true
            }
            if Self.closing.starts(with: rest) {
                Self.pass(held[..<next], as: .reasoning, pass)
                held.removeSubrange(..<next)
                return false
            }
            start = next + 1
        }
        Self.pass(held[...], as: .reasoning, pass)
        held = []
        return false
    }

    private static func pass(
        _ bytes: ArraySlice<UInt8>,
        as kind: Kind,
        _ pass: (Kind, UnsafeRawBufferPointer) -> Void
    ) {
        if !bytes.isEmpty { bytes.withUnsafeBytes { pass(kind, $0) } }
    }
}
