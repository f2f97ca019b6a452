"""What providers take beyond the words of the SDK that reads their requests: they speak another provider's wire, or their
SDK has let go of something that its models still take. Each of these is in a recorded request that was answered."""
import copy
from typing import Any, Dict, List, Tuple

#: By wire and provider: members of the body, members of its messages.
EXTENSIONS: Dict[str, Tuple[Tuple[str, ...], Tuple[str, ...]]] = {
    "openai-chat/deepseek": (("thinking",), ("reasoning_content",)),
    "openai-chat/doubleword": ((), ("reasoning_content",)),
    "openai-chat/groq": (("stream_options",), ()),
    "openai-chat/llamacpp": ((), ("reasoning_content",)),
    # Of reasoning its SDK has the effort alone.
    "openai-chat/openrouter": (("include_reasoning", "n", "reasoning.max_tokens"), ()),
    "openai-chat/perplexity": (("search_context_size", "return_related_questions"), ()),
    "openai-chat/venice": (("venice_parameters",), ("reasoning_content",)),
    "anthropic/anthropic": (("temperature",), ()),  # models before Opus 4.7
}

#: Requests that the SDK's types do not take, and the provider did; what they do not take.
BEYOND = {"openai-chat/llamacpp/image_tool_result__a_tool_result_image_is_read_by_the_model": "ToolMessageParam.content"}


def without(wire_and_provider: str, body: Dict[str, Any]) -> Tuple[Dict[str, Any], List[str]]:
    """The body without its provider's extensions, and those that were in it."""
    of_body, of_messages = EXTENSIONS.get(wire_and_provider, ((), ()))
    body, found = copy.deepcopy(body), set()
    for value, names in [(body, of_body), *((message, of_messages) for message in body.get("messages", []))]:
        for name in names:
            *outer, member = name.split(".")
            place = value.get(outer[0], {}) if outer else value
            if member in place:
                del place[member]
                found.add(name)
    return body, sorted(found)
