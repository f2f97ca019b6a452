"""Ollama's chat."""
from typing import Any, Dict, List

from recorded import Recorded

OPTIONS = {"temperature": "temperature", "top_p": "top_p", "seed": "seed", "num_predict": "max_tokens", "stop": "stop"}
HERE = ("model", "messages", "stream", "tools", "format", "think", "options")


def request(recorded: Recorded) -> Dict[str, Any]:
    body = recorded.body
    asked: Dict[str, Any] = {"model": body["model"], "messages": messages(body["messages"])}
    extra = {name: value for name, value in body.items() if name not in HERE}
    for name, value in body.get("options", {}).items():
        if name in OPTIONS:
            asked[OPTIONS[name]] = value
        else:
            extra.setdefault("options", {})[name] = value
    if body.get("tools"):
        asked["tools"] = body["tools"]
    if "format" in body:
        asked["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": body["format"]}}
    if "think" in body:
        asked["reasoning"] = {"effort": "medium" if body["think"] else "none"}
    return {**asked, "extra": extra} if extra else asked


def messages(said: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """(Calls have no ids on this wire; a result answers the call of its name.)"""
    result: List[Dict[str, Any]] = []
    open_calls: List[Dict[str, Any]] = []
    for number, one in enumerate(said):
        message: Dict[str, Any] = {"role": one["role"], "content": one["content"]}
        if one["role"] == "tool":
            call = next(call for call in open_calls if call["function"]["name"] == one["tool_name"])
            open_calls.remove(call)
            message["tool_call_id"] = call["id"]
        if one.get("thinking"):
            message["native"] = {"wire": "ollama", "content": {"thinking": one["thinking"]}}
        if one.get("tool_calls"):
            message["tool_calls"] = [
                {"id": f"call_{number}_{place}", "type": "function", "function": call["function"]}
                for place, call in enumerate(one["tool_calls"])]
            open_calls += message["tool_calls"]
        result.append(message)
    return result
