"""Python objects as adapters: what llm_provider_register calls.

The functions run on the thread that is inside the library for the call at hand. An exception out of one is kept under a
number that the call's error carries as its provider's code, and `_failure` gives it to whoever raises that error.
"""

from __future__ import annotations

import itertools
import json
from ctypes import byref, sizeof, string_at
from typing import Any, Callable, Dict, Iterable, Optional, Tuple

from . import _libllm, _native
from ._failure import keep
from ._library import library
from .events import ReasoningEvent, TextEvent, ToolCallDeltaEvent, ToolCallEvent

_OPERATIONS = {
    _native.LLM_OP_COMPLETE: "complete",
    _native.LLM_OP_STREAM: "stream",
    _native.LLM_OP_EMBED: "embed",
    _native.LLM_OP_LIST_MODELS: "list_models",
    _native.LLM_OP_HEALTH_CHECK: "health_check",
}

_FUNCTION_TYPES: Dict[str, Any] = {
    "encode": _libllm.llm_encode_fn,
    "decode": _libllm.llm_decode_fn,
    "decode_event": _libllm.llm_decode_event_fn,
    "decode_error": _libllm.llm_decode_fn,
}


class NativeAdapter:
    """The C struct for `adapter`. Never freed: the library has no way to give it back."""

    def __init__(self, adapter: object) -> None:
        self._adapter = adapter
        self._streams: Dict[int, Dict[str, Any]] = {}
        self._keys = itertools.count(1)
        self.struct = _libllm.llm_adapter(sizeof(_libllm.llm_adapter))
        for name in ("encode", "decode", "decode_event", "decode_error"):
            method = getattr(adapter, name, None)
            if method is not None:
                self._set(name, getattr(self, "_" + name), method)
        if hasattr(adapter, "decode_event"):
            self.struct.stream_free = _libllm.llm_stream_free_fn(self._stream_free)

    def _set(self, name: str, run: Callable[..., None], method: Callable[..., Any]) -> None:
        def function(user_data: Optional[int], *arguments: Any) -> int:
            try:
                run(method, *arguments)
                return _native.LLM_OK
            except BaseException as exception:  # one that left here would be printed and forgotten
                error = _json(keep(exception))
                library().llm_sink_write(arguments[-1], _native.LLM_EVENT_ERROR, error, len(error))
                return _native.LLM_ERROR_INTERNAL

        setattr(self.struct, name, _FUNCTION_TYPES[name](function))

    def _encode(self, method: Callable[..., Any], operation: int, request: bytes, sink: int) -> None:
        head = dict(method(_OPERATIONS[operation], json.loads(request)))
        body = head.pop("body", None)
        _write(sink, _native.LLM_SINK_REQUEST, _json(head))
        if body is not None:
            _write(sink, _native.LLM_SINK_BODY, body if isinstance(body, bytes) else _text_or_json(body))

    def _decode(self, method: Callable[..., Any], operation: int, body: int, length: int, sink: int) -> None:
        _write_all(sink, method(_OPERATIONS[operation], string_at(body, length)))

    def _decode_event(
        self, method: Callable[..., Any], stream: Any, name: bytes, data: int, length: int, sink: int
    ) -> None:
        if not stream[0]:
            stream[0] = next(self._keys)
            self._streams[stream[0]] = {}
        text = string_at(data, length).decode(errors="replace")
        _write_all(sink, method(self._streams[stream[0]], name.decode(errors="replace"), text))

    def _decode_error(self, method: Callable[..., Any], status: int, body: int, length: int, sink: int) -> None:
        error = method(status, string_at(body, length))
        if error is not None:
            _write(sink, _native.LLM_EVENT_ERROR, _json(error))

    def _stream_free(self, user_data: Optional[int], stream: int) -> None:
        self._streams.pop(stream, None)


def register(name: bytes, adapter: NativeAdapter, error: Any) -> int:
    status: int = library().llm_provider_register(name, byref(adapter.struct), None, error)
    return status


def _write_all(sink: int, written: Optional[Iterable[Any]]) -> None:
    for item in written or ():
        _write(sink, *_record(item))


def _record(item: Any) -> Tuple[int, bytes]:
    if isinstance(item, TextEvent):
        return _native.LLM_EVENT_TEXT, item.text.encode()
    if isinstance(item, ReasoningEvent):
        return _native.LLM_EVENT_REASONING, item.text.encode()
    if isinstance(item, (ToolCallEvent, ToolCallDeltaEvent)):
        whole = isinstance(item, ToolCallEvent)
        call = {"index": item.index, "id": item.id, "name": item.name, "arguments": item.arguments}
        kind = _native.LLM_EVENT_TOOL_CALL if whole else _native.LLM_EVENT_TOOL_CALL_DELTA
        return kind, _json({key: value for key, value in call.items() if value is not None})
    if isinstance(item, dict):
        return _native.LLM_EVENT_RESPONSE, _json(item)
    raise TypeError(f"an adapter gives events and dicts of a response's fields, not {type(item).__name__}")


def _write(sink: int, kind: int, data: bytes) -> None:
    if library().llm_sink_write(sink, kind, data, len(data)) != _native.LLM_OK:
        raise ValueError(f"the library does not take this from an adapter: {data[:200]!r}")


def _text_or_json(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else _json(body)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
