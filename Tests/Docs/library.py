"""llm.h as these tests use it: JSON in, JSON or an error out."""

from __future__ import annotations

import json
import os
import sys
from ctypes import byref, c_char_p, c_void_p, cast
from typing import Any, Dict, List, Optional, Tuple

from pages import ROOT

sys.path.insert(0, str(ROOT / "bindings/python/src"))

from scaling_memory import _libllm, _native  # noqa: E402

#: The key of every client here.
KEY = "sk-docs-7c20b1-never-to-be-seen"
NO_LIMITS = {"per_minute": 0, "per_hour": 0, "max_concurrent": 0, "adaptive": False}
PATH = os.environ.get("LLM_LIBRARY", str(ROOT / ".build/release/libllm.so"))
library = _libllm.Library(PATH)


class Failure(Exception):
    """What a function failed with: the name of the status, and the error's JSON."""

    def __init__(self, status: int, error: Dict[str, Any]) -> None:
        super().__init__(error.get("message", ""))
        self.status = library.llm_status_name(status).decode()
        self.error = error


def _check(status: int, error: c_void_p) -> None:
    said = json.loads(library.llm_error_json(error))
    library.llm_error_free(error)
    if status != 0:
        raise Failure(status, said)


def _take(text: c_void_p) -> Any:
    value = json.loads(cast(text, c_char_p).value or b"null")
    library.llm_free(text)
    return value


class Client:
    def __init__(self, configuration: Dict[str, Any]) -> None:
        self._handle, error = c_void_p(), c_void_p()
        text = json.dumps(configuration).encode()
        _check(library.llm_client_create(text, byref(self._handle), byref(error)), error)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        library.llm_client_destroy(self._handle)

    def call(self, function: str, request: Optional[Any]) -> Any:
        """One of llm_complete, llm_embed, llm_list_models, llm_health_check."""
        out, error = c_void_p(), c_void_p()
        text = None if request is None else json.dumps(request).encode()
        _check(getattr(library, function)(self._handle, text, byref(out), byref(error)), error)
        return _take(out)

    def stream(self, request: Any) -> Tuple[List[Tuple[int, str]], Any]:
        events: List[Tuple[int, str]] = []

        def hear(kind: int, data: int, length: int, _: object) -> int:
            events.append((kind, cast(data, c_char_p).value.decode()))  # type: ignore[union-attr]
            return 0

        out, error, callback = c_void_p(), c_void_p(), _libllm.llm_event_fn(hear)
        status = library.llm_stream(self._handle, json.dumps(request).encode(), callback, None, byref(out), byref(error))
        _check(status, error)
        return events, _take(out)

    def analyze(self, content: str, instruction: Optional[str], options: Optional[Any]) -> Any:
        out, error = c_void_p(), c_void_p()
        text = None if options is None else json.dumps(options).encode()
        said = None if instruction is None else instruction.encode()
        _check(library.llm_analyze(self._handle, content.encode(), said, text, byref(out), byref(error)), error)
        return _take(out)

    def stats(self) -> Any:
        out, error = c_void_p(), c_void_p()
        _check(library.llm_client_stats(self._handle, byref(out), byref(error)), error)
        return _take(out)


def provider_list() -> List[Dict[str, Any]]:
    out, error = c_void_p(), c_void_p()
    _check(library.llm_provider_list(byref(out), byref(error)), error)
    return list(_take(out)["providers"])


def define(definition: Dict[str, Any]) -> None:
    error = c_void_p()
    _check(library.llm_provider_define(json.dumps(definition).encode(), byref(error)), error)


#: The seven ways in which a request leaves the library: the provider that takes each here, its model where that matters, and
#: where its paths begin on the loopback server.
WIRES: Dict[str, Dict[str, str]] = {
    "openai-chat": {"provider": "openai", "base": "/v1"},
    "openai-responses": {"provider": "openai-responses", "base": "/v1"},
    "anthropic": {"provider": "anthropic", "model": "claude-sonnet-4-6", "base": ""},
    "gemini": {"provider": "gemini", "model": "gemini-2.5-flash", "base": ""},
    "ollama": {"provider": "ollama", "base": ""},
    "bedrock": {"provider": "bedrock", "model": "anthropic.claude-sonnet-4-6", "base": ""},
    "azure": {"provider": "azure", "base": ""},
}


def configuration(wire: str, url: str, **settings: Any) -> Dict[str, Any]:
    row = WIRES[wire]
    return {"provider": row["provider"], "base_url": url + row["base"], "api_key": KEY, "model": row.get("model", "m"),
            "rate_limit": NO_LIMITS, "retry": {"strategy": "none"}, **settings}
