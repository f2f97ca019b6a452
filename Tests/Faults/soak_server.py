"""OpenAI's chat completions with a share of faults of all kinds, for the long run: soak_server.py SHARE SEED.

Answers "call N" with "echo N". The first line printed is the port; GET /stats says what happened. Ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import struct
import sys
from collections import Counter
from typing import Callable, Dict, List

CALL = re.compile(rb'"call (\d+)"')
LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
KEPT = "HTTP/1.1 {} \r\ncontent-type: {}\r\ncontent-length: {}\r\n{}\r\n"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
PAGE = "<html><title>Down</title></html>"
ERROR_EVENT = '{"error":{"type":"server_error"}}'
counts: Counter[str] = Counter()


def whole(body: str, status: str = "200 OK", kind: str = "application/json", more: str = "") -> bytes:
    return (KEPT.format(status, kind, len(body.encode()), more) + body).encode()


def error(status: str, kind: str, more: str = "") -> bytes:
    return whole(json.dumps({"error": {"message": "On purpose.", "type": kind, "code": None}}), status, more=more)


def completion(text: str) -> str:
    return json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})


def piece(data: str) -> bytes:
    event = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


def delta(text: str) -> bytes:
    return piece(json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [
        {"index": 0, "delta": {"content": text}}]}))


def stream(text: str) -> List[bytes]:
    """The head, an event a word, and the end."""
    words = re.findall(r"\S+\s*", text)
    end = piece(json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})) + piece("[DONE]")
    return [STREAM_HEAD, *map(delta, words), end + b"0\r\n\r\n"]


class Connection(asyncio.Protocol):
    """One connection: answers requests one after the other."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""
        self.is_answering = False
        counts["open"] += 1
        counts["opened"] += 1

    def connection_lost(self, _: object) -> None:
        counts["open"] -= 1
        self.done()

    def done(self) -> None:
        counts["in_flight"] -= self.is_answering
        self.is_answering = False

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = LENGTH.search(head)
        size = int(length[1]) if length else 0
        if len(rest) < size:
            return
        body, self.buffer = rest[:size], rest[size:]
        if head.startswith(b"GET /stats"):
            return self.transport.write(whole(json.dumps(counts)))
        call = CALL.search(body)
        counts["requests"] += 1
        counts["in_flight"] += 1
        self.is_answering = True
        self.answer(f"echo {call[1].decode() if call else '?'}", b'"stream":true' in body)

    def answer(self, text: str, streams: bool) -> None:
        if chance.random() >= share:
            parts = stream(text) if streams else [whole(completion(text))]
            return self.finish(b"".join(parts))
        kinds = STREAM_FAULTS if streams else FAULTS
        kind = chance.choice(list(kinds))
        counts[f"fault: {kind}"] += 1
        kinds[kind](self, text)

    def finish(self, data: bytes = b"") -> None:
        self.done()
        self.transport.write(data)

    def close(self, data: bytes = b"") -> None:
        self.done()
        self.transport.write(data)
        self.transport.close()

    def reset(self, data: bytes = b"") -> None:
        self.done()
        self.transport.write(data)
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()

    def slowly(self, parts: List[bytes]) -> None:
        """A part every 20 ms."""
        if self.transport.is_closing() or not parts:
            return self.done()
        self.transport.write(parts[0])
        if len(parts) == 1:
            return self.done()
        loop.call_later(0.02, self.slowly, parts[1:])


Fault = Callable[[Connection, str], None]

COMMON: Dict[str, Fault] = {
    "429, retry-after-ms": lambda c, t: c.finish(error("429 Busy", "rate_limit_error", "retry-after-ms: 5\r\n")),
    "429": lambda c, t: c.finish(error("429 Busy", "rate_limit_error")),
    "500": lambda c, t: c.finish(error("500 Error", "server_error")),
    "503 page": lambda c, t: c.close(whole(PAGE, "503 Down", "text/html", "connection: close\r\n")),
    "529": lambda c, t: c.finish(error("529 Overloaded", "overloaded_error")),
    "400": lambda c, t: c.finish(error("400 Bad", "invalid_request_error")),
    "closed before the head": lambda c, t: c.close(),
    "reset before the head": lambda c, t: c.reset(),
    "closed in the head": lambda c, t: c.close(b"HTTP/1.1 200 OK\r\ncontent-ty"),
    "no answer": lambda c, t: None,
}
FAULTS: Dict[str, Fault] = {
    **COMMON,
    "half a body": lambda c, t: c.close(whole(completion(t))[:-30]),
    "reset in the body": lambda c, t: c.reset(whole(completion(t))[:-30]),
    "not JSON": lambda c, t: c.finish(whole("{" + completion(t))),
    "slow": lambda c, t: c.slowly([whole(completion(t))[:50], whole(completion(t))[50:]]),
    "stall in the body": lambda c, t: c.transport.write(whole(completion(t))[:-30]),
}
STREAM_FAULTS: Dict[str, Fault] = {
    **COMMON,
    "error event first": lambda c, t: c.finish(STREAM_HEAD + piece(ERROR_EVENT) + b"0\r\n\r\n"),
    "error event later": lambda c, t: c.finish(STREAM_HEAD + delta("e") + piece(ERROR_EVENT) + b"0\r\n\r\n"),
    "cut after an event": lambda c, t: c.close(STREAM_HEAD + delta("echo ")),
    "reset after an event": lambda c, t: c.reset(STREAM_HEAD + delta("echo ")),
    "event that is not JSON": lambda c, t: c.finish(STREAM_HEAD + piece("{nothing") + b"0\r\n\r\n"),
    "slow": lambda c, t: c.slowly(stream(t)),
    "stall after an event": lambda c, t: c.transport.write(STREAM_HEAD + delta("echo ")),
    "no event": lambda c, t: c.finish(STREAM_HEAD + b"0\r\n\r\n"),
}


async def main() -> None:
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


share, chance = float(sys.argv[1]), random.Random(int(sys.argv[2]))
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
