"""libllm as ctypes sees it: every function's types, and what Python's clients do with several of them.

Nothing else in the package knows what the C side looks like. `tests/test_native.py` holds this file against the header.
It is imported, and ctypes with it, when the library is loaded: together they take longer than all the rest.
"""

from __future__ import annotations

from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import TYPE_CHECKING, Any, Dict, Final, Optional, Tuple

from ._call import SLICE_MS, StreamCall
from ._handle import Handle, take_error, take_json
from ._library import LibraryError
from ._native import LLM_ABI_VERSION, LLM_END, LLM_EVENT_RESPONSE, LLM_OK, LLM_PENDING

if TYPE_CHECKING:
    from ._base import BaseClient

# An event's data is a pointer and a length, not a C string: it may hold NUL.
llm_event_fn = CFUNCTYPE(c_int32, c_int32, c_void_p, c_size_t, c_void_p)
# Called on any thread, and must not block.
llm_log_fn = CFUNCTYPE(None, c_int32, c_void_p, c_size_t, c_void_p)

# Functions of an adapter: called on the thread that is inside the library for the call at hand.
llm_encode_fn = CFUNCTYPE(c_int32, c_void_p, c_int32, c_char_p, c_void_p)
llm_decode_fn = CFUNCTYPE(c_int32, c_void_p, c_int32, c_void_p, c_size_t, c_void_p)
llm_decode_event_fn = CFUNCTYPE(c_int32, c_void_p, POINTER(c_void_p), c_char_p, c_void_p, c_size_t, c_void_p)
llm_stream_free_fn = CFUNCTYPE(None, c_void_p, c_void_p)


class llm_adapter(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("encode", llm_encode_fn),
        ("decode", llm_decode_fn),
        ("decode_event", llm_decode_event_fn),
        ("stream_free", llm_stream_free_fn),
        ("decode_error", llm_decode_fn),
    ]


_status = c_int32
_text = c_char_p  # const char *: NUL-terminated UTF-8, read before the function returns
_client = c_void_p
_error = c_void_p
_call = c_void_p
_queue = c_void_p
_out = POINTER(c_void_p)  # where a handle or text of ours is written; text goes back with llm_free

PROTOTYPES: Final[Dict[str, Tuple[Any, Tuple[Any, ...]]]] = {
    "llm_abi_version": (c_uint32, ()),
    "llm_version": (_text, ()),
    "llm_status_name": (_text, (_status,)),
    "llm_error_status": (_status, (_error,)),
    "llm_error_message": (_text, (_error,)),
    "llm_error_http_status": (c_int32, (_error,)),
    "llm_error_retry_after_ms": (c_int64, (_error,)),
    "llm_error_is_retryable": (c_int32, (_error,)),
    "llm_error_json": (_text, (_error,)),
    "llm_error_free": (None, (_error,)),
    "llm_config_from_env": (_status, (_text, _out, _out)),
    "llm_client_create": (_status, (_text, _out, _out)),
    "llm_client_destroy": (None, (_client,)),
    "llm_client_stats": (_status, (_client, _out, _out)),
    "llm_complete": (_status, (_client, _text, _out, _out)),
    "llm_stream": (_status, (_client, _text, llm_event_fn, c_void_p, _out, _out)),
    "llm_analyze": (_status, (_client, _text, _text, _text, _out, _out)),
    "llm_embed": (_status, (_client, _text, _out, _out)),
    "llm_list_models": (_status, (_client, _text, _out, _out)),
    "llm_health_check": (_status, (_client, _text, _out, _out)),
    "llm_free": (None, (c_void_p,)),
    "llm_call_start": (_status, (_client, c_int32, _text, _queue, c_uint64, _out, _out)),
    "llm_call_next": (_status, (_call, c_int32, POINTER(c_int32), POINTER(_text), POINTER(c_size_t), _out)),
    "llm_call_pause": (None, (_call, c_int32)),
    "llm_call_cancel": (None, (_call,)),
    "llm_call_free": (None, (_call,)),
    "llm_queue_create": (_status, (_out, _out)),
    "llm_queue_read": (_status, (_queue, c_int32, c_void_p, c_size_t, POINTER(c_size_t))),
    "llm_queue_fd": (c_int32, (_queue,)),
    "llm_queue_wake": (None, (_queue,)),
    "llm_queue_destroy": (None, (_queue,)),
    "llm_queue_log": (_status, (_queue, c_int32)),
    "llm_set_log": (_status, (c_int32, llm_log_fn, c_void_p)),
    "llm_provider_define": (_status, (_text, _out)),
    "llm_provider_register": (_status, (_text, POINTER(llm_adapter), c_void_p, _out)),
    "llm_provider_list": (_status, (_out, _out)),
    "llm_sink_write": (_status, (c_void_p, c_int32, _text, c_size_t)),
}


class Library(CDLL):
    """libllm, loaded: its functions under their own names, and what takes several of them.

    A CDLL, not a PyDLL: other Python threads run during a call.
    """

    def __init__(self, path: str) -> None:
        """OSError, AttributeError or LibraryError where the file is no libllm, or not the one that this package needs."""
        super().__init__(path)
        self.llm_abi_version.restype = c_uint32
        version = self.llm_abi_version()
        if version != LLM_ABI_VERSION:
            raise LibraryError(f"its ABI version is {version}, and this package needs {LLM_ABI_VERSION}")
        for name, (result, arguments) in PROTOTYPES.items():
            function = getattr(self, name)
            function.restype = result
            function.argtypes = arguments

    def configuration_from_env(self, provider: Optional[str]) -> Any:
        """The configuration that the environment gives."""
        text, error = c_void_p(), c_void_p()
        name = None if provider is None else provider.encode()
        status = self.llm_config_from_env(name, byref(text), byref(error))
        if status != LLM_OK:
            raise take_error(self, status, error)
        return take_json(self, text)

    def create_client(self, configuration: bytes) -> Handle:
        """A client's handle."""
        handle, error = Handle(self.llm_client_destroy), c_void_p()
        status = self.llm_client_create(configuration, byref(handle.pointer), byref(error))
        if status != LLM_OK:
            raise take_error(self, status, error)
        return handle

    def stats(self, client: BaseClient) -> Any:
        """What has become of the client's calls."""
        text, error = c_void_p(), c_void_p()
        handle: Any = client._open_handle()
        try:
            status = self.llm_client_stats(handle.pointer, byref(text), byref(error))
        finally:
            handle = None  # see Handle
        if status != LLM_OK:
            raise take_error(self, status, error)
        return take_json(self, text)

    def result(self, client: BaseClient, operation: int, request: bytes) -> bytes:
        """Runs a call that has one event, the response, and returns that as JSON. Raises the call's failure.

        Signal handlers run while this waits, so Ctrl-C raises KeyboardInterrupt here, which ends the call. That is why
        it stands on the pull functions: Python runs signal handlers between two of them, and none during llm_complete.
        """
        call, kind, data, length, error = c_void_p(), c_int32(), c_char_p(), c_size_t(), c_void_p()
        handle: Any = client._open_handle()
        try:
            status = self.llm_call_start(handle.pointer, operation, request, None, 0, byref(call), byref(error))
            handle = None  # see Handle
            while status == LLM_OK or status == LLM_PENDING:
                status = self.llm_call_next(call, SLICE_MS, byref(kind), byref(data), byref(length), byref(error))
                if status == LLM_OK and kind.value == LLM_EVENT_RESPONSE:
                    return data.value or b""
            if status != LLM_END:
                raise take_error(self, status, error)
            from .errors import InternalError

            raise InternalError("the call ended without a response")
        finally:
            handle = None
            self.llm_call_free(call)

    def make_stream_call(self) -> StreamCall:
        """A stream that is to be started."""
        return StreamCall(self)
