"""One client for many LLM providers, over libllm.

    from scaling_memory import Client

    with Client("openai", model="gpt-4o-mini") as client:      # the key is in OPENAI_API_KEY
        print(client.complete("What is 2+2?").content)
        for text in client.stream("Tell me a story").text:
            print(text, end="", flush=True)

Times are milliseconds (`_ms`), sizes are bytes, lengths of prompts and answers are tokens.
"""

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
