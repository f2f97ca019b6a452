"""Exceptions: one class for each status of llm.h, all under LLMError."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Type

from . import _native
from .responses import Response


class LLMError(Exception):
    """A call failed. Catch this for everything, or a subclass for one cause; a key is in none of the fields.

    `str(error)` is one English sentence. What is not known is None.
    """

    #: The status's name, such as "rate_limited"; "unknown" where the library is newer than this package.
    status: str = "unknown"
    #: The status's number in llm.h, below 0.
    code: int = 0
    #: The same sentence as `str(error)`.
    message: str
    #: The response's HTTP status.
    http_status: Optional[int]
    #: How long the server asks to wait, in milliseconds.
    retry_after_ms: Optional[int]
    #: Whether the same call may succeed later.
    retryable: bool
    provider: Optional[str]
    #: The provider's own name for the error, such as "invalid_api_key".
    provider_code: Optional[str]
    #: The provider's own words.
    provider_message: Optional[str]
    #: The provider's number for the exchange, which its support asks for.
    request_id: Optional[str]
    #: How many times the request was sent.
    attempts: Optional[int]
    call_id: Optional[str]
    #: The response as far as it had come before the failure.
    partial: Optional[Response]
    #: The error as the library gave it, with fields that this version does not know.
    raw: Dict[str, Any]

    def __init__(self, message: str, fields: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(message)
        known = dict(fields or {})
        self.message = message
        self.status = str(known.get("status", self.status))
        self.code = int(known.get("code", self.code))
        self.http_status = known.get("http_status")
        self.retry_after_ms = known.get("retry_after_ms")
        self.retryable = bool(known.get("retryable", False))
        self.provider = known.get("provider")
        self.provider_code = known.get("provider_code")
        self.provider_message = known.get("provider_message")
        self.request_id = known.get("request_id")
        self.attempts = known.get("attempts")
        self.call_id = known.get("call_id")
        partial = known.get("partial")
        self.partial = None if partial is None else Response.from_json(partial)
        self.raw = known

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> LLMError:
        """The exception for an error's JSON: of its code's class, or a plain LLMError for a code that is not known."""
        kind = _CLASSES.get(int(fields.get("code", 0)), LLMError)
        return kind(str(fields.get("message") or fields.get("status") or "unknown error"), fields)


class InvalidArgumentError(LLMError):
    """An argument is malformed, of the wrong type, or used in a way that is not allowed."""

    code, status = _native.LLM_ERROR_INVALID_ARGUMENT, "invalid_argument"


class ClosedError(InvalidArgumentError):
    """The client was closed before this call, or the stream before its end."""


class ConfigurationError(LLMError):
    """The provider is unknown, a key is missing, or a value is out of range; the message names it."""

    code, status = _native.LLM_ERROR_CONFIGURATION, "configuration"


class AuthenticationError(LLMError):
    """HTTP 401 or 403: the provider does not take the key."""

    code, status = _native.LLM_ERROR_AUTHENTICATION, "authentication"


class NotFoundError(LLMError):
    """HTTP 404: no such model or path."""

    code, status = _native.LLM_ERROR_NOT_FOUND, "not_found"


class BadRequestError(LLMError):
    """HTTP 400, 422 and other 4xx: the provider does not accept the request."""

    code, status = _native.LLM_ERROR_BAD_REQUEST, "bad_request"


class ContextLengthError(LLMError):
    """The prompt does not fit the model."""

    code, status = _native.LLM_ERROR_CONTEXT_LENGTH, "context_length"


class ContentFilteredError(LLMError):
    """The provider refused the prompt."""

    code, status = _native.LLM_ERROR_CONTENT_FILTERED, "content_filtered"


class RateLimitError(LLMError):
    """HTTP 429 after the last retry; see retry_after_ms."""

    code, status = _native.LLM_ERROR_RATE_LIMITED, "rate_limited"


class LocalLimitError(LLMError):
    """The configuration's "rate_limit" could not admit the call within "max_wait_ms"."""

    code, status = _native.LLM_ERROR_LOCAL_LIMIT, "local_limit"


class ServerError(LLMError):
    """HTTP 5xx or 529, or an error event in a stream."""

    code, status = _native.LLM_ERROR_SERVER, "server"


class LLMConnectionError(LLMError):
    """The name was not found, the connection was refused or reset, or TLS failed."""

    code, status = _native.LLM_ERROR_CONNECTION, "connection"


class LLMTimeoutError(LLMError):
    """One of the "timeout" limits passed."""

    code, status = _native.LLM_ERROR_TIMEOUT, "timeout"


class TruncatedError(LLMError):
    """The stream ended before the provider said that it was done; see partial."""

    code, status = _native.LLM_ERROR_TRUNCATED, "truncated"


class ProtocolError(LLMError):
    """A response that the wire format does not allow."""

    code, status = _native.LLM_ERROR_PROTOCOL, "protocol"


class CanceledError(LLMError):
    """The stream or its client was closed while the call ran."""

    code, status = _native.LLM_ERROR_CANCELED, "canceled"


class ForkedError(LLMError):
    """The client or stream belongs to the parent process; make a new client in the child."""

    code, status = _native.LLM_ERROR_FORKED, "forked"


class InternalError(LLMError):
    """A defect of the library: please report it."""

    code, status = _native.LLM_ERROR_INTERNAL, "internal"


class UnsupportedError(LLMError):
    """The provider cannot do what the request asks."""

    code, status = _native.LLM_ERROR_UNSUPPORTED, "unsupported"


class TooLargeError(LLMError):
    """HTTP 413, or past "max_response_bytes" or "max_event_bytes"."""

    code, status = _native.LLM_ERROR_TOO_LARGE, "too_large"


class QuotaError(LLMError):
    """The account has no credit left; waiting does not help."""

    code, status = _native.LLM_ERROR_QUOTA, "quota"


class LLMMemoryError(LLMError):
    """There was not enough memory."""

    code, status = _native.LLM_ERROR_MEMORY, "memory"


_CLASSES: Dict[int, Type[LLMError]] = {kind.code: kind for kind in LLMError.__subclasses__()}
