"""OpenAI's chat completions, in the dialects of ten providers: nearly libllm's own words."""
from typing import Any, Dict

from recorded import Recorded

SAME = ("model", "temperature", "top_p", "stop", "tools", "response_format", "metadata", "reasoning")
#: Which of the request's fields these are.
BOUNDS = ("max_tokens", "max_completion_tokens")
SEEDS = ("seed", "random_seed")
#: What the operation and the library see to.
STREAMING = ("stream", "stream_options")
HOTTEST = 2  # a higher temperature the library refuses by itself
#: What these providers want back with a message: the library keeps it in "native".
RETURNED = {"deepseek": "reasoning_content", "openrouter": "reasoning_details"}


def request(recorded: Recorded) -> Dict[str, Any]:
    asked: Dict[str, Any] = {"messages": [message(one, recorded.provider) for one in recorded.body["messages"]]}
    extra = {}
    for name, value in recorded.body.items():
        if name == "messages" or name in STREAMING or value is None:
            continue
        if name in BOUNDS:
            asked["max_tokens"] = value
        elif name in SEEDS:
            asked["seed"] = value
        elif name == "reasoning_effort":
            asked["reasoning"] = {"effort": value}
        elif name == "tool_choice":
            asked[name] = "required" if value == "any" else value  # Mistral knows both words
        elif name in SAME and not (name == "temperature" and value > HOTTEST):
            asked[name] = value
        else:
            extra[name] = value
    return {**asked, "extra": extra} if extra else asked


def message(said: Dict[str, Any], provider: str) -> Dict[str, Any]:
    name = RETURNED.get(provider, "")
    if name not in said:
        return said
    rest = {key: value for key, value in said.items() if key != name}
    return {**rest, "native": {"wire": "openai-chat", "content": {name: said[name]}}}
