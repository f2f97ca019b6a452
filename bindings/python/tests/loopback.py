"""A small HTTP server on 127.0.0.1 whose answers a test writes itself: slow, cut, stalled, wrong."""

from __future__ import annotations

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Callable, Dict, List, Mapping, Optional, Type

#: Only guards against a hang: nothing here is expected to take this long.
DEADLINE = 30.0


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: Server) -> None:
        self._handler = handler
        self._server = server
        self.method = handler.command
        self.path = handler.path
        self.headers: Dict[str, str] = {name.lower(): value for name, value in handler.headers.items()}
        self.body = handler.rfile.read(int(self.headers.get("content-length", "0")))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def send(self, status: int, body: object, headers: Optional[Mapping[str, str]] = None) -> None:
        """A whole answer; `body` is bytes, or anything that JSON has words for."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._handler.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self._handler.send_header(name, value)
        self._handler.send_header("content-length", str(len(payload)))
        self._handler.end_headers()
        self._handler.wfile.write(payload)

    def begin_stream(self, headers: Optional[Mapping[str, str]] = None) -> None:
        """The head of an event stream, which ends with the connection."""
        self._handler.close_connection = True
        self._handler.send_response(200)
        for name, value in {"content-type": "text/event-stream", "connection": "close", **(headers or {})}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def event(self, data: object) -> None:
        """One event of an event stream, sent at once."""
        text = data if isinstance(data, str) else json.dumps(data)
        self._handler.wfile.write(f"data: {text}\n\n".encode())
        self._handler.wfile.flush()

    def text(self, *pieces: str) -> None:
        """Text of an answer in OpenAI's chat completions, one event a piece."""
        for piece in pieces:
            self.event(chunk({"content": piece}))

    def finish(self, reason: str = "stop") -> None:
        """The end of an answer in OpenAI's chat completions."""
        self.event(chunk({}, finish_reason=reason))
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        self.event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [], "usage": usage})
        self.event("[DONE]")

    def stall(self) -> None:
        """Says nothing more until the client hangs up, which `Server.hang_ups` counts."""
        self._handler.connection.settimeout(DEADLINE)
        try:
            gone = self._handler.connection.recv(1) == b""
        except ConnectionError:
            gone = True
        if gone:
            self._server.hang_ups.release()
        self._handler.close_connection = True


class Server(ThreadingHTTPServer):
    """Answers every request with `answer(exchange)`, each connection on a thread of its own, until the block ends."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, answer: Callable[[Exchange], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        #: What was asked so far.
        self.exchanges: List[Exchange] = []
        #: Released once for each request that has come in.
        self.arrivals = threading.Semaphore(0)
        #: Released once for each client that went away while it was made to wait.
        self.hang_ups = threading.Semaphore(0)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], (ConnectionError, socket.timeout)):  # a client that hangs up is no news
            super().handle_error(request, client_address)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]] = None,
        error: Optional[BaseException] = None,
        trace: Optional[TracebackType] = None,
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        exchange = Exchange(self, self.server)
        self.server.exchanges.append(exchange)
        self.server.arrivals.release()
        self.server.answer(exchange)

    do_GET = do_POST


def chunk(delta: Mapping[str, object], finish_reason: Optional[str] = None) -> Dict[str, object]:
    """One event of an answer in OpenAI's chat completions."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def completion(content: str = "4") -> Dict[str, object]:
    """A whole answer in OpenAI's chat completions."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8},
    }


def failure(message: str, code: Optional[str] = None) -> Dict[str, object]:
    """The body of an error in OpenAI's chat completions."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def answer_ok(exchange: Exchange) -> None:
    """Answers every question with 4, streamed where a stream was asked for."""
    if not exchange.json.get("stream"):
        return exchange.send(200, completion())
    exchange.begin_stream()
    exchange.text("4")
    exchange.finish()


def answer_echo(exchange: Exchange) -> None:
    """Sends the question back, a word at a time."""
    question = exchange.json["messages"][0]["content"]
    exchange.begin_stream()
    exchange.text(*(f"{word} " for word in question.split()))
    exchange.finish()


def answer_slowly(exchange: Exchange) -> None:
    """Sends one piece of text, and then nothing until the client hangs up."""
    if exchange.body and exchange.json.get("stream"):
        exchange.begin_stream()
        exchange.text("first")
    exchange.stall()
