/// A tool call that arrives in pieces.
struct ToolCallAssembler {
    private(set) var id: String
    private(set) var name: String
    var arguments = ""
    var isComplete = false

    init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    /// Takes the id if none was known, and gives it back then.
    mutating func takeID(_ new: String?) -> String? {
        guard let new, !new.isEmpty, id.isEmpty else { return nil }
        id = new
        return new
    }

    /// Takes the name, or a piece of it: some providers send it whole with every piece, some cut it. Gives back what is
    /// new.
    mutating func takeName(_ new: String?) -> String? {
        guard let new, !new.isEmpty, new != name, arguments.isEmpty else { return nil }
        name += new
        return new
    }

    /// The call; a tool without parameters gets an empty object.
    var call: ToolCall {
        ToolCall(id: id, name: name, arguments: arguments.isEmpty ? "{}" : arguments)
    }
}
