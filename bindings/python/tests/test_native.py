"""The ctypes prototypes are the header's, and the push interface works through them."""

from __future__ import annotations

import json
import re
from ctypes import POINTER, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p, string_at
from typing import Any, Dict, List, Optional, Tuple

import pytest

from conftest import Serve
from loopback import Exchange, answer_ok
from recordings import REPOSITORY
from scaling_memory import _libllm, _native
from scaling_memory._handle import Handle, take_error, take_json
from scaling_memory._library import library

CTYPES: Dict[str, Any] = {
    "void": None,
    "llm_status": c_int32,
    "int32_t": c_int32,
    "uint32_t": c_uint32,
    "int64_t": c_int64,
    "uint64_t": c_uint64,
    "const char*": c_char_p,
    "const char**": POINTER(c_char_p),
    "char**": POINTER(c_void_p),
    "void*": c_void_p,
    "int32_t*": POINTER(c_int32),
    "size_t": c_size_t,
    "size_t*": POINTER(c_size_t),
    "llm_event_fn": _libllm.llm_event_fn,
    "llm_log_fn": _libllm.llm_log_fn,
    "const llm_adapter*": POINTER(_libllm.llm_adapter),
}
for handle in ("llm_client", "llm_call", "llm_error", "llm_queue", "llm_sink"):
    CTYPES.update({f"{handle}*": c_void_p, f"const {handle}*": c_void_p, f"{handle}**": POINTER(c_void_p)})


def header() -> str:
    """llm.h without comments, preprocessor lines and nullability."""
    text = (REPOSITORY / "include" / "llm.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\bLLM_(NONNULL|NULLABLE)\b", "", text)


def ctype(declaration: str, named: bool) -> Any:
    """What a C type is in ctypes; `named` where a parameter's name follows it."""
    words = re.sub(r"\s*\*\s*", "* ", declaration).replace("* *", "**").split()
    if named and not words[-1].endswith("*"):
        words.pop()
    return CTYPES[" ".join(words)]


def test_every_function_has_the_headers_types() -> None:
    functions = {}
    for result, name, parameters in re.findall(r"([\w ]+[\w*] ?)\b(llm_\w+)\(([^()]*)\);", header()):
        if "typedef" in result:
            continue
        arguments = [] if parameters.strip() == "void" else parameters.split(",")
        functions[name] = (ctype(result, named=False), tuple(ctype(argument, named=True) for argument in arguments))
    assert len(functions) > 20
    assert _libllm.PROTOTYPES == functions


def test_every_constant_is_the_headers() -> None:
    declared = {name: int(value) for name, value in re.findall(r"\b(LLM_\w+)\s*=\s*(-?\d+)", header())}
    text = (REPOSITORY / "include" / "llm.h").read_text(encoding="utf-8")
    version = re.search(r"#define LLM_ABI_VERSION (\d+)", text)
    assert version is not None
    declared["LLM_ABI_VERSION"] = int(version.group(1))
    assert len(declared) > 30
    assert {name: value for name, value in vars(_native).items() if name.startswith("LLM_")} == declared


# The push interface takes one function for all streams: a Python object cannot travel through user_data, its number can.
Received = List[Tuple[int, bytes]]
streams: Dict[int, Tuple[Received, Optional[int]]] = {}


def receive(kind: int, data: int, length: int, key: int) -> int:
    received, inner = streams[key]
    received.append((kind, string_at(data, length)))
    if inner is not None and len(received) == 1:
        assert push(inner, key + 1)[0] == _native.LLM_OK  # a call made inside the callback
    return 1 if received[-1][1] == b"stop" else 0


on_event = _libllm.llm_event_fn(receive)


def push(client: int, key: int) -> Tuple[int, Optional[Dict[str, Any]], Any]:
    """llm_stream by itself: its status, the response and the error."""
    native = library()
    response, error = c_void_p(), c_void_p()
    question = b'[{"role": "user", "content": "?"}]'
    status: int = native.llm_stream(client, question, on_event, key, byref(response), byref(error))
    failure = take_error(native, status, error) if status < 0 else None
    return status, take_json(native, response), failure


@pytest.fixture
def native_client(request: pytest.FixtureRequest, serve: Serve) -> Handle:
    answer = request.param
    native = library()
    client, error = Handle(native.llm_client_destroy), c_void_p()
    config = {"provider": "openai", "base_url": serve(answer).url, "api_key": "sk-test", "model": "m"}
    assert native.llm_client_create(json.dumps(config).encode(), byref(client.pointer), byref(error)) == _native.LLM_OK
    return client


@pytest.mark.parametrize("native_client", [answer_ok], indirect=True)
def test_push_gives_each_event_to_one_static_callback_that_may_make_calls(native_client: Handle) -> None:
    client = native_client.pointer.value
    assert client is not None
    streams[1] = ([], client)
    streams[2] = ([], None)
    status, response, _ = push(client, 1)
    assert status == _native.LLM_OK
    assert response is not None and response["content"] == "4"
    for key in (1, 2):
        kinds = [kind for kind, _ in streams.pop(key)[0]]
        assert kinds == [_native.LLM_EVENT_TEXT, _native.LLM_EVENT_RESPONSE]


def stop_in_the_middle(exchange: Exchange) -> None:
    exchange.begin_stream()
    for text in ("one", "stop", "two"):
        exchange.text(text)
        if text == "stop":
            exchange.stall()
    exchange.finish()


@pytest.mark.parametrize("native_client", [stop_in_the_middle], indirect=True)
def test_push_is_stopped_by_a_callback_that_returns_nonzero(native_client: Handle) -> None:
    client = native_client.pointer.value
    assert client is not None
    streams[3] = ([], None)
    status, response, failure = push(client, 3)
    assert status == _native.LLM_ERROR_CANCELED
    assert response is None
    assert failure.partial.content == "onestop"
    del streams[3]
