import Testing

@testable import ScalingMemory

/// A wire as the matrix sees it: an answer of its provider, and where a body says what a conversation holds.
private struct Wire: Sendable, CustomTestStringConvertible {
    let adapter: any ProviderAdapter
    /// Reasoning "Hm.", text "Let me look.", and two calls: c_1 of weather in Paris, c_2 of clock without arguments.
    let answer: String
    /// What only this wire's provider can read, and must see again.
    let secret: String
    /// The turns of a body: each its role ("user", "assistant", "call", "result") and its words. A wire on which calls have no
    /// ids has "-" in their place.
    let turns: @Sendable (JSONValue) -> [Turn]
    var hasCallIDs = true

    var testDescription: String { adapter.wire }
}

private struct Turn: Equatable {
    let kind: String
    let words: String

    init(_ kind: String, _ words: String?...) {
        self.kind = kind
        self.words = words.map { $0 ?? "" }.joined(separator: " ")
    }
}

// To add a wire: an entry here.
private let wires: [Wire] = [
    Wire(
        adapter: OpenAIAdapter(),
        answer: """
            {"id": "1", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
             "role": "assistant", "content": "Let me look.", "reasoning": "Hm.",
             "reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "signature": "chat-signed", "index": 0}],
             "tool_calls": [{"id": "c_1", "type": "function", "function": {"name": "weather",
             "arguments": "{\\"city\\":\\"Paris\\"}"}}, {"id": "c_2", "type": "function", "function": {"name": "clock",
             "arguments": "{}"}}]}}]}
            """,
        secret: "chat-signed",
        turns: { body in
            (body["messages"]?.array ?? []).flatMap { message -> [Turn] in
                let text = message["content"]?.string
                if message["role"] == "tool" { return [Turn("result", message["tool_call_id"]?.string, text)] }
                let said = text.map { [Turn(message["role"]?.string ?? "", $0)] } ?? []
                return said
                    + (message["tool_calls"]?.array ?? []).map { call in
                        Turn(
                            "call",
                            call["id"]?.string,
                            call["function"]?["name"]?.string,
                            call["function"]?["arguments"]?.string
                        )
                    }
            }
        }
    ),
    Wire(
        adapter: OpenAIResponsesAdapter(),
        answer: """
            {"id": "r", "model": "m", "status": "completed", "output": [{"type": "reasoning", "id": "rs",
             "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "responses-encrypted"},
             {"type": "message", "id": "msg", "role": "assistant", "status": "completed",
             "content": [{"type": "output_text", "text": "Let me look.", "annotations": []}]},
             {"type": "function_call", "id": "fc1", "call_id": "c_1", "name": "weather",
             "arguments": "{\\"city\\":\\"Paris\\"}", "status": "completed"},
             {"type": "function_call", "id": "fc2", "call_id": "c_2", "name": "clock", "arguments": "{}",
             "status": "completed"}]}
            """,
        secret: "responses-encrypted",
        turns: { body in
            (body["input"]?.array ?? []).compactMap { item in
                switch item["type"]?.string {
                case "message":
                    let text = item["content"]?.string ?? item["content"]?[0]?["text"]?.string
                    return Turn(item["role"]?.string ?? "", text)
                case "function_call":
                    return Turn("call", item["call_id"]?.string, item["name"]?.string, item["arguments"]?.string)
                case "function_call_output":
                    return Turn("result", item["call_id"]?.string, item["output"]?.string)
                default: return nil
                }
            }
        }
    ),
    Wire(
        adapter: AnthropicAdapter(),
        answer: """
            {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use", "content": [
             {"type": "thinking", "thinking": "Hm.", "signature": "anthropic-signed"},
             {"type": "text", "text": "Let me look."},
             {"type": "tool_use", "id": "c_1", "name": "weather", "input": {"city": "Paris"}},
             {"type": "tool_use", "id": "c_2", "name": "clock", "input": {}}]}
            """,
        secret: "anthropic-signed",
        turns: { body in
            let system = body["system"].map { [Turn("system", $0.string)] } ?? []
            return system
                + (body["messages"]?.array ?? []).flatMap { message -> [Turn] in
                    let role = message["role"]?.string ?? ""
                    if let text = message["content"]?.string { return [Turn(role, text)] }
                    return (message["content"]?.array ?? []).compactMap { block in
                        switch block["type"]?.string {
                        case "text": Turn(role, block["text"]?.string)
                        case "tool_use":
                            Turn("call", block["id"]?.string, block["name"]?.string, block["input"]?.json)
                        case "tool_result": Turn("result", block["tool_use_id"]?.string, block["content"]?.string)
                        default: nil
                        }
                    }
                }
        }
    ),
    Wire(
        adapter: GeminiAdapter(),
        answer: """
            {"responseId": "g", "modelVersion": "m", "candidates": [{"finishReason": "STOP", "content": {"role": "model",
             "parts": [{"text": "Hm.", "thought": true}, {"text": "Let me look."},
             {"functionCall": {"id": "c_1", "name": "weather", "args": {"city": "Paris"}},
              "thoughtSignature": "gemini-signed"}, {"functionCall": {"id": "c_2", "name": "clock", "args": {}}}]}}]}
            """,
        secret: "gemini-signed",
        turns: { body in
            let instruction = body["systemInstruction"]?["parts"]?[0]?["text"]?.string
            let said = (body["contents"]?.array ?? []).flatMap { content -> [Turn] in
                let role = content["role"] == "model" ? "assistant" : "user"
                return (content["parts"]?.array ?? []).compactMap { part in
                    if let call = part["functionCall"] {
                        return Turn("call", "-", call["name"]?.string, call["args"]?.json)
                    }
                    if let result = part["functionResponse"]?["response"] {
                        return Turn("result", "-", result["output"]?.string)
                    }
                    return part["thought"] == true ? nil : Turn(role, part["text"]?.string)
                }
            }
            return [Turn("system", instruction)] + said
        },
        hasCallIDs: false
    ),
    Wire(
        adapter: OllamaAdapter(),
        answer: """
            {"model": "m", "done": true, "done_reason": "stop", "message": {"role": "assistant", "content": "Let me look.",
             "thinking": "Hm.", "tool_calls": [{"id": "c_1", "function": {"name": "weather", "arguments": {"city":
             "Paris"}}}, {"id": "c_2", "function": {"name": "clock", "arguments": {}}}]}}
            """,
        secret: #""thinking":"Hm.""#,
        turns: { body in
            (body["messages"]?.array ?? []).flatMap { message -> [Turn] in
                let text = message["content"]?.string
                if message["role"] == "tool" { return [Turn("result", "-", text)] }
                let calls = (message["tool_calls"]?.array ?? []).map { call in
                    Turn("call", "-", call["function"]?["name"]?.string, call["function"]?["arguments"]?.json)
                }
                return [Turn(message["role"]?.string ?? "", text)] + calls
            }
        },
        hasCallIDs: false
    ),
    Wire(
        adapter: BedrockAdapter(),
        answer: """
            {"stopReason": "tool_use", "output": {"message": {"role": "assistant", "content": [
             {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "bedrock-signed"}}},
             {"text": "Let me look."}, {"toolUse": {"toolUseId": "c_1", "name": "weather", "input": {"city": "Paris"}}},
             {"toolUse": {"toolUseId": "c_2", "name": "clock", "input": {}}}]}}}
            """,
        secret: "bedrock-signed",
        turns: { body in
            let system = Turn("system", body["system"]?[0]?["text"]?.string)
            let said = (body["messages"]?.array ?? []).flatMap { message -> [Turn] in
                (message["content"]?.array ?? []).compactMap { block in
                    if let call = block["toolUse"] {
                        return Turn("call", call["toolUseId"]?.string, call["name"]?.string, call["input"]?.json)
                    }
                    if let result = block["toolResult"] {
                        return Turn("result", result["toolUseId"]?.string, result["content"]?[0]?["text"]?.string)
                    }
                    return block["text"].map { Turn(message["role"]?.string ?? "", $0.string) }
                }
            }
            return [system] + said
        }
    ),
]

private let tool: JSONValue = [
    "type": "function",
    "function": [
        "name": "weather", "description": "The weather",
        "parameters": ["type": "object", "properties": ["city": ["type": "string"]]],
    ],
]

@Suite("A conversation begun with one provider goes on with another")
struct CrossProviderTests {
    /// The conversation, as a program that keeps responses' messages has it: as JSON, from one call to the next.
    private func conversation(begunWith wire: Wire) throws -> Request {
        let answer = try WireReading(wire.answer, by: wire.adapter).response
        let kept = JSONWriter.text { answer.message.write(to: &$0) }
        let message = try JSONParser().parse(kept) { try Message($0, path: "message") }
        var request = Request(messages: [
            .system("Be brief."), .user("How is it in Paris?"), message, .tool("Sunny.", for: "c_1"),
            .tool("Noon.", for: "c_2"), .assistant("Sunny at noon."), .user("And in Rome?"),
        ])
        request.model = "m"
        request.tools = [tool]
        return request
    }

    private func expected(on wire: Wire) -> [Turn] {
        let ids = wire.hasCallIDs ? ["c_1", "c_2"] : ["-", "-"]
        return [
            Turn("system", "Be brief."), Turn("user", "How is it in Paris?"), Turn("assistant", "Let me look."),
            Turn("call", ids[0], "weather", #"{"city":"Paris"}"#), Turn("call", ids[1], "clock", "{}"),
            Turn("result", ids[0], "Sunny."), Turn("result", ids[1], "Noon."), Turn("assistant", "Sunny at noon."),
            Turn("user", "And in Rome?"),
        ]
    }

    @Test("with its text, calls and results, for every pair of wires", arguments: wires, wires)
    fileprivate func goesOn(first: Wire, second: Wire) throws {
        let request = try conversation(begunWith: first)
        #expect(request.messages[2].toolCalls.count == 2)
        for streaming in [false, true] {
            let body = try second.adapter.encoded(request, streaming: streaming)
            #expect(second.turns(body) == expected(on: second))
            #expect(body.json.contains(first.secret) == (first.adapter.wire == second.adapter.wire))
            #expect((body["tools"] ?? body["toolConfig"])?.json.contains("The weather") == true)
            #expect(!body.json.contains("\"native\""))
        }
    }

    @Test("Every wire's answer reads alike", arguments: wires)
    fileprivate func reads(wire: Wire) throws {
        let response = try WireReading(wire.answer, by: wire.adapter).response
        #expect(response.content == "Let me look.")
        #expect(response.reasoning == "Hm.")
        #expect(response.finishReason == .toolCalls)
        #expect(
            response.toolCalls == [
                ToolCall(id: "c_1", name: "weather", arguments: #"{"city":"Paris"}"#),
                ToolCall(id: "c_2", name: "clock", arguments: "{}"),
            ]
        )
        #expect(response.native?.wire == wire.adapter.wire)
    }

    @Test("Every wire that a client can be made for is in the matrix")
    func isWhole() {
        let registry = ProviderRegistry.shared
        let known = Set(registry.names.compactMap { registry.provider(named: $0)?.adapter.wire })
        #expect(known.isSubset(of: wires.map(\.adapter.wire)))
    }
}
