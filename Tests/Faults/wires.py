"""What a provider says, for the tools that say only what they are given: OpenAI's chat completions."""

from __future__ import annotations

import json
from typing import Any

CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}
COMPLETION = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "It is four."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 19, "completion_tokens": 4, "total_tokens": 23}})
EVENT_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def event(data: Any) -> str:
    return f"data: {json.dumps(data)}\n\n"


def text(content: str) -> str:
    """An event that brings text."""
    return event({**CHUNK, "choices": [{"index": 0, "delta": {"content": content}}]})


def failure(kind: str, message: str = "Words.") -> str:
    """An event that is an error."""
    return event({"error": {"message": message, "type": kind, "code": None}})


END = event({**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + "data: [DONE]\n\n"
STREAM = text("It ") + text("is ") + text("four.") + END


def response(body: str, content_type: str = "application/json", status: str = "200 OK", length: int = 0) -> str:
    """A whole response; `length`: what it claims the length of its body to be."""
    return (f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length or len(body.encode())}\r\n"
            f"connection: close\r\n\r\n{body}")
