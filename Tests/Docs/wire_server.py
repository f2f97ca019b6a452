"""A server on loopback that takes every wire's requests, keeps them, and gives each a short answer of its wire."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

ANSWER = "Hello from the loopback server."

_CHAT = {"id": "c1", "object": "chat.completion", "model": "m", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}}
_RESPONSES = {"id": "r1", "object": "response", "status": "completed", "model": "m", "output": [
    {"type": "message", "id": "i1", "role": "assistant", "status": "completed",
     "content": [{"type": "output_text", "text": ANSWER, "annotations": []}]}],
    "usage": {"input_tokens": 5, "output_tokens": 6, "total_tokens": 11}}
_ANTHROPIC = {"id": "a1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
              "content": [{"type": "text", "text": ANSWER}], "usage": {"input_tokens": 5, "output_tokens": 6}}
_GEMINI = {"responseId": "g1", "modelVersion": "m", "candidates": [
    {"content": {"role": "model", "parts": [{"text": ANSWER}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 6, "totalTokenCount": 11}}
_OLLAMA = {"model": "m", "message": {"role": "assistant", "content": ANSWER}, "done": True, "done_reason": "stop",
           "prompt_eval_count": 5, "eval_count": 6}
_BEDROCK = {"output": {"message": {"role": "assistant", "content": [{"text": ANSWER}]}}, "stopReason": "end_turn",
            "usage": {"inputTokens": 5, "outputTokens": 6, "totalTokens": 11}}


def _events(*data: Any, named: bool = False) -> str:
    text = ""
    for one in data:
        if named:
            text += f"event: {one['type']}\n"
        text += f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n"
    return text


def _chat_stream() -> str:
    piece = {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": ANSWER}}]}
    end = {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return _events(piece, end, "[DONE]")


def _anthropic_stream() -> str:
    begin = {**_ANTHROPIC, "content": [], "stop_reason": None}
    return _events({"type": "message_start", "message": begin},
                   {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
                   {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER}},
                   {"type": "content_block_stop", "index": 0},
                   {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 6}},
                   {"type": "message_stop"}, named=True)


def _responses_stream() -> str:
    return _events({"type": "response.created", "response": {**_RESPONSES, "status": "in_progress", "output": []}},
                   {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "i1", "delta": ANSWER},
                   {"type": "response.completed", "response": _RESPONSES}, named=True)


def _embeddings(body: Dict[str, Any]) -> Dict[str, Any]:
    texts = body.get("input")
    count = len(texts) if isinstance(texts, list) else 1
    return {"model": "m", "data": [{"index": index, "embedding": [0.25, -0.5]} for index in range(count)],
            "usage": {"prompt_tokens": 2, "total_tokens": 2}}


def answer(method: str, path: str, body: Dict[str, Any]) -> Optional[Tuple[str, str]]:
    """Content type and body; nil for a path that is no wire's."""
    path, streams = path.split("?")[0], body.get("stream") is True
    if method == "GET":
        if path.endswith("/api/tags"):
            return _json({"models": [{"name": "m", "model": "m"}]})
        if path.startswith("/v1beta/"):
            return _json({"models": [{"name": "models/m", "displayName": "M"}]})
        return _json({"object": "list", "data": [{"id": "m", "object": "model"}]}) if path.endswith("/models") else None
    if path.endswith("/chat/completions"):
        return ("text/event-stream", _chat_stream()) if streams else _json(_CHAT)
    if path.endswith("/responses"):
        return ("text/event-stream", _responses_stream()) if streams else _json(_RESPONSES)
    if path.endswith("/v1/messages"):
        return ("text/event-stream", _anthropic_stream()) if streams else _json(_ANTHROPIC)
    if path.endswith(":streamGenerateContent"):
        return "text/event-stream", _events(_GEMINI)
    if path.endswith(":generateContent"):
        return _json(_GEMINI)
    if path.endswith("/api/chat"):
        return _json(_OLLAMA)
    if path.endswith("/converse"):
        return _json(_BEDROCK)
    if path.endswith(":batchEmbedContents"):
        return _json({"embeddings": [{"values": [0.25, -0.5]} for _ in body["requests"]]})
    if path.endswith("/api/embed"):
        count = len(body["input"]) if isinstance(body["input"], list) else 1
        return _json({"model": "m", "embeddings": [[0.25, -0.5]] * count, "prompt_eval_count": 2})
    return _json(_embeddings(body)) if path.endswith("/embeddings") else None


def _json(value: Any) -> Tuple[str, str]:
    return "application/json", json.dumps(value)


class Seen(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: Any


class WireServer:
    def __init__(self) -> None:
        self.seen: List[Seen] = []
        #: Status, header fields and body of the next answers, in place of the wire's.
        self.replies: List[Tuple[int, Dict[str, str], str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                body = json.loads(raw) if raw else {}
                server.seen.append(Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                said = answer(self.command, self.path, body)
                kind, text = said or ("application/json", '{"error": {"message": "no such path"}}')
                status, fields = 200 if said else 404, {}
                if server.replies:
                    (status, fields, text), kind = server.replies.pop(0), "application/json"
                self.send_response(status)
                for name, value in {"content-type": kind, "content-length": str(len(text.encode())), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
