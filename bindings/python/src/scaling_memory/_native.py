"""llm.h as ctypes sees it: its constants under their own names, and every function's types.

Nothing else in the package knows what the C side looks like. `tests/test_native.py` holds this file against the header.
"""

from __future__ import annotations

from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, Dict, Final, Tuple

LLM_ABI_VERSION: Final = 1

LLM_OK: Final = 0
LLM_PENDING: Final = 1
LLM_END: Final = 2
LLM_TOO_SMALL: Final = 3
LLM_ERROR_INVALID_ARGUMENT: Final = -1
LLM_ERROR_CONFIGURATION: Final = -2
LLM_ERROR_AUTHENTICATION: Final = -3
LLM_ERROR_NOT_FOUND: Final = -4
LLM_ERROR_BAD_REQUEST: Final = -5
LLM_ERROR_CONTEXT_LENGTH: Final = -6
LLM_ERROR_CONTENT_FILTERED: Final = -7
LLM_ERROR_RATE_LIMITED: Final = -8
LLM_ERROR_LOCAL_LIMIT: Final = -9
LLM_ERROR_SERVER: Final = -10
LLM_ERROR_CONNECTION: Final = -11
LLM_ERROR_TIMEOUT: Final = -12
LLM_ERROR_TRUNCATED: Final = -13
LLM_ERROR_PROTOCOL: Final = -14
LLM_ERROR_CANCELED: Final = -15
LLM_ERROR_FORKED: Final = -16
LLM_ERROR_INTERNAL: Final = -17
LLM_ERROR_UNSUPPORTED: Final = -18
LLM_ERROR_TOO_LARGE: Final = -19
LLM_ERROR_QUOTA: Final = -20
LLM_ERROR_MEMORY: Final = -21

LLM_EVENT_TEXT: Final = 1
LLM_EVENT_REASONING: Final = 2
LLM_EVENT_TOOL_CALL_DELTA: Final = 3
LLM_EVENT_TOOL_CALL: Final = 4
LLM_EVENT_RESPONSE: Final = 5
LLM_EVENT_ERROR: Final = 6
LLM_EVENT_LOG: Final = 7

LLM_OP_COMPLETE: Final = 1
LLM_OP_STREAM: Final = 2
LLM_OP_ANALYZE: Final = 3
LLM_OP_EMBED: Final = 4
LLM_OP_LIST_MODELS: Final = 5
LLM_OP_HEALTH_CHECK: Final = 6

LLM_SINK_REQUEST: Final = 1
LLM_SINK_BODY: Final = 2

LLM_LOG_TRACE: Final = 10
LLM_LOG_DEBUG: Final = 20
LLM_LOG_INFO: Final = 30
LLM_LOG_WARN: Final = 40
LLM_LOG_ERROR: Final = 50
LLM_LOG_OFF: Final = 100

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
    "llm_call_next": (_status, (_call, c_int32, POINTER(c_int32), _out, POINTER(c_size_t), _out)),
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


def declare(library: CDLL) -> CDLL:
    """Gives every function of `library` its types, and returns it.

    The library must be a CDLL, not a PyDLL: a CDLL lets other Python threads run during a call.
    AttributeError names the first function that it lacks.
    """
    for name, (result, arguments) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
