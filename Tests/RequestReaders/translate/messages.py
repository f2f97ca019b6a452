"""Anthropic's messages: content blocks, with calls and results among them."""
from typing import Any, Dict, Iterator, List

from recorded import Recorded

Block = Dict[str, Any]

HERE = ("messages", "system", "model", "max_tokens", "temperature", "top_p", "stop_sequences", "tools", "tool_choice",
        "thinking", "metadata", "stream")
CHOICES = {"auto": "auto", "none": "none", "any": "required"}


def request(recorded: Recorded) -> Dict[str, Any]:
    body = recorded.body
    asked: Dict[str, Any] = {"messages": list(messages(body)), "max_tokens": body["max_tokens"]}
    asked.update({name: body[name] for name in ("model", "temperature", "top_p", "metadata") if body.get(name) is not None})
    if body.get("stop_sequences"):
        asked["stop"] = body["stop_sequences"]
    if body.get("tools"):
        asked["tools"] = [tool(one) for one in body["tools"]]
    if body.get("tool_choice"):
        kind = body["tool_choice"]["type"]
        asked["tool_choice"] = CHOICES.get(kind) or {"type": "function", "function": {"name": body["tool_choice"]["name"]}}
    extra = {name: value for name, value in body.items() if name not in HERE and value is not None}
    thinking = body.get("thinking")
    if thinking and thinking["type"] == "enabled":
        # The library's bound is of the answer alone.
        asked["reasoning"] = {"max_tokens": thinking["budget_tokens"]}
        asked["max_tokens"] -= thinking["budget_tokens"]
    elif thinking:
        extra["thinking"] = thinking  # adaptive, without an effort: the provider's own
    return {**asked, "extra": extra} if extra else asked


def tool(said: Block) -> Block:
    if "type" in said:
        return said  # the provider's own
    function = {"name": said["name"], "parameters": said["input_schema"]}
    function.update({name: said[name] for name in ("description", "strict") if name in said})
    mark = {"cache_control": said["cache_control"]} if said.get("cache_control") else {}
    return {"type": "function", "function": function, **mark}


def messages(body: Dict[str, Any]) -> Iterator[Block]:
    if body.get("system"):
        yield {"role": "system", "content": content(body["system"])}
    for turn in body["messages"]:
        if turn["role"] == "assistant":
            yield answer(turn["content"])
        else:
            yield from asked(turn)


def asked(turn: Block) -> Iterator[Block]:
    blocks = turn["content"]
    others = blocks if isinstance(blocks, str) else [block for block in blocks if block["type"] != "tool_result"]
    for block in blocks:
        if isinstance(block, dict) and block["type"] == "tool_result":
            yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": content(block["content"]),
                   **{name: block[name] for name in ("is_error", "cache_control") if name in block}}
    if others:
        yield {"role": turn["role"], "content": content(others)}


def answer(blocks: Any) -> Block:
    """As the library gives it: with the blocks themselves, where text and calls do not say it all."""
    if isinstance(blocks, str):
        return {"role": "assistant", "content": blocks}
    calls = [{"id": block["id"], "type": "function",
              "function": {"name": block["name"], "arguments": block["input"]}}
             for block in blocks if block["type"] == "tool_use"]
    # (Citations are in "native".)
    texts = [{name: value for name, value in block.items() if name != "citations"}
             for block in blocks if block["type"] == "text"]
    message: Block = {"role": "assistant", "content": content(texts) if texts else None}
    if calls:
        message["tool_calls"] = calls
    if any(block["type"] not in ("text", "tool_use") or "citations" in block for block in blocks):
        message["native"] = {"wire": "anthropic", "content": blocks}
    return message


def content(blocks: Any) -> Any:
    return blocks if isinstance(blocks, str) else [part(block) for block in blocks]


def part(block: Block) -> Block:
    source = block.get("source", {})
    place = {"file": "file_id", "url": "file_url"}.get(source.get("type"))
    if block["type"] != "document" or place is None:
        return block  # text, and documents as text, which only this provider has
    return {"type": "file", "file": {place: source["file_id" if source["type"] == "file" else "url"]}}
