"""OpenAI's responses: input items instead of messages."""
from typing import Any, Dict, Iterator, List

from recorded import Recorded

Item = Dict[str, Any]

SAME = ("model", "temperature", "top_p", "reasoning", "metadata")
#: What the library sees to; "include" is what it asks for by itself where there is reasoning.
HERE = ("input", "instructions", "max_output_tokens", "tools", "tool_choice", "text", "stream", *SAME)


def request(recorded: Recorded) -> Dict[str, Any]:
    body = recorded.body
    asked: Dict[str, Any] = {"messages": list(messages(body))}
    asked.update({name: body[name] for name in SAME if name in body})
    if "max_output_tokens" in body:
        asked["max_tokens"] = body["max_output_tokens"]
    if body.get("tools"):
        asked["tools"] = [tool(one) for one in body["tools"]]
    if "tool_choice" in body:
        asked["tool_choice"] = choice(body["tool_choice"])
    if "text" in body:
        form = dict(body["text"]["format"])
        kind = form.pop("type")
        asked["response_format"] = {"type": kind, kind: form}
    # Where nothing is said, the wire stores and the library does not.
    asked["extra"] = {"store": True, **{name: value for name, value in body.items() if name not in HERE}}
    return asked


def tool(said: Item) -> Item:
    """(Where nothing is said, this wire is strict and libllm is not.)"""
    function = {"strict": True, **{key: value for key, value in said.items() if key != "type"}}
    return {"type": "function", "function": function}


def choice(said: Any) -> Any:
    if isinstance(said, str):
        return said
    if said["type"] == "allowed_tools":
        return {"type": "allowed_tools",
                "allowed_tools": {"mode": said["mode"], "tools": [choice(one) for one in said["tools"]]}}
    return {"type": "function", "function": {"name": said["name"]}}


def messages(body: Dict[str, Any]) -> Iterator[Item]:
    """What the model said between two messages of others is one message."""
    if body.get("instructions"):
        yield {"role": "system", "content": body["instructions"]}
    if isinstance(body["input"], str):
        yield {"role": "user", "content": body["input"]}
        return
    said: List[Item] = []
    for item in [*body["input"], {"type": "end"}]:
        if item["type"] in ("reasoning", "function_call") or item.get("role") == "assistant":
            said.append(item)
            continue
        if said:
            yield answer(said)
            said = []
        if item["type"] == "function_call_output":
            yield {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
        elif item["type"] == "message":
            yield {"role": item["role"], "content": content(item["content"])}


def answer(items: List[Item]) -> Item:
    """As the library gives it: with the items themselves, where text and calls do not say it all."""
    calls = [{"id": item["call_id"], "type": "function",
              "function": {"name": item["name"], "arguments": item["arguments"]}}
             for item in items if item["type"] == "function_call"]
    texts = [content(item["content"]) for item in items if item["type"] == "message"]
    text = "".join(one if isinstance(one, str) else "".join(part["text"] for part in one) for one in texts)
    message: Item = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = calls
    if any(item["type"] == "reasoning" for item in items):
        message["native"] = {"wire": "openai-responses", "content": [whole(item) for item in items]}
    return message


def whole(item: Item) -> Item:
    """An item as the provider gave it: its texts have annotations, if only an empty list. (The recorded clients left
    that out.)"""
    if item["type"] != "message" or isinstance(item["content"], str):
        return item
    return {**item, "content": [{"annotations": [], **part} for part in item["content"]]}


def content(said: Any) -> Any:
    if isinstance(said, str):
        return said
    return [{"type": "text", "text": part["text"]} for part in said]
