"""What a server sends, written down: chunks of OpenAI's chat completions as server-sent events, and how a reply goes over a
connection."""

import json
from typing import Any, Dict, NamedTuple, Optional, Tuple


class Reply(NamedTuple):
    pieces: Tuple[bytes, ...]  # each is a write of its own, and an HTTP chunk of its own where the body is chunked
    #: "whole" ends the body as HTTP wants it, "broken" closes the connection without that, "open" leaves it open.
    end: str = "whole"
    #: Whether the body comes in chunks; otherwise the connection's end is the body's.
    chunked: bool = True
    status: int = 200
    content_type: str = "text/event-stream"
    fields: Tuple[Tuple[str, str], ...] = ()


def chunk(delta: Optional[Dict[str, Any]] = None, finish: Optional[str] = None, **more: Any) -> Dict[str, Any]:
    """A chat.completion.chunk."""
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1750000000, "model": "m"}
    return {**head, "choices": choices, **more}


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def event(value: Any) -> bytes:
    return f"data: {compact(value)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def text(words: str) -> bytes:
    return event(chunk({"content": words}))


def finish(reason: str = "stop") -> bytes:
    return event(chunk({}, reason))


def tool_call(index: int, arguments: str, id: str = "", name: str = "") -> bytes:
    """A piece of a tool call; the first of each has its id and name."""
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    whole: Dict[str, Any] = {"index": index, "function": function}
    return event(chunk({"tool_calls": [{**whole, "id": id, "type": "function"} if id else whole]}))


ROLE = event(chunk({"role": "assistant", "content": ""}))
HELLO = (ROLE, text("Hello"), text(" there"))
ALL = (*HELLO, finish(), DONE)
