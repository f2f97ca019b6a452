"""What a call gives back: the response, its usage and its tool calls."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Tuple

from ._value import Value, value_of


class Usage(Value):
    """Token counts. A count that the provider did not send is None."""

    #: The whole prompt, cached tokens included.
    input_tokens: Optional[int] = None
    #: Reasoning included.
    output_tokens: Optional[int] = None
    total_tokens: Optional[int] = None
    #: The part of input_tokens that came out of the provider's cache.
    cached_input_tokens: Optional[int] = None
    #: The part of output_tokens that was reasoning.
    reasoning_tokens: Optional[int] = None

    @classmethod
    def from_json(cls, usage: Mapping[str, Any]) -> Usage:
        get = usage.get
        return value_of(
            cls,
            {
                "input_tokens": get("input_tokens"),
                "output_tokens": get("output_tokens"),
                "total_tokens": get("total_tokens"),
                "cached_input_tokens": get("cached_input_tokens"),
                "reasoning_tokens": get("reasoning_tokens"),
            },
        )


class ToolCall(Value):
    """A function that the model asks you to call. Answer with {"role": "tool", "tool_call_id": id, "content": "..."}."""

    id: str
    name: str
    #: The arguments as the model wrote them: JSON text, which a response cut off by its length may leave incomplete.
    arguments: str

    def parse_arguments(self) -> Any:
        """The arguments as Python values. ValueError where the model did not write JSON."""
        return json.loads(self.arguments)


class Response(Value, unshown=("message", "raw")):
    """A whole answer. What the provider did not send is None."""

    #: The text; "" where the model only called tools.
    content: str
    #: To be appended to "messages" as it is, to go on with the conversation at this provider or another.
    message: Dict[str, Any]
    #: "stop", "length", "tool_calls", "content_filter" or "other".
    finish_reason: Optional[str]
    usage: Usage
    reasoning: Optional[str]
    tool_calls: Tuple[ToolCall, ...]
    #: The provider's name for the answer.
    id: Optional[str]
    model: Optional[str]
    provider: Optional[str]
    #: The provider's number for the exchange, which its support asks for.
    request_id: Optional[str]
    call_id: Optional[str]
    #: How many times the request was sent.
    attempts: Optional[int]
    #: From the start of the call to its end, in milliseconds.
    latency_ms: Optional[float]
    #: From the start of the call to the first event, in milliseconds.
    time_to_first_event_ms: Optional[float]
    #: The response as the library gave it, with fields that this version does not know.
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, response: Mapping[str, Any]) -> Response:
        """A response out of the JSON object that llm.h describes."""
        get = response.get
        content = get("content") or ""
        message = get("message") or {"role": "assistant", "content": content}
        tool_calls = message.get("tool_calls")
        return value_of(
            cls,
            {
                "content": content,
                "message": message,
                "finish_reason": get("finish_reason"),
                "usage": Usage.from_json(get("usage") or {}),
                "reasoning": get("reasoning"),
                "tool_calls": tuple([_tool_call(call) for call in tool_calls]) if tool_calls else (),
                "id": get("id"),
                "model": get("model"),
                "provider": get("provider"),
                "request_id": get("request_id"),
                "call_id": get("call_id"),
                "attempts": get("attempts"),
                "latency_ms": get("latency_ms"),
                "time_to_first_event_ms": get("time_to_first_event_ms"),
                "raw": dict(response),
            },
        )


def _tool_call(call: Mapping[str, Any]) -> ToolCall:
    function = call.get("function") or {}
    return ToolCall(id=call.get("id") or "", name=function.get("name") or "", arguments=function.get("arguments") or "")
