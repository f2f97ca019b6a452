"""Gemini's generateContent: parts, with calls and results among them, and settings in generationConfig."""
import json
from typing import Any, Dict, Iterator, List, Tuple

from recorded import Recorded

Part = Dict[str, Any]

SETTINGS = {"temperature": "temperature", "topP": "top_p", "maxOutputTokens": "max_tokens", "stopSequences": "stop",
            "seed": "seed"}
FORM = ("responseMimeType", "responseJsonSchema", "thinkingConfig")
HERE = ("contents", "systemInstruction", "tools", "toolConfig", "generationConfig")
MODES = {"AUTO": "auto", "NONE": "none", "ANY": "required"}


def request(recorded: Recorded) -> Dict[str, Any]:
    body = recorded.body
    model = recorded.path.split("/models/")[1].split(":")[0]
    asked: Dict[str, Any] = {"model": model, "messages": list(messages(body))}
    extra = {name: value for name, value in body.items() if name not in HERE and value is not None}
    config = {name: value for name, value in (body.get("generationConfig") or {}).items() if value is not None}
    asked.update({ours: config[theirs] for theirs, ours in SETTINGS.items() if theirs in config})
    if "responseJsonSchema" in config:
        asked["response_format"] = {"type": "json_schema",
                                    "json_schema": {"name": "answer", "schema": config["responseJsonSchema"]}}
    if "thinkingConfig" in config:
        asked["reasoning"], more = reasoning(config["thinkingConfig"])
        if more:
            extra["generationConfig"] = {"thinkingConfig": more}
    others = {name: value for name, value in config.items() if name not in SETTINGS and name not in FORM}
    if others:
        extra.setdefault("generationConfig", {}).update(others)
    functions = [one for tool in body.get("tools") or [] for one in tool.get("functionDeclarations") or []]
    own = [{name: tool[name]} for tool in body.get("tools") or [] for name in tool
           if name != "functionDeclarations" and tool[name] is not None]
    if functions or own:
        asked["tools"] = [{"type": "function", "function": function} for function in functions] + own
    if body.get("toolConfig"):
        calling = body["toolConfig"]["functionCallingConfig"]
        names = calling.get("allowed_function_names")
        asked["tool_choice"] = ({"type": "function", "function": {"name": names[0]}} if names
                                else MODES[calling["mode"]])
    return {**asked, "extra": extra} if extra else asked


def reasoning(said: Dict[str, Any]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """In the library's words, and what those add that was not said."""
    asked = {"effort": said["thinkingLevel"]} if said.get("thinkingLevel") else {"max_tokens": said["thinkingBudget"]}
    shown = asked.get("max_tokens") != 0
    return asked, {"includeThoughts": False} if shown and not said.get("includeThoughts") else {}


def messages(body: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
    """(Calls have no ids on this wire; a result answers the call of its name.)"""
    if body.get("systemInstruction"):
        yield {"role": "system", "content": content(body["systemInstruction"]["parts"])}
    open_calls: List[Tuple[str, str]] = []
    for number, turn in enumerate(body["contents"]):
        if turn.get("role") == "model":
            message = answer(turn["parts"], number)
            open_calls += [(call["function"]["name"], call["id"]) for call in message.get("tool_calls", [])]
            yield message
            continue
        for part in turn["parts"]:
            if part.get("functionResponse"):
                name = part["functionResponse"]["name"]
                call = next(call for call in open_calls if call[0] == name)
                open_calls.remove(call)
                yield {"role": "tool", "tool_call_id": call[1],
                       "content": json.dumps(part["functionResponse"]["response"])}
        others = [part for part in turn["parts"] if not part.get("functionResponse")]
        if others:
            yield {"role": "user", "content": content(others)}


def answer(parts: List[Part], number: int) -> Dict[str, Any]:
    """As the library gives it: with the parts themselves, where they are signed or are thoughts."""
    calls = [part["functionCall"] for part in parts if part.get("functionCall")]
    texts = [part for part in parts if part.get("text") and not part.get("thought")]
    message: Dict[str, Any] = {"role": "assistant", "content": content(texts) if texts else None}
    if calls:
        message["tool_calls"] = [{"id": f"call_{number}_{place}", "type": "function",
                                  "function": {"name": call["name"], "arguments": call["args"]}}
                                 for place, call in enumerate(calls)]
    if any(part.get("thoughtSignature") or part.get("thought") for part in parts):
        message["native"] = {"wire": "gemini", "content": [{key: value for key, value in part.items() if value is not None}
                                                           for part in parts]}
    return message


def content(parts: List[Part]) -> List[Part]:
    return [{"type": "text", "text": part["text"]} if part.get("text") is not None else media(part["inlineData"])
            for part in parts]


def media(data: Dict[str, str]) -> Part:
    url = f"data:{data['mimeType']};base64,{data['data']}"
    if data["mimeType"].startswith("image/"):
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "file", "file": {"file_data": url}}
