"""One client for many LLM providers, over libllm.

    from scaling_memory import Client

    with Client("openai", model="gpt-4o-mini") as client:      # the key is in OPENAI_API_KEY
        print(client.complete("What is 2+2?").content)
        for text in client.stream("Tell me a story").text:
            print(text, end="", flush=True)

Times are milliseconds (`_ms`), sizes are bytes, lengths of prompts and answers are tokens.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, List

if TYPE_CHECKING:
    from ._library import LibraryError, library_path, library_version
    from .async_client import AsyncClient
    from .async_stream import AsyncStream
    from .client import Client
    from .configuration import RateLimit, Retry, Settings, Timeout
    from .embeddings import Embeddings
    from .errors import (
        AuthenticationError,
        BadRequestError,
        CanceledError,
        ClosedError,
        ConfigurationError,
        ContentFilteredError,
        ContextLengthError,
        ForkedError,
        InternalError,
        InvalidArgumentError,
        LLMConnectionError,
        LLMError,
        LLMMemoryError,
        LLMTimeoutError,
        LocalLimitError,
        NotFoundError,
        ProtocolError,
        QuotaError,
        RateLimitError,
        ServerError,
        TooLargeError,
        TruncatedError,
        UnsupportedError,
    )
    from .events import Event, ReasoningEvent, ResponseEvent, TextEvent, ToolCallDeltaEvent, ToolCallEvent
    from .health import HealthReport
    from .logs import TRACE, disable_logging, enable_logging
    from .models import Model, ModelList
    from .providers import Definition, Provider, define_provider, list_providers, register_provider
    from .request import CallOptions, EmbedFields, Message, Prompt, RequestFields
    from .responses import Response, ToolCall, Usage
    from .stats import CallCounts, Distribution, QueueStats, Stats, StatusCounts
    from .stream import Stream

__all__ = [
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "CallCounts",
    "CallOptions",
    "CanceledError",
    "Client",
    "ClosedError",
    "ConfigurationError",
    "ContentFilteredError",
    "ContextLengthError",
    "Definition",
    "Distribution",
    "EmbedFields",
    "Embeddings",
    "Event",
    "ForkedError",
    "HealthReport",
    "InternalError",
    "InvalidArgumentError",
    "LLMConnectionError",
    "LLMError",
    "LLMMemoryError",
    "LLMTimeoutError",
    "LibraryError",
    "LocalLimitError",
    "Message",
    "Model",
    "ModelList",
    "NotFoundError",
    "Prompt",
    "ProtocolError",
    "Provider",
    "QueueStats",
    "QuotaError",
    "RateLimit",
    "RateLimitError",
    "ReasoningEvent",
    "RequestFields",
    "Response",
    "ResponseEvent",
    "Retry",
    "ServerError",
    "Settings",
    "Stats",
    "StatusCounts",
    "Stream",
    "TRACE",
    "TextEvent",
    "Timeout",
    "TooLargeError",
    "ToolCall",
    "ToolCallDeltaEvent",
    "ToolCallEvent",
    "TruncatedError",
    "UnsupportedError",
    "Usage",
    "define_provider",
    "disable_logging",
    "enable_logging",
    "library_path",
    "library_version",
    "list_providers",
    "register_provider",
]

#: Where each name is. A module is imported when the first of its names is asked for: the import of the package alone costs
#: next to nothing, and whoever wants `Client` pays for no event loop.
_HOMES: Final = {
    "_library": ("LibraryError", "library_path", "library_version"),
    "async_client": ("AsyncClient",),
    "async_stream": ("AsyncStream",),
    "client": ("Client",),
    "configuration": ("RateLimit", "Retry", "Settings", "Timeout"),
    "embeddings": ("Embeddings",),
    "errors": (
        "AuthenticationError",
        "BadRequestError",
        "CanceledError",
        "ClosedError",
        "ConfigurationError",
        "ContentFilteredError",
        "ContextLengthError",
        "ForkedError",
        "InternalError",
        "InvalidArgumentError",
        "LLMConnectionError",
        "LLMError",
        "LLMMemoryError",
        "LLMTimeoutError",
        "LocalLimitError",
        "NotFoundError",
        "ProtocolError",
        "QuotaError",
        "RateLimitError",
        "ServerError",
        "TooLargeError",
        "TruncatedError",
        "UnsupportedError",
    ),
    "events": ("Event", "ReasoningEvent", "ResponseEvent", "TextEvent", "ToolCallDeltaEvent", "ToolCallEvent"),
    "health": ("HealthReport",),
    "logs": ("TRACE", "disable_logging", "enable_logging"),
    "models": ("Model", "ModelList"),
    "providers": ("Definition", "Provider", "define_provider", "list_providers", "register_provider"),
    "request": ("CallOptions", "EmbedFields", "Message", "Prompt", "RequestFields"),
    "responses": ("Response", "ToolCall", "Usage"),
    "stats": ("CallCounts", "Distribution", "QueueStats", "Stats", "StatusCounts"),
    "stream": ("Stream",),
}
_MODULES: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return import_module(f"{__name__}.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return found


def __dir__() -> List[str]:
    return sorted({*globals(), *_HOMES, *__all__})
