"""Providers: the list of those there are, and more of your own."""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, TypedDict

from . import _native
from ._adapter import NativeAdapter, register
from ._arguments import encode
from ._handle import take_error, take_json
from ._library import library
from ._value import Value


class Auth(TypedDict, total=False):
    """The header field that holds the key. Default: "authorization", "Bearer"."""

    header: str
    scheme: str


class Definition(TypedDict, total=False):
    """A provider, declared. llm.h describes the fields."""

    name: str
    #: "openai-chat", "openai-responses", "anthropic", "gemini" or "ollama".
    wire: str
    base_url: str
    api_key_env: str
    environment_prefix: str
    requires_key: bool
    auth: Auth
    headers: Mapping[str, str]
    #: In what a server of "openai-chat" differs from others.
    quirks: Mapping[str, Any]
    #: The first is the model of those who name none.
    models: Sequence[str]


class Provider(Value, unshown=("raw",)):
    """A provider that clients can be made for."""

    name: str
    wire: str
    base_url: str
    #: The variables that may hold the key; the first that is set counts.
    api_key_env: Tuple[str, ...]
    requires_key: bool
    #: Of "chat", "stream", "tools", "embeddings", "model_list".
    capabilities: Tuple[str, ...]
    models: Tuple[str, ...]
    built_in: bool
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, provider: Mapping[str, Any]) -> Provider:
        return cls(
            name=provider["name"],
            wire=provider["wire"],
            base_url=provider["base_url"],
            api_key_env=tuple(provider["api_key_env"]),
            requires_key=provider["requires_key"],
            capabilities=tuple(provider["capabilities"]),
            models=tuple(provider["models"]),
            built_in=provider["built_in"],
            raw=dict(provider),
        )


def list_providers() -> Tuple[Provider, ...]:
    """All providers, by name."""
    native = library()
    text, error = c_void_p(), c_void_p()
    status = native.llm_provider_list(byref(text), byref(error))
    if status != _native.LLM_OK:
        raise take_error(native, status, error)
    return tuple(Provider.from_json(provider) for provider in take_json(native, text)["providers"])


def define_provider(definition: Definition) -> None:
    """Adds a provider, or puts it in place of the one of that name; clients that are there keep theirs.
    ConfigurationError names the field that is wrong and what it takes."""
    native = library()
    error = c_void_p()
    status = native.llm_provider_define(encode(definition), byref(error))
    if status != _native.LLM_OK:
        raise take_error(native, status, error)


_registered: List[NativeAdapter] = []


def register_provider(name: str, adapter: object) -> None:
    """Gives the provider `name` the methods of `adapter` in place of its wire. A name that is known keeps its address, key
    and headers; a new one is made with a client's "base_url". `adapter` has some of these, and where it has none the
    provider speaks OpenAI's chat completions:

        encode(operation, request) -> {"path": "/ask", "body": ...}
            The HTTP request. `operation` is "complete", "stream", "embed", "list_models" or "health_check"; `request` is a
            dict as for `Client.complete`. Also "url" instead of "path", "method", "headers", "framing" ("sse", "ndjson").
            The body is bytes, text, or what becomes JSON; without one it is a GET.
        decode(operation, body) -> events and response fields
            A whole answer, as bytes. Gives TextEvent, ReasoningEvent, ToolCallEvent, and a dict with fields of the response
            such as "id", "model", "finish_reason", "usage"; of "embed" and "list_models" the dict of the result.
        decode_event(state, name, data) -> events and response fields
            One event of a stream. `state` is a dict of this stream's own. A dict among what it gives ends the stream.
        decode_error(http_status, body) -> {"message", "provider_code"} or None

    They run on the thread that makes or reads the call, for several calls at the same time. What they raise ends the call,
    and comes out of it. The adapter is kept for good.
    """
    native = NativeAdapter(adapter)
    error: Any = c_void_p()
    status = register(name.encode(), native, byref(error))
    if status != _native.LLM_OK:
        raise take_error(library(), status, error)
    _registered.append(native)
