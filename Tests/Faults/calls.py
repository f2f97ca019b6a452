"""Calls through llm.h, and what came of them: status, attempts, time."""

from __future__ import annotations

import json
import os
import sys
import time
from ctypes import byref, c_void_p, cast, c_char_p, string_at
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings/python/src"))

from scaling_memory import _libllm, _native  # noqa: E402

#: What the client's side writes: it is searched for keys. What servers record of requests is not here.
LOGS = ROOT / ".build" / "test-logs" / "faults"
#: The key of every client here. It may turn up in a request's header and nowhere else.
KEY = "sk-faults-91d2e4-never-to-be-seen"
HELLO: Dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}]}
OPERATIONS = ("complete", "stream")
NO_LIMITS = {"per_minute": 0, "per_hour": 0, "tokens_per_minute": 0, "max_concurrent": 0}
#: Only against a hang: no case takes as long.
PATIENT = {"connect_ms": 10_000, "first_byte_ms": 20_000, "idle_ms": 20_000, "total_ms": 30_000}


def _load() -> _libllm.Library:
    path = os.environ.get("LLM_LIBRARY", str(ROOT / ".build/release/libllm.so"))
    return _libllm.Library(path)


library = _load()


@dataclass
class Outcome:
    """How a call ended."""

    #: The name of the status: "ok", "rate_limited" ...
    status: str
    seconds: float
    response: Optional[Dict[str, Any]]
    error: Dict[str, Any]
    #: What the TEXT events said, one after the other.
    texts: List[str] = field(default_factory=list)
    #: How many events came after the last one.
    late_events: int = 0

    @property
    def attempts(self) -> int:
        return (self.response or self.error).get("attempts", 0)

    @property
    def text(self) -> str:
        """What was said, as far as it came."""
        if self.response is None:
            return (self.error.get("partial") or {}).get("content", "")
        return self.response["content"]


def fixed(retries: int, delay_ms: int = 50) -> Dict[str, Any]:
    """A "retry" that always waits as long."""
    return {"strategy": "fixed", "max_retries": retries, "initial_delay_ms": delay_ms, "max_delay_ms": max(delay_ms, 1000)}


class Client:
    """A client of the library. Its calls may be made from any thread."""

    def __init__(self, base_url: str, provider: str = "openai", *, timeout: Optional[Dict[str, int]] = None,
                 **settings: Any) -> None:
        configuration = {"provider": provider, "base_url": base_url, "api_key": KEY, "model": "m", "max_tokens": 64,
                         "retry": fixed(2), "rate_limit": NO_LIMITS, "timeout": {**PATIENT, **(timeout or {})}, **settings}
        self._handle = c_void_p()
        error = c_void_p()
        status = library.llm_client_create(json.dumps(configuration).encode(), byref(self._handle), byref(error))
        if status != _native.LLM_OK:
            raise ValueError(_take_error(error).get("message", ""))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        library.llm_client_destroy(self._handle)

    def call(self, operation: str, request: Optional[Dict[str, Any]] = None) -> Outcome:
        text = json.dumps({**HELLO, **(request or {})}).encode()
        return self._complete(text) if operation == "complete" else self._stream(text)

    def _complete(self, request: bytes) -> Outcome:
        response, error = c_void_p(), c_void_p()
        begun = time.monotonic()
        status = library.llm_complete(self._handle, request, byref(response), byref(error))
        seconds = time.monotonic() - begun
        return Outcome(_name(status), seconds, _take_json(response), _take_error(error))

    def _stream(self, request: bytes) -> Outcome:
        texts: List[str] = []
        last = late = 0

        def hear(kind: int, data: int, length: int, _: object) -> int:
            nonlocal last, late
            late += last == _native.LLM_EVENT_RESPONSE
            last = kind
            if kind == _native.LLM_EVENT_TEXT:
                texts.append(string_at(data, length).decode())
            return 0

        response, error = c_void_p(), c_void_p()
        callback = _libllm.llm_event_fn(hear)
        begun = time.monotonic()
        status = library.llm_stream(self._handle, request, callback, None, byref(response), byref(error))
        seconds = time.monotonic() - begun
        return Outcome(_name(status), seconds, _take_json(response), _take_error(error), texts, late)


def call(base_url: str, operation: str, **settings: Any) -> Outcome:
    """One call of a client of its own. `settings`: of Client, and "request"."""
    request = settings.pop("request", None)
    with Client(base_url, **settings) as client:
        return client.call(operation, request)


def _name(status: int) -> str:
    return str(library.llm_status_name(status).decode())


def _take_json(text: c_void_p) -> Optional[Dict[str, Any]]:
    if not text:
        return None
    try:
        value = cast(text, c_char_p).value
        return json.loads(value) if value else None
    finally:
        library.llm_free(text)


def _take_error(error: c_void_p) -> Dict[str, Any]:
    try:
        return dict(json.loads(library.llm_error_json(error)))
    finally:
        library.llm_error_free(error)
