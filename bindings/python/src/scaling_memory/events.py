"""The events of a stream."""

from __future__ import annotations

import json
from typing import Callable, Optional, Union

from . import _native
from ._value import Value
from .responses import Response, ToolCall


class _Piece(Value):
    __slots__ = ("text",)
    text: str

    def __init__(self, text: str) -> None:
        _set_text(self, text)  # an answer has thousands, and this takes a third of the time of Value's own


_set_text: Callable[[_Piece, str], None] = _Piece.__dict__["text"].__set__


class TextEvent(_Piece):
    """A piece of the answer."""

    __slots__ = ()


class ReasoningEvent(_Piece):
    """A piece of what the model thinks before it answers, where the provider shows that."""

    __slots__ = ()


class ToolCallDeltaEvent(Value):
    """A piece of a tool call that is still being written. The whole call follows as a ToolCallEvent."""

    #: Which call of this response, from 0.
    index: int
    #: Usually in a call's first piece only.
    id: Optional[str]
    name: Optional[str]
    #: A piece of JSON text; "" where this piece has none.
    arguments: str


class ToolCallEvent(ToolCall):
    """A whole tool call."""

    #: Which call of this response, from 0.
    index: int


class ResponseEvent(Value):
    """The whole response: the last event of a stream that succeeded."""

    response: Response


Event = Union[TextEvent, ReasoningEvent, ToolCallDeltaEvent, ToolCallEvent, ResponseEvent]


def event_from(kind: int, data: bytes) -> Optional[Event]:
    """The event for a kind other than TEXT; None for one that this version does not know."""
    if kind == _native.LLM_EVENT_REASONING:
        return ReasoningEvent(data.decode())
    if kind == _native.LLM_EVENT_TOOL_CALL_DELTA:
        piece = json.loads(data)
        return ToolCallDeltaEvent(
            index=piece["index"], id=piece.get("id"), name=piece.get("name"), arguments=piece.get("arguments") or ""
        )
    if kind == _native.LLM_EVENT_TOOL_CALL:
        call = json.loads(data)
        return ToolCallEvent(
            id=call.get("id") or "", name=call.get("name") or "", arguments=call.get("arguments") or "", index=call["index"]
        )
    if kind == _native.LLM_EVENT_RESPONSE:
        return ResponseEvent(Response.from_json(json.loads(data)))
    return None
