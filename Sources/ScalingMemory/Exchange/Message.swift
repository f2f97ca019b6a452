/// One message of a conversation, as in OpenAI's chat completions.
/// https://platform.openai.com/docs/api-reference/chat/create
public struct Message: Sendable, Hashable {
    public enum Role: String, Sendable, CaseIterable {
        case system, developer, user, assistant, tool, function
    }

    public enum Content: Sendable, Hashable {
        case text(String)
        case parts([ContentPart])

        /// The text, parts joined.
        public var text: String {
            switch self {
            case .text(let text): text
            case .parts(let parts): parts.compactMap(\.text).joined()
            }
        }
    }

    public var role: Role
    public var content: Content?
    /// The calls that an assistant's message makes.
    public var toolCalls: [ToolCall]
    /// The call that a tool's message answers.
    public var toolCallID: String?
    /// The participant's name; a function's name where the role is `function`.
    public var name: String?
    /// Why the model refused, in its words.
    public var refusal: String?
    /// What the provider that wrote the message said and the chat format has no words for, such as signed reasoning. The
    /// same wire gets it back as it was; others do not see it.
    public var native: NativeContent?
    /// Further members, sent as they are on the chat wire.
    public var extra: JSONObject

    public init(role: Role, content: Content?, toolCalls: [ToolCall] = []) {
        self.role = role
        self.content = content
        self.toolCalls = toolCalls
        self.extra = JSONObject()
    }

    public static func system(_ text: String) -> Message { Message(role: .system, content: .text(text)) }
    public static func user(_ text: String) -> Message { Message(role: .user, content: .text(text)) }
    public static func assistant(_ text: String) -> Message { Message(role: .assistant, content: .text(text)) }

    /// The result of the tool call `id`.
    public static func tool(_ result: String, for id: String) -> Message {
        var message = Message(role: .tool, content: .text(result))
        message.toolCallID = id
        return message
    }

    /// The text of the content, its parts joined.
    public var text: String { content?.text ?? "" }
}

/// A piece of a message's content: `{"type": "text", "text": …}`, `{"type": "image_url", …}` and so on.
public struct ContentPart: Sendable, Hashable {
    public var type: String
    /// All members but "type".
    public var members: JSONObject

    public init(type: String, members: JSONObject) {
        self.type = type
        self.members = members
    }

    public static func text(_ text: String) -> ContentPart {
        ContentPart(type: "text", members: ["text": .string(text)])
    }

    /// An image by `https:` or `data:` URL.
    public static func image(url: String) -> ContentPart {
        ContentPart(type: "image_url", members: ["image_url": ["url": .string(url)]])
    }

    /// A text part's text.
    public var text: String? {
        type == "text" ? members["text"]?.string : nil
    }
}

/// A call of a tool that the model asks for.
public struct ToolCall: Sendable, Hashable {
    public var id: String
    public var name: String
    /// The arguments as JSON text. What the model wrote, which need not be valid.
    public var arguments: String

    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// A message's content in the words of one wire.
public struct NativeContent: Sendable, Hashable {
    /// The wire whose words these are, such as "anthropic".
    public var wire: String
    public var content: JSONValue

    public init(wire: String, content: JSONValue) {
        self.wire = wire
        self.content = content
    }
}
