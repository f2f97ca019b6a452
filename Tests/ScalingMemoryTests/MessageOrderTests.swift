import Testing

@testable import ScalingMemory

@Suite("Conversations that chat wires take, and those they do not")
struct MessageOrderTests {
    private static let user = #"{"role": "user", "content": "a"}"#

    private static func call(_ ids: String...) -> String {
        let calls = ids.map { #"{"id": "\#($0)", "function": {"name": "f", "arguments": "{}"}}"# }
        return #"{"role": "assistant", "content": null, "tool_calls": [\#(calls.joined(separator: ","))]}"#
    }

    private static func answer(_ id: String) -> String {
        #"{"role": "tool", "tool_call_id": "\#(id)", "content": ""}"#
    }

    private func problem(_ messages: [String]) -> String? {
        do throws(LLMError) {
            _ = try Request(json: "[\(messages.joined(separator: ","))]").prepared(sanitizing: true)
            return nil
        } catch {
            #expect(error.code == .invalidArgument)
            return error.message
        }
    }

    @Test(
        "What providers take is taken",
        arguments: [
            [user], [user, user], [user, call("1"), answer("1")],
            [user, call("1", "2"), answer("2"), answer("1"), user],
            // Not answered, or answered late.
            [user, call("1", "2"), answer("1"), user], [user, call("1"), user, answer("1")],
            // The same ids in each turn, and empty ones, which some servers give.
            [user, call("1"), answer("1"), call("1"), answer("1")], [user, call("", ""), answer(""), answer("")],
            [call("1")], [#"{"role": "system", "content": ""}"#, user], [#"{"role": "system", "content": "only"}"#],
            [user, #"{"role": "assistant", "content": "", "tool_calls": []}"#],
            [user, #"{"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}}"#],
            [user, #"{"role": "assistant", "refusal": "no"}"#],
            [user, #"{"role": "function", "name": "f", "content": null}"#],
            [
                user, #"{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]}"#,
                answer("t"),
            ],
            [
                user,
                #"{"role": "assistant", "content": "", "native": {"wire": "anthropic", "content": [{"type": "tool_use", "id": "t"}]}}"#,
                answer("t"),
            ],
        ]
    )
    func taken(messages: [String]) {
        #expect(problem(messages) == nil)
    }

    @Test(
        "What they refuse is refused with the message's index",
        arguments: [
            ([user, #"{"role": "tool", "content": "a"}"#], "messages[1].tool_call_id is missing"),
            ([user, answer("1")], #"messages[1].tool_call_id is "1", and no message before it"#),
            ([user, call("1"), answer("2")], #"messages[2].tool_call_id is "2", and no message before it"#),
            ([user, answer("1"), call("1")], #"messages[1].tool_call_id is "1", and no message before it"#),
            ([user, call("1"), answer("")], #"messages[2].tool_call_id is "", and no message before it"#),
            (
                [user, call("1"), answer("1"), answer("1")],
                #"messages[3].tool_call_id is "1", a call that was answered before"#
            ),
            ([user, call("1", "2", "1")], #"messages[1].tool_calls[2].id is "1", as another call's"#),
            (
                [user, #"{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}"#],
                "messages[1].tool_calls[0].id is missing"
            ),
            (
                [user, #"{"role": "assistant", "tool_calls": [{"id": "1", "function": {}}]}"#],
                "messages[1].tool_calls[0].function.name is missing"
            ),
            (
                [user, #"{"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": ""}}]}"#],
                "messages[1].tool_calls[0].function.name is empty"
            ),
            ([user, #"{"role": "assistant", "content": null}"#], "messages[1] has neither content nor tool_calls"),
            ([#"{"role": "user"}"#], "messages[0].content is missing"),
            ([user, #"{"role": "system", "content": null}"#], "messages[1].content is missing"),
            ([user, call("1"), #"{"role": "tool", "tool_call_id": "1"}"#], "messages[2].content is missing"),
            ([user, #"{"role": "robot", "content": "a"}"#], #"messages[1].role is "robot"; it takes"#),
            ([], "messages is empty"),
        ]
    )
    func refused(messages: [String], begins: String) {
        #expect(problem(messages)?.hasPrefix(begins) == true)
    }

    @Test("Messages of Swift's own making are looked at too")
    func swiftMessages() {
        let request = Request(messages: [.user("a"), .tool("b", for: "1")])
        #expect(throws: LLMError.self) { try request.prepared(sanitizing: false) }
        #expect(throws: LLMError.self) { try Request(messages: []).prepared(sanitizing: true) }
    }

    @Test("Anthropic takes no conversation of system messages only")
    func systemOnly() {
        let request = Request(messages: [.system("a")], model: "m")
        let endpoint = Endpoint(baseURL: "http://127.0.0.1")
        #expect(throws: LLMError.self) { try AnthropicAdapter().encodeChat(request, streaming: false, to: endpoint) }
        #expect(throws: Never.self) { try OpenAIAdapter().encodeChat(request, streaming: false, to: endpoint) }
    }
}
