extension ToolCall {
    /// The arguments as the object that some wires take; `path` names the call in the error.
    func argumentsObject(path: String) throws(LLMError) -> JSONValue {
        if arguments.allSatisfy(\.isWhitespace) || arguments == "null" { return [:] }
        let value = try? JSONParser().parse(arguments) { JSONValue($0) }
        guard let value, value.object != nil else {
            throw .invalidArgument("\(path).function.arguments is not the text of a JSON object")
        }
        return value
    }
}
